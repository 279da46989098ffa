package repo

import (
	"fmt"
	"strings"
	"testing"
)

func TestPackageKey(t *testing.T) {
	a, b := packageKey(Package{Name: "a", Version: "1"}), packageKey(Package{Name: "a", Version: "2"})
	other := packageKey(Package{Name: "b", Version: "1"})
	if len(a) != keyBits || strings.Trim(a, "01") != "" {
		t.Errorf("key %q", a)
	}
	if a[:32] != b[:32] || a[32:] == b[32:] {
		t.Errorf("two versions: %q and %q", a, b)
	}
	if a[:32] == other[:32] || a[32:] != other[32:] {
		t.Errorf("two names: %q and %q", a, other)
	}
	if packageKey(Package{Name: "a", Version: "0:1"}) != a {
		t.Error("an epoch of zero counts")
	}
}

// TestSpread divides packages in one step and one by one, and finds the same segments.
func TestSpread(t *testing.T) {
	for _, names := range []int{1, 7, 3000} {
		var all []entry
		for i := range 3000 {
			all = append(all, entry{Package: Package{Name: fmt.Sprintf("n%d", i%names), Version: fmt.Sprintf("%d", i)}})
		}
		want := spread("", all)
		held := map[string][]entry{}
		tab := &table{}
		for _, e := range all {
			_, prefix := tab.leaf(group{}, packageKey(e.Package))
			tab.replace(group{}, prefix, nil)
			entries := append(held[prefix], e)
			delete(held, prefix)
			for leaf, of := range spread(prefix, entries) {
				held[leaf] = of
				tab.replace(group{}, leaf, []ref{{Prefix: leaf}})
			}
		}
		if len(held) != len(want) || len(want) < 3000/maxSegment {
			t.Errorf("%d names: %d segments one by one, %d at once", names, len(held), len(want))
		}
		for prefix, entries := range want {
			if len(entries) != len(held[prefix]) || len(entries) > maxSegment {
				t.Errorf("%d names: segment %q has %d packages, %d one by one", names, prefix, len(entries), len(held[prefix]))
			}
		}
	}
}

// TestSpreadTexts splits a few packages of very many files.
func TestSpreadTexts(t *testing.T) {
	var all []entry
	for i := range 10 {
		all = append(all, entry{Package: Package{Name: fmt.Sprintf("n%d", i), Version: "1"}, texts: map[string][]byte{"filelists": make([]byte, maxTexts/4)}})
	}
	leaves := spread("", all)
	for prefix, entries := range leaves {
		if textSize(entries) > maxTexts {
			t.Errorf("segment %q has %d bytes", prefix, textSize(entries))
		}
	}
	if len(leaves) < 3 {
		t.Errorf("%d segments", len(leaves))
	}
}
