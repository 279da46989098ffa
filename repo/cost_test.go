package repo_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wain/fixtures/sample"
	"wain/repo/store"
)

// A meter counts what plans read of a store, and keeps the last change.
type meter struct {
	store.Store
	mu     sync.Mutex
	opened map[string]int
	change *store.Change
}

// Update implements [store.Store].
func (m *meter) Update(ctx context.Context, plan store.Plan) (bool, error) {
	m.opened, m.change = map[string]int{}, nil
	return m.Store.Update(ctx, func(ctx context.Context, at store.Reader) (*store.Change, error) {
		change, err := plan(ctx, metered{at, m})
		m.change = change
		return change, err
	})
}

// metered is what a plan reads.
type metered struct {
	store.Reader
	meter *meter
}

// Open implements [store.Reader].
func (r metered) Open(ctx context.Context, name string) (store.Object, error) {
	r.meter.mu.Lock()
	r.meter.opened[name]++
	r.meter.mu.Unlock()
	return r.Reader.Open(ctx, name)
}

// read counts what was opened below a folder with an ending. Each file is opened once.
func (m *meter) read(t *testing.T, folder, ending string) int {
	t.Helper()
	n := 0
	for name, times := range m.opened {
		if strings.HasPrefix(name, folder) && strings.HasSuffix(name, ending) {
			n++
			if times > 1 {
				t.Errorf("%s was opened %d times", name, times)
			}
		}
	}
	return n
}

// wrote counts the files of the change below a folder, and their bytes.
func (m *meter) wrote(folder string) (files int, bytes int64) {
	if m.change == nil {
		return 0, 0
	}
	all := append(append([]store.File(nil), m.change.Pool...), m.change.Index...)
	if m.change.Head.State != nil {
		all = append(all, *m.change.Head.State)
	}
	for _, f := range append(all, m.change.Head.Files...) {
		if strings.HasPrefix(f.Name, folder) && (f.Data != nil || f.Open != nil) {
			files++
			bytes += max(f.Size, int64(len(f.Data)))
		}
	}
	return files, bytes
}

// samples makes small packages of a format, three versions of each name.
func samples(t testing.TB, format string, first, last int) string {
	t.Helper()
	dir, maker := t.TempDir(), sample.NewMaker()
	for i := first; i <= last; i++ {
		p := sample.Package{Name: fmt.Sprintf("python-sample%06d", i/3), Version: fmt.Sprintf("1.%d", i%3)}
		data := maker.Deb(p)
		if format == "rpm" {
			data = maker.RPM(p)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".", format)), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestCostOfOne adds one package to a repository of two thousand. What is done for it does not depend on their number,
// but for the joining of the indexes: one segment is looked into, one is written, no package is opened.
func TestCostOfOne(t *testing.T) {
	const count = 2000
	for _, format := range []string{"deb", "rpm"} {
		t.Run(format, func(t *testing.T) {
			m := &meter{Store: store.NewMemory()}
			o := options(t, "", samples(t, format, 1, count))
			o.Store, o.Suite = m, "bench"
			publish(t, o)
			written, _ := m.wrote(".wain/segments/")
			segments := written / 2 // facts and parts

			one := o
			one.Paths, one.Time = []string{samples(t, format, count+1, count+1)}, noon.Add(time.Hour)
			result := publish(t, one)
			if len(result.Suites) != 1 || len(result.Suites[0].Added) != 1 {
				t.Fatalf("published %+v", result.Suites)
			}
			if n := m.read(t, ".wain/segments/", ".json"); n != 1 {
				t.Errorf("%d segments were looked into, of %d", n, segments)
			}
			if n := m.read(t, ".wain/segments/", ".parts"); n > segments || n < segments-1 {
				t.Errorf("the parts of %d segments were joined, of %d", n, segments)
			}
			for _, pool := range []string{"apt/", "yum/"} {
				if n := m.read(t, pool, ""); n != 0 {
					t.Errorf("%d files below %s were opened", n, pool)
				}
			}
			// Half of a split is two segments; a segment of 256 packages takes about a hundred bytes for each in each form.
			if files, bytes := m.wrote(".wain/segments/"); files > 4 || bytes > 400<<10 {
				t.Errorf("%d files of segments with %d bytes were written", files, bytes)
			}
			if files, bytes := m.wrote(".wain/"); files > 8 || bytes > 450<<10 {
				t.Errorf("%d files of the state with %d bytes were written", files, bytes)
			}
			if files, _ := m.wrote(""); files > 24 {
				t.Errorf("%d files were written", files)
			}

			again := one
			again.Time = noon.Add(2 * time.Hour)
			if result := publish(t, again); result.Changed {
				t.Error("the same package again is a change")
			}
			if facts, parts := m.read(t, ".wain/segments/", ".json"), m.read(t, ".wain/segments/", ".parts"); facts != 1 || parts != 0 {
				t.Errorf("to find nothing new, %d segments were looked into and the parts of %d read", facts, parts)
			}
			if files, _ := m.wrote(".wain/"); files != 0 {
				t.Errorf("%d files of the state were written for nothing new", files)
			}
		})
	}
}

// TestCostOfAll gives a thousand published packages again: each segment is looked into once.
func TestCostOfAll(t *testing.T) {
	m := &meter{Store: store.NewMemory()}
	o := options(t, "", samples(t, "deb", 1, 1000))
	o.Store, o.Suite = m, "bench"
	first := publish(t, o)
	o.Time = noon.Add(time.Hour)
	second := publish(t, o)
	if second.Changed || len(second.Suites[0].Unchanged) != len(first.Suites[0].Added) {
		t.Errorf("changed %t, %d packages unchanged", second.Changed, len(second.Suites[0].Unchanged))
	}
	if n := m.read(t, ".wain/segments/", ".parts"); n != 0 {
		t.Errorf("the parts of %d segments were read for nothing new", n)
	}
	m.read(t, ".wain/", "")
}
