package convert_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"wain/convert"
	"wain/convert/target"
	"wain/fixtures"
)

// BenchmarkBuild converts the web set, without signing, for profiles:
//
//	go test ./convert -run '^$' -bench Build -cpuprofile cpu.out
func BenchmarkBuild(b *testing.B) {
	wheels := fixtures.RealWheels(b, "web")
	var targets []target.Target
	for _, name := range []string{"debian12", "el9+python3.11"} {
		t, err := target.Find(name, "")
		if err != nil {
			b.Fatal(err)
		}
		targets = append(targets, t)
	}
	app, err := fixtures.BuildWheel(fixtures.Recipe{Filename: "storefront-1.2.3-py3-none-any.whl"})
	if err != nil {
		b.Fatal(err)
	}
	source := filepath.Join(b.TempDir(), "storefront-1.2.3-py3-none-any.whl")
	if err := os.WriteFile(source, app, 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, err := convert.Build(b.Context(), convert.Options{
			Sources: []string{source}, Lock: filepath.Join(wheels, "requirements.txt"), Places: convert.Places{FindLinks: []string{wheels}},
			Targets: targets, Prefix: "/opt/venvs", Output: b.TempDir(), Scratch: b.TempDir(), Jobs: runtime.NumCPU(),
			Epoch: time.Unix(1767614400, 0), Getenv: os.Getenv,
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
