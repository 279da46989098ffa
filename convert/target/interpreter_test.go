package target_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pep"
)

func TestInterpreter(t *testing.T) {
	tests := map[string][]string{
		"debian13":             {"python3.13"},
		"el9":                  {"python(abi) = 3.9", "/usr/bin/python3.9"},
		"el9+python3.12":       {"python(abi) = 3.12", "/usr/bin/python3.12"},
		"fedora43":             {"python(abi) = 3.14", "/usr/bin/python3.14"},
		"fedora43+python3.12":  {"/usr/bin/python3.12"},
		"fedora44+python3.14t": {"/usr/bin/python3.14t"},
	}
	for spec, want := range tests {
		if diff := cmp.Diff(want, find(t, spec).Interpreter()); diff != "" {
			t.Errorf("%s: %s", spec, diff)
		}
	}
	if diff := cmp.Diff([]string{"python3.13-nogil"}, load(t, "free-threaded").Interpreter()); diff != "" {
		t.Error(diff)
	}
}

// Each target takes, of what an index has of one release, the wheel that was
// made for it; the order of the tags decides.
func TestChoiceByTags(t *testing.T) {
	wheels := []string{
		"m-3-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
		"m-3-cp312-cp312-musllinux_1_1_x86_64.whl",
		"m-3-cp312-cp312-musllinux_1_2_x86_64.whl",
		"m-3-cp312-cp312-musllinux_2_0_x86_64.whl",
		"m-3-cp313-cp313-manylinux_2_28_aarch64.whl",
		"m-3-cp313-cp313-manylinux_2_28_x86_64.whl",
		"m-3-cp313-cp313t-manylinux_2_28_x86_64.whl",
		"m-3-cp313-cp313t-musllinux_1_2_x86_64.whl",
		"m-3-cp315-abi3.abi3t-manylinux_2_28_x86_64.whl",
		"m-3-cp39-abi3-manylinux_2_34_x86_64.whl",
		"m-3-cp39-abi3-manylinux_2_28_x86_64.whl",
		"m-3-py3-none-any.whl",
	}
	tests := map[string]string{
		"ubuntu24.04":          "m-3-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
		"debian13":             "m-3-cp313-cp313-manylinux_2_28_x86_64.whl",
		"debian13/arm64":       "m-3-cp313-cp313-manylinux_2_28_aarch64.whl",
		"debian12":             "m-3-cp39-abi3-manylinux_2_34_x86_64.whl",
		"el8":                  "m-3-cp39-abi3-manylinux_2_28_x86_64.whl",
		"debian12/ppc64el":     "m-3-py3-none-any.whl",
		"fedora43+python3.13t": "m-3-cp313-cp313t-manylinux_2_28_x86_64.whl",
		"fedora43+python3.14t": "m-3-py3-none-any.whl", // abi3 is for the GIL, and of abi3t there is none so old
		"musl":                 "m-3-cp312-cp312-musllinux_1_2_x86_64.whl",
		"musl+3.13t":           "m-3-cp313-cp313t-musllinux_1_2_x86_64.whl",
		"free-threaded":        "m-3-cp313-cp313t-manylinux_2_28_x86_64.whl",
		"free-threaded+3.15t":  "m-3-cp315-abi3.abi3t-manylinux_2_28_x86_64.whl",
	}
	for spec, want := range tests {
		x := find
		if strings.HasPrefix(spec, "musl") || strings.HasPrefix(spec, "free") {
			x = load
		}
		rank := map[pep.Tag]int{}
		for i, tag := range x(t, spec).Tags() {
			rank[tag] = i + 1
		}
		best, got := 0, ""
		for _, raw := range wheels {
			name, err := pep.ParseWheelFilename(raw)
			if err != nil {
				t.Fatal(err)
			}
			for _, tag := range name.Tags {
				if r := rank[tag]; r > 0 && (best == 0 || r < best) {
					best, got = r, raw
				}
			}
		}
		if got != want {
			t.Errorf("%s takes %s, want %s", spec, got, want)
		}
	}
}
