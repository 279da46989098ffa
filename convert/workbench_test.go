package convert_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wain/convert"
	"wain/convert/target"
	"wain/fixtures"
)

// bench is a folder with all fixture wheels, a lock of the dependencies, and
// the application beside them.
type bench struct {
	t   *testing.T
	dir string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t, t.TempDir()}
	fixtures.Wheelhouse(t, b.path("wheelhouse"))
	b.write("requirements.txt", []byte(fixtures.Requirements(t)))
	b.application("myproject-1.2.3")
	return b
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) write(name string, data []byte) {
	b.t.Helper()
	if err := os.WriteFile(b.path(name), data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) application(name string) string {
	b.t.Helper()
	b.write(fixtures.WheelFilename(name), fixtures.Wheel(name))
	return b.path(fixtures.WheelFilename(name))
}

// wheel writes a wheel made by changing a fixture's recipe, and gives its path.
func (b *bench) wheel(dir, name string, change func(*fixtures.Recipe)) string {
	b.t.Helper()
	recipe := fixtures.WheelRecipe(name)
	change(&recipe)
	data, err := fixtures.BuildWheel(recipe)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(b.path(dir), 0o755); err != nil {
		b.t.Fatal(err)
	}
	b.write(filepath.Join(dir, recipe.Filename), data)
	return b.path(filepath.Join(dir, recipe.Filename))
}

// options are those of the README's command.
func (b *bench) options(targets ...string) convert.Options {
	b.t.Helper()
	o := convert.Options{
		Sources: []string{b.path(fixtures.WheelFilename("myproject-1.2.3"))},
		Lock:    b.path("requirements.txt"),
		Places:  convert.Places{FindLinks: []string{b.path("wheelhouse")}},
		Output:  b.path("dist"),
		Scratch: b.dir,
		Jobs:    2,
	}
	for _, name := range targets {
		t, err := target.Find(name, "")
		if err != nil {
			b.t.Fatal(err)
		}
		o.Targets = append(o.Targets, t)
	}
	return o
}

func build(t *testing.T, o convert.Options) *convert.Result {
	t.Helper()
	result, err := convert.Build(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// nothing checks that a run left neither packages nor temporary files.
func (b *bench) nothing() {
	b.t.Helper()
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "dist" || strings.HasPrefix(e.Name(), "wain-") || strings.HasPrefix(e.Name(), ".wain-") {
			b.t.Errorf("%s is left behind", e.Name())
		}
	}
}

func metadata(t *testing.T, r *fixtures.Recipe, old, replacement string) {
	t.Helper()
	for i, f := range r.Files {
		if strings.HasSuffix(f.Path, ".dist-info/METADATA") && bytes.Contains(f.Data, []byte(old)) {
			r.Files[i].Data = bytes.Replace(f.Data, []byte(old), []byte(replacement), 1)
			return
		}
	}
	t.Fatalf("no METADATA with %q", old)
}

func entryPoints(r *fixtures.Recipe, text string) {
	for i, f := range r.Files {
		if strings.HasSuffix(f.Path, ".dist-info/entry_points.txt") {
			r.Files[i].Data = []byte(text)
		}
	}
}
