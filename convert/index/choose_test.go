package index_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index"
)

// target is a short tag list in the order of a real one.
var target = []string{
	"cp311-cp311-manylinux_2_36_x86_64", "cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux2014_x86_64",
	"cp311-abi3-manylinux_2_17_x86_64", "cp310-abi3-manylinux_2_17_x86_64", "py3-none-manylinux_2_17_x86_64", "cp311-none-any", "py311-none-any", "py3-none-any",
}

func TestChoose(t *testing.T) {
	const (
		pure   = "a-1.0-py3-none-any.whl"
		native = "a-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
		newer  = "a-1.0-cp311-cp311-manylinux_2_36_x86_64.whl"
		abi3   = "a-1.0-cp310-abi3-manylinux_2_17_x86_64.whl"
		built  = "a-1.0-2-py3-none-any.whl"
		built9 = "a-1.0-10-py3-none-any.whl"
		local  = "a-1.0+cpu-py3-none-any.whl"
		same   = "a-1.0.0-py3-none-any.whl"
	)
	tests := map[string]struct {
		files   []string
		version string
		allowed []string // texts, hashed
		want    string
	}{
		"the only one":                   {[]string{pure}, "1.0", nil, pure},
		"the best tag":                   {[]string{pure, native, abi3}, "1.0", nil, native},
		"any tag of a file":              {[]string{abi3, native, newer}, "1.0", nil, newer},
		"the stable ABI before pure":     {[]string{pure, abi3}, "1.0", nil, abi3},
		"a build number counts as such":  {[]string{pure, built, built9}, "1.0", nil, built9},
		"a tag before a build":           {[]string{abi3, built}, "1.0", nil, abi3},
		"a local version is higher":      {[]string{native, local}, "1.0", nil, local},
		"a local version asked for":      {[]string{native, local}, "1.0+cpu", nil, local},
		"another spelling":               {[]string{same, "a-1.0.1-py3-none-any.whl"}, "1", nil, same},
		"an allowed hash before a tag":   {[]string{pure, native}, "1.0", []string{pure}, pure},
		"both allowed":                   {[]string{pure, native}, "1.0", []string{pure, native}, native},
		"none allowed: Fetch will tell":  {[]string{pure, native}, "1.0", []string{"x"}, native},
		"for another Python":             {[]string{pure, "a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"}, "1.0", nil, pure},
		"for another processor":          {[]string{pure, "a-1.0-cp311-cp311-manylinux_2_17_aarch64.whl"}, "1.0", nil, pure},
		"a variant is left aside":        {[]string{pure, "a-1.0-cp311-cp311-manylinux_2_17_x86_64-x86_64_v3.whl"}, "1.0", nil, pure},
		"the null variant is no variant": {[]string{pure, "a-1.0-cp311-cp311-manylinux_2_17_x86_64-null.whl"}, "1.0", nil, "a-1.0-cp311-cp311-manylinux_2_17_x86_64-null.whl"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := open(t, wheels(t, test.files...))
			all, err := x.Candidates(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			want := index.Want{Project: "a", Version: version(t, test.version), Tags: tags(t, target...)}
			for _, text := range test.allowed {
				want.Hashes = append(want.Hashes, sum256(text), sum512(text))
			}
			got, err := x.Choose(t.Context(), all, want)
			if err != nil {
				t.Fatal(err)
			}
			if got.Filename.Raw != test.want {
				t.Errorf("chose %s, want %s", got.Filename.Raw, test.want)
			}
		})
	}
}

// TestChooseEarlier: of two equally good files, the one in the earlier place, or
// the one whose hash is allowed.
func TestChooseEarlier(t *testing.T) {
	const name = "a-1.0-py3-none-any.whl"
	one, two := wheels(t, name), wheels(t, name)
	if err := os.WriteFile(filepath.Join(two, name), []byte("two"), 0o644); err != nil {
		t.Fatal(err)
	}
	x := open(t, one, two)
	all, err := x.Candidates(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	for dir, hashes := range map[string][]index.Hash{one: nil, two: {sum256("two")}} {
		got, err := x.Choose(t.Context(), all, index.Want{Project: "a", Version: version(t, "1.0"), Tags: tags(t, target...), Hashes: hashes})
		if err != nil || filepath.Dir(got.Path) != dir {
			t.Errorf("with %v: %s, %v", hashes, got.Path, err)
		}
	}
}

func TestNoWheel(t *testing.T) {
	dir := wheels(t, "a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", "a-1.0-cp311-cp311-musllinux_1_2_x86_64.whl", "a-2.0-py3-none-any.whl", "b-1.0-py3-none-any.whl")
	x := open(t, dir)
	tests := map[string]struct {
		project, version string
		found, others    []string
		message          string
	}{
		"no tag fits": {
			"a", "1.0",
			[]string{"a-1.0-cp311-cp311-musllinux_1_2_x86_64.whl", "a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"},
			[]string{"a-2.0-py3-none-any.whl"},
			"no wheel of a 1.0 fits the target; there are a-1.0-cp311-cp311-musllinux_1_2_x86_64.whl, a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
		},
		"another version": {"b", "2.0", nil, []string{"b-1.0-py3-none-any.whl"}, "no wheel of b 2.0; of other versions there are b-1.0-py3-none-any.whl"},
		"nothing":         {"c", "1.0", nil, nil, "no wheel of c 1.0, nor of any other version"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			all, err := x.Candidates(t.Context(), test.project)
			if err != nil {
				t.Fatal(err)
			}
			want := index.Want{Project: test.project, Version: version(t, test.version), Tags: tags(t, target...)}
			_, err = x.Choose(t.Context(), all, want)
			var e *index.NoWheelError
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{test.found, test.others}, [][]string{e.Found, e.Others}); diff != "" {
				t.Errorf("found and others (-want +got):\n%s", diff)
			}
			if e.Error() != test.message || len(e.Tags) != len(want.Tags) {
				t.Errorf("%d tags, message %q", len(e.Tags), e)
			}
		})
	}
}

// FuzzPlaces: any text as a place, and as a file name in one.
func FuzzPlaces(f *testing.F) {
	for _, s := range []string{"a-1.0-py3-none-any.whl", "file:///a/b", "https://u:p@h/x", "", ":", "file:", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, place string) {
		c, err := index.Direct(place)
		if err == nil && (c.Source == "" || c.Filename.Name == "") {
			t.Errorf("%q gives %+v", place, c)
		}
		if err != nil && err.Error() == "" {
			t.Error("an error without a word")
		}
	})
}
