package lock_test

import (
	"errors"
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
