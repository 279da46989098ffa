package pep_test

import (
	"testing"

	"wain/convert/pep"
)

// What is read and written reads back as the same. Seeds beyond these come
// from the oracle tests' generators.

func FuzzParseVersion(f *testing.F) {
	g := newGenerator(21)
	for range 50 {
		f.Add(g.damaged(g.version()))
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := pep.ParseVersion(s)
		if err != nil {
			return
		}
		w, err := pep.ParseVersion(v.String())
		if err != nil || w.String() != v.String() || w.Compare(v) != 0 {
			t.Errorf("%q is %q, which reads back as %q: %v", s, v, w, err)
		}
	})
}

func FuzzParseSpecifiers(f *testing.F) {
	g := newGenerator(22)
	for range 50 {
		f.Add(g.damaged(g.specifiers()), g.version())
	}
	f.Fuzz(func(t *testing.T, s, candidate string) {
		set, err := pep.ParseSpecifiers(s)
		if err != nil {
			return
		}
		again, err := pep.ParseSpecifiers(set.String())
		if err != nil || again.String() != set.String() {
			t.Fatalf("%q is %q, which reads back as %q: %v", s, set, again, err)
		}
		v, _ := pep.ParseVersion(candidate)
		if set.Contains(v, true) != again.Contains(v, true) {
			t.Errorf("%q and %q disagree on %s", s, set, v)
		}
	})
}

func FuzzParseMarker(f *testing.F) {
	g := newGenerator(23)
	for range 50 {
		f.Add(g.damaged(g.marker(3, g.pick("extra", "sets"))))
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := pep.ParseMarker(s)
		if err != nil {
			return
		}
		again, err := pep.ParseMarker(m.String())
		if err != nil || again.String() != m.String() {
			t.Fatalf("%q is %q, which reads back as %q: %v", s, m, again, err)
		}
		a, errA := m.Eval(debian12(), []string{"test"})
		b, errB := again.Eval(debian12(), []string{"test"})
		if a != b || (errA == nil) != (errB == nil) {
			t.Errorf("%q is %v, %v, and written anew %v, %v", s, a, errA, b, errB)
		}
	})
}

func FuzzParseRequirement(f *testing.F) {
	g := newGenerator(24)
	for range 50 {
		f.Add(g.damaged(g.requirement()))
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := pep.ParseRequirement(s)
		if err != nil {
			return
		}
		again, err := pep.ParseRequirement(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("%q is %q, which reads back as %q: %v", s, r, again, err)
		}
	})
}

func FuzzParseWheelFilename(f *testing.F) {
	g := newGenerator(25)
	for range 50 {
		f.Add(g.damaged(g.wheelFilename()))
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, err := pep.ParseWheelFilename(s)
		if err != nil {
			return
		}
		if !pep.ValidName(w.Name) || w.Version.IsZero() || len(w.Tags) == 0 || len(w.Tags) > pep.MaxTags {
			t.Errorf("%q was read as %+v", s, w)
		}
		for _, tag := range w.Tags {
			again, err := pep.ParseTags(tag.String())
			if err != nil || len(again) != 1 || again[0] != tag {
				t.Errorf("%s reads back as %v: %v", tag, again, err)
			}
		}
	})
}

func FuzzNormalize(f *testing.F) {
	f.Add("Zope._-Interface")
	f.Fuzz(func(t *testing.T, s string) {
		n := pep.Normalize(s)
		if pep.Normalize(n) != n || pep.ValidName(n) != pep.ValidName(s) {
			t.Errorf("%q is %q", s, n)
		}
	})
}
