package convert_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"wain/convert"
	"wain/convert/index"
	"wain/fixtures"
)

// A target that cannot be served has its reason told, and does not stop the
// others.
func TestOneTargetFails(t *testing.T) {
	b := newBench(t)
	o := b.options("debian12", "debian12/arm64", "debian13", "el9+python3.11")
	o.Sources = []string{b.wheel("native", "myproject-1.2.3", func(r *fixtures.Recipe) {
		r.Filename = "myproject-1.2.3-cp311-cp311-manylinux_2_17_x86_64.whl"
		r.Files = append(r.Files, fixtures.RecipeFile{Path: "myproject/_speed.so", Data: machineCode(t)})
	})}
	result, err := convert.Build(context.Background(), o)
	var none *index.NoWheelError
	if !errors.As(err, &none) || result == nil {
		t.Fatalf("result %v, error %v", result, err)
	}
	for _, want := range []string{"debian12-arm64: no wheel of myproject 1.2.3", "debian13: no wheel of myproject 1.2.3"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
	var made, failed []string
	for _, p := range result.Packages {
		made = append(made, p.Target)
		if _, err := os.Stat(p.Path); err != nil {
			t.Error(err)
		}
	}
	for _, f := range result.Failures {
		failed = append(failed, f.Target)
	}
	if !slices.Equal(made, []string{"debian12", "el9-python3.11"}) || !slices.Equal(failed, []string{"debian12-arm64", "debian13"}) {
		t.Errorf("made %q, failed %q", made, failed)
	}
	for _, name := range failed {
		if _, err := os.Stat(b.path("dist/" + name)); err == nil {
			t.Errorf("dist/%s is there", name)
		}
	}
}
