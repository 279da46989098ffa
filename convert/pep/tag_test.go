package pep_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pep"
)

func TestParseTags(t *testing.T) {
	got, err := pep.ParseTags("py2.PY3-none-linux_x86_64.any")
	want := []pep.Tag{
		{Python: "py2", ABI: "none", Platform: "linux_x86_64"},
		{Python: "py2", ABI: "none", Platform: "any"},
		{Python: "py3", ABI: "none", Platform: "linux_x86_64"},
		{Python: "py3", ABI: "none", Platform: "any"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestParseTagsRefused(t *testing.T) {
	many := strings.TrimPrefix(strings.Repeat(".x", 11), ".")
	for name, s := range map[string]string{
		"empty":              "",
		"two-parts":          "py3-none",
		"four-parts":         "py3-none-any-x",
		"empty-member":       "py3.-none-any",
		"empty-part":         "py3--any",
		"number":             "3-none-any",
		"other-characters":   "py3-none-a/y",
		"control-characters": "py3-none-a\ny",
		"product-blow-up":    many + "-" + many + "-" + many, // 1331
		"product-too-large":  strings.Repeat("x.", 1<<10) + "x-" + strings.Repeat("x.", 1<<10) + "x-any",
	} {
		if tags, err := pep.ParseTags(s); err == nil {
			t.Errorf("%s: read as %d tags", name, len(tags))
		}
	}
}
