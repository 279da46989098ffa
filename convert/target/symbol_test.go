package target_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/target"
)

func TestCheck(t *testing.T) {
	tests := []struct {
		name, target, soname, symbol string
		want                         error
	}{
		{"has-it", "debian12", "libstdc++.so.6", "GLIBCXX_3.4.30", nil},
		{"too-old", "debian12", "libstdc++.so.6", "GLIBCXX_3.4.32", &target.SymbolError{
			Soname: "libstdc++.so.6", Symbol: "GLIBCXX_3.4.32", Package: "libstdc++6", Has: "GLIBCXX_3.4.30",
		}},
		{"never-heard-of", "debian12", "libz.so.1", "CLOUDFLARE_1", &target.SymbolError{
			Soname: "libz.so.1", Symbol: "CLOUDFLARE_1", Package: "zlib1g",
		}},
		{"loader-feature", "debian12", "libc.so.6", "GLIBC_ABI_NEXT", &target.SymbolError{
			Soname: "libc.so.6", Symbol: "GLIBC_ABI_NEXT", Package: "libc6",
		}},
		{"numbers-are-the-files-business", "debian12", "libc.so.6", "GLIBC_2.99", nil},
		{"private", "debian12", "libc.so.6", "GLIBC_PRIVATE", nil},
		{"no-table", "debian12", "libnowhere.so.1", "ANY_1", nil},
		{"rpm", "el9", "libstdc++.so.6", "GLIBCXX_9", nil},
	}
	for _, test := range tests {
		got := find(t, test.target).Check(target.Need{Soname: test.soname, Versions: []string{test.symbol}})
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	mapped, err := find(t, "debian12").WithLibraries(map[string]string{"libstdc++.so.6": "libstdc++6-backport"})
	if err != nil {
		t.Fatal(err)
	}
	if err := mapped.Check(target.Need{Soname: "libstdc++.so.6", Versions: []string{"GLIBCXX_3.4.32"}}); err != nil {
		t.Error(err)
	}
}
