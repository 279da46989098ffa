package sdist_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"wain/convert/pep"
	"wain/convert/sdist"
)

func TestRefused(t *testing.T) {
	path, sum := hooked(t, "")
	good := uv(t, options(t, path, sum))
	two, err := pep.ParseVersion("2.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, rule string
		edit       func(o *sdist.Options)
	}{
		{"hash-not-pinned", "sdist-hash", func(o *sdist.Options) { o.SHA256[0]++ }},
		{"other-project", "sdist-name", func(o *sdist.Options) { o.Project = "other" }},
		{"other-version", "sdist-name", func(o *sdist.Options) { o.Version = two }},
		{"path-in-name", "sdist-name", func(o *sdist.Options) { o.Filename = "../demo-1.0.tar.gz" }},
		{"a-wheel", "sdist-name", func(o *sdist.Options) { o.Filename = "demo-1.0-py3-none-any.whl" }},
		{"unknown-tool", "sdist-tool", func(o *sdist.Options) { o.Tool = "make" }},
		{"no-uv", "sdist-tool", func(o *sdist.Options) { o.UV = "" }},
		{"uv-does-not-run", "sdist-tool", func(o *sdist.Options) { o.UV = "/nonexistent/uv" }},
		{"no-interpreter", "sdist-python", func(o *sdist.Options) { o.Interpreter = "" }},
		{"interpreter-does-not-run", "sdist-python", func(o *sdist.Options) { o.Interpreter = "/nonexistent/python" }},
		{"no-python-at-all", "sdist-python", func(o *sdist.Options) { o.Interpreter = "/bin/true" }},
		{"other-python", "sdist-python", func(o *sdist.Options) { o.Python = "3.2" }},
		{"free-threaded", "sdist-python", func(o *sdist.Options) { o.Python += "t" }},
		{"credentials", "sdist-index", func(o *sdist.Options) {
			o.Network, o.Indexes = true, []string{"https://user:secret@index.example.org/simple/"}
		}},
		{"foreign-tags", "sdist-result", func(o *sdist.Options) {
			o.Tags = []pep.Tag{{Python: "cp311", ABI: "cp311", Platform: "manylinux_2_17_aarch64"}}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := good
			o.Cache = t.TempDir()
			test.edit(&o)
			if e := refused(t, o, test.rule); strings.Contains(e.Error(), "secret") {
				t.Error(e)
			}
		})
	}
	for name, wheel := range map[string]string{
		"wheel-of-another-project": "other-1.0-py3-none-any.whl", "wheel-of-another-version": "demo-1.1-py3-none-any.whl",
	} {
		t.Run(name, func(t *testing.T) {
			// uv looks at some of this itself.
			path, sum := hookedAs(t, "", wheel)
			_, err := sdist.Build(t.Context(), uv(t, options(t, path, sum)))
			var e *sdist.Error
			if !errors.As(err, &e) || !slices.Contains([]string{"sdist-result", "sdist-build"}, e.Rule) {
				t.Errorf("%v", err)
			}
		})
	}
}
