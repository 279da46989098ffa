package lock_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wain/convert/lock"
)

// TestNoLock has files that are no lock: the error says what they are, and what
// makes a lock of them.
func TestNoLock(t *testing.T) {
	tests := map[string]struct{ name, text, format, export string }{
		"a project of uv":     {"pyproject.toml", "[project]\nname = 'x'\n[tool.uv.sources]\n", "pyproject.toml", "uv lock"},
		"a project of Poetry": {"pyproject.toml", "[tool.poetry]\nname = 'x'", "pyproject.toml", "poetry lock"},
		"a project of PDM":    {"pyproject.toml", "[tool.pdm]", "pyproject.toml", "pdm lock"},
		"another project":     {"pyproject.toml", "[project]", "pyproject.toml", "pip lock"},
		"a renamed project":   {"x.toml", "[project]\nname = 'x'", "a pyproject.toml", "uv lock"},
		"a Pipfile":           {"Pipfile", "[packages]", "Pipfile", "pipenv lock"},
		"a wheel":             {"x-1-py3-none-any.whl", "PK\x03\x04", "a wheel or another archive", ""},
		"other TOML":          {"x.toml", "a = 1", "TOML, and none of a kind of lock that is known", ""},
		"other JSON":          {"x.json", "{\"a\": 1}", "JSON that is no Pipfile.lock", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(write(t, map[string]string{test.name: test.text}), test.name)
			_, err := lock.Read(path, lock.Options{})
			var e *lock.FormatError
			if !errors.As(err, &e) {
				t.Fatalf("not a FormatError: %v", err)
			}
			if e.Path != path || e.Format != test.format || !strings.Contains(e.Export, test.export) || !strings.Contains(e.Error(), "is not a lock") {
				t.Errorf("%v: %+v", err, e)
			}
		})
	}
}

// smallest are locks of each format that hold next to nothing.
var smallest = map[string]string{
	"requirements.txt": "# nothing\n",
	"pylock.toml":      "lock-version = '1.0'\ncreated-by = 'x'\npackages = []\n",
	"uv.lock":          "version = 1\nrequires-python = '>=3.9'\n\n[[package]]\nname = 'app'\nversion = '1'\nsource = { editable = '.' }\n",
	"poetry.lock":      "package = []\n\n[metadata]\nlock-version = '2.1'\npython-versions = '>=3.9'\ncontent-hash = 'x'\n",
	"pdm.lock":         "[metadata]\ngroups = ['default']\nstrategy = ['inherit_metadata']\nlock_version = '4.5.0'\ncontent_hash = 'x'\n",
	"Pipfile.lock":     `{"_meta": {"pipfile-spec": 6}, "default": {}}`,
}

// TestFormat tells formats by name and content; the content wins.
func TestFormat(t *testing.T) {
	for format, text := range smallest {
		names := []string{format, "locked", "locked.txt", "requirements-dev.txt", "old-uv.lock"}
		if format == "pylock.toml" {
			names = append(names, "pylock.dev.toml", "uv.lock")
		}
		if format == "requirements.txt" {
			names = names[:4]
		}
		for _, name := range names {
			for _, end := range []string{"\n", "\r\n"} {
				path := filepath.Join(write(t, map[string]string{name: strings.ReplaceAll(text, "\n", end)}), name)
				l, err := lock.Read(path, lock.Options{})
				if err != nil || l.Format != format {
					t.Errorf("%s named %s: %+v, %v", format, name, l, err)
				}
			}
		}
	}
	// Where the content does not tell, the name does.
	for _, name := range []string{"pylock.toml", "pylock.dev.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"} {
		path := filepath.Join(write(t, map[string]string{name: "what\n"}), name)
		_, err := lock.Read(path, lock.Options{})
		var e *lock.Error
		if !errors.As(err, &e) || e.Issues[0].Rule != lock.RuleSyntax || e.Issues[0].Column == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFormatLarge tells the format of a lock whose telling keys are at its end.
func TestFormatLarge(t *testing.T) {
	text := "# " + strings.Repeat("x", 1<<20) + "\n" + smallest["poetry.lock"]
	path := filepath.Join(t.TempDir(), "locked")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if l, err := lock.Read(path, lock.Options{}); err != nil || l.Format != "poetry.lock" {
		t.Errorf("%+v, %v", l, err)
	}
}
