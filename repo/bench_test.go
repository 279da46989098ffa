package repo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkPublish publishes small packages of one format, for profiles: all into a new repository, the same again, and
// one more into a repository that has them. The folder is where TMPDIR says:
//
//	TMPDIR=/dev/shm go test ./repo -run '^$' -bench 'Publish/rpm/^10000$/^one$' -cpuprofile cpu.out
func BenchmarkPublish(b *testing.B) {
	for _, format := range []string{"deb", "rpm"} {
		for _, count := range []int{1000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", format, count), func(b *testing.B) { benchPublish(b, format, count) })
		}
	}
}

func benchPublish(b *testing.B, format string, count int) {
	put := func(b *testing.B, dir, from string) {
		o := options(b, dir, from)
		o.Suite = "bench"
		publish(b, o)
	}
	all := samples(b, format, 1, count)
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			dir := filepath.Join(b.TempDir(), "repo")
			put(b, dir, all)
			b.StopTimer()
			if err := os.RemoveAll(dir); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
	full := filepath.Join(b.TempDir(), "repo")
	b.Run("same", func(b *testing.B) {
		put(b, full, all)
		for b.Loop() {
			put(b, full, all)
		}
	})
	next := count
	b.Run("one", func(b *testing.B) {
		put(b, full, all)
		for b.Loop() {
			b.StopTimer()
			next++
			one := samples(b, format, next, next)
			b.StartTimer()
			put(b, full, one)
		}
	})
}
