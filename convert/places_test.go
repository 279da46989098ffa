package convert_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wain/convert"
	"wain/convert/index"
	"wain/fixtures"
)

// An index may be a folder: one below it for each project.
func TestIndexInFolder(t *testing.T) {
	b := newBench(t)
	for _, name := range fixtures.Names() {
		file := fixtures.WheelFilename(name)
		project, _, _ := strings.Cut(file, "-")
		dir := b.path("simple/" + strings.ReplaceAll(project, "_", "-"))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), fixtures.Wheel(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, place := range []string{b.path("simple"), "file://" + b.path("simple")} {
		o := b.options("debian12")
		o.FindLinks, o.Indexes = nil, []index.Remote{{URL: place}}
		build(t, o)
	}
	o := b.options("debian12")
	o.FindLinks, o.Indexes = nil, []index.Remote{{Name: "corp", URL: b.path("absent")}}
	_, err := convert.Build(context.Background(), o)
	var unusable *index.IndexError
	if !errors.As(err, &unusable) || unusable.Name != "corp" || !strings.Contains(err.Error(), "absent: no such file or directory") {
		t.Errorf("error is %v", err)
	}
}
