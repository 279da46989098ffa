package deb_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz"

	"wain/repo/deb"
)

// TestReader reads many packages with one reader, damaged ones between them
// and several at once: each reads as it does alone.
func TestReader(t *testing.T) {
	var files [][]byte
	for i := range 20 {
		for _, suffix := range []string{".gz", ".xz", ".zst"} {
			control := compress(t, suffix, controlTar("control", plainControl+fmt.Sprintf("X-Number: %d\n", i)))
			file := arFile(formatMember(), arMember{"control.tar" + suffix, control}, arMember{"data.tar" + suffix, compress(t, suffix, tarFile(tarEntry{fmt.Sprint("./", i), "", '0'}))})
			damaged := bytes.Clone(file)
			damaged[8+60+4+60+len(control)/2] ^= 0x20
			files = append(files, file, damaged)
		}
	}
	type answer struct {
		Package *deb.Package
		Paths   []string
		Errors  string
	}
	ask := func(d *deb.Reader, file []byte) (a answer) {
		r, size := bytes.NewReader(file), int64(len(file))
		var errs [2]error
		a.Package, errs[0] = d.Read(r, size)
		a.Paths, errs[1] = d.Paths(r, size)
		a.Errors = fmt.Sprint(errs)
		return a
	}
	var one deb.Reader
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i, file := range files {
				if diff := cmp.Diff(ask(new(deb.Reader), file), ask(&one, file)); diff != "" {
					t.Errorf("worker %d, package %d (-alone +among many):\n%s", worker, i, diff)
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkReadXZ(b *testing.B) {
	var control bytes.Buffer
	w, err := xz.WriterConfig{DictCap: 8 << 20}.NewWriter(&control) // as dpkg-deb does
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.Write(controlTar("./control", plainControl)); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	file := arFile(formatMember(), arMember{"control.tar.xz", control.Bytes()}, arMember{"data.tar.xz", compress(b, ".xz", tarFile())})
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			_, _ = deb.Read(bytes.NewReader(file), int64(len(file)))
		}
	})
	b.Run("many", func(b *testing.B) {
		var d deb.Reader
		for b.Loop() {
			_, _ = d.Read(bytes.NewReader(file), int64(len(file)))
		}
	})
}
