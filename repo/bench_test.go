package repo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkPublish publishes 1,000 small debs and as many rpms, for profiles:
//
//	go test ./repo -run '^$' -bench Publish -cpuprofile cpu.out
func BenchmarkPublish(b *testing.B) {
	var packages []made
	for i := range 1000 {
		d, r := deb(fmt.Sprintf("1.%d", i), "amd64"), rpm(fmt.Sprintf("1.%d", i), "amd64")
		d.name, r.name = fmt.Sprintf("python-sample%03d", i/3), fmt.Sprintf("python-sample%03d", i/3)
		packages = append(packages, d, r)
	}
	from := dist(b, packages...)
	one := dist(b, deb("2", "amd64"), rpm("2", "amd64"))
	run := func(b *testing.B, dir, from string) {
		publish(b, options(b, dir, from))
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			run(b, filepath.Join(b.TempDir(), "repo"), from)
		}
	})
	full := filepath.Join(b.TempDir(), "repo")
	run(b, full, from)
	b.Run("same", func(b *testing.B) {
		for b.Loop() {
			run(b, full, from)
		}
	})
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			dir := filepath.Join(b.TempDir(), "repo")
			if err := os.CopyFS(dir, os.DirFS(full)); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			run(b, dir, one)
		}
	})
}
