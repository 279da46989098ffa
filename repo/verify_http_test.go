package repo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo"
	"wain/repo/store"
)

// overHTTP is a folder behind HTTP.
func overHTTP(t *testing.T, dir string) store.Reader {
	t.Helper()
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	at, err := store.NewHTTP(server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestVerifyHTTP: a repository of ours lists its suites; of others, apt suites are to be named.
func TestVerifyHTTP(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))))
	if err := os.RemoveAll(filepath.Join(dir, ".wain")); err != nil { // seldom is it served
		t.Fatal(err)
	}
	o := repo.VerifyOptions{Store: overHTTP(t, dir), Verifier: verifier(t, key(t, house)), Time: noon.Add(time.Hour)}
	wantFindings(t, o)
	remove("yum/el9/Packages/p/*")(t, dir)
	wantFindings(t, o, "package-missing yum/el9/Packages/p/python-myproject-1.2.3-1.el9.x86_64.rpm")

	foreign := fixtures.Aptly(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0")...)
	o = repo.VerifyOptions{Store: overHTTP(t, foreign), Verifier: archive(t), Suites: []string{"bookworm"}}
	wantFindings(t, o)
	remove("pool")(t, foreign)
	wantFindings(t, o, "package-missing pool/main/t/tool/tool_1.0_amd64.deb")
	o.Suites = nil
	if _, err := repo.Verify(t.Context(), o); !errors.Is(err, repo.ErrNoRepository) {
		t.Errorf("%v, want ErrNoRepository: nothing names a suite", err)
	}
	wantFindings(t, repo.VerifyOptions{Store: overHTTP(t, fixtures.Createrepo(t, tools(t, "rpm", "1.0")...))})
}

// TestVerifyListedFolders: a server answers for the folder Packages of a yum repository with its listing, which makes it
// no flat apt repository, nor a folder of packages alone any repository.
func TestVerifyListedFolders(t *testing.T) {
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, rpm("1.2.3", "amd64"))))
	o := repo.VerifyOptions{Store: overHTTP(t, filepath.Join(dir, "yum/el9")), Verifier: verifier(t, key(t, house)), Time: noon.Add(time.Hour)}
	wantFindings(t, o)
	remove("repodata")(t, filepath.Join(dir, "yum/el9"))
	if found, err := repo.Verify(t.Context(), o); !errors.Is(err, repo.ErrNoRepository) {
		t.Errorf("%v and %v, want ErrNoRepository", found, err)
	}
}

// A bomb is a store whose files are as long as one likes, and made as they are read.
type bomb map[string]func() (io.Reader, int64)

func (b bomb) Open(_ context.Context, name string) (store.Object, error) {
	make, ok := b[name]
	if !ok {
		return nil, os.ErrNotExist
	}
	r, size := make()
	return bombObject{r, size}, nil
}

func (b bomb) Size(ctx context.Context, name string) (int64, error) {
	o, err := b.Open(ctx, name)
	if err != nil {
		return 0, err
	}
	return o.Size(), nil
}

func (bomb) List(context.Context, string) ([]store.Entry, error) { return nil, errors.ErrUnsupported }

type bombObject struct {
	io.Reader
	size int64
}

func (o bombObject) Size() int64                     { return o.size }
func (bombObject) Close() error                      { return nil }
func (bombObject) ReadAt([]byte, int64) (int, error) { return 0, errors.New("not in order") }

// repeated is a text over and over.
func repeated(text string, size int64) func() (io.Reader, int64) {
	return func() (io.Reader, int64) { return io.LimitReader(&endless{text: []byte(text)}, size), size }
}

type endless struct {
	text []byte
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		k := copy(p[n:], e.text[e.at:])
		n, e.at = n+k, (e.at+k)%len(e.text)
	}
	return n, nil
}

func given(data []byte) func() (io.Reader, int64) {
	return func() (io.Reader, int64) { return bytes.NewReader(data), int64(len(data)) }
}

// TestVerifyBomb: what a server says costs bounded memory, and an end is found.
func TestVerifyBomb(t *testing.T) {
	release := func(size int64, name string) func() (io.Reader, int64) {
		return given([]byte(fmt.Sprintf("Suite: x\nDate: Fri, 20 Nov 2026 12:00:00 UTC\nSHA256:\n %s %d %s\n", strings.Repeat("0", 64), size, name)))
	}
	zeros := zip(strings.Repeat("\x00", 64<<20))
	repomd := func(packed []byte, open int) func() (io.Reader, int64) {
		return given([]byte(fmt.Sprintf(`<repomd><data type="primary"><checksum type="sha256">%s</checksum><location href="repodata/primary.xml.gz"/><size>%d</size>`+
			`<open-size>%d</open-size></data></repomd>`, sum(string(packed)), len(packed), open)))
	}
	deep := zip(`<metadata packages="1"><package type="rpm">` + strings.Repeat("<a>", 3<<20) + "</package></metadata>")
	tags := zip(`<metadata packages="1">` + strings.Repeat(">", 15<<20))
	for _, test := range []struct {
		name  string
		files bomb
		want  string // a finding's rule; empty: an error
	}{
		{"a Release without end", bomb{"dists/x/Release": repeated("x", 1<<40)}, ""},
		{"one line without end", bomb{"dists/x/Release": release(64<<20, "main/binary-all/Packages"), "dists/x/main/binary-all/Packages": repeated(strings.Repeat("x", 4096), 64<<20)}, "index-differs"},
		{"an index of another size", bomb{"dists/x/Release": release(1, "main/binary-all/Packages"), "dists/x/main/binary-all/Packages": repeated("x", 1<<50)}, "index-differs"},
		{"an index beyond all bounds", bomb{"dists/x/Release": release(1<<50, "main/binary-all/Packages"), "dists/x/main/binary-all/Packages": repeated("x", 1<<50)}, ""},
		{"more unpacked than announced", bomb{"repodata/repomd.xml": repomd(zeros, 1), "repodata/primary.xml.gz": given(zeros)}, "index-differs"},
		{"a record without end", bomb{"repodata/repomd.xml": repomd(zeros, 64<<20), "repodata/primary.xml.gz": given(zeros)}, "index-malformed"},
		{"elements in elements", bomb{"repodata/repomd.xml": repomd(deep, 64<<20), "repodata/primary.xml.gz": given(deep)}, "index-malformed"},
		{"tag ends alone", bomb{"repodata/repomd.xml": repomd(tags, 64<<20), "repodata/primary.xml.gz": given(tags)}, "index-differs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			found, err := repo.Verify(t.Context(), repo.VerifyOptions{Store: test.files, Unsigned: true, Suites: suitesOf(test.files)})
			runtime.ReadMemStats(&after)
			var size *repo.SizeError
			if test.want == "" && !errors.As(err, &size) || test.want != "" && err != nil {
				t.Errorf("%v", err)
			}
			has := test.want == ""
			for _, f := range found {
				has = has || f.Rule == test.want
			}
			if !has {
				t.Errorf("found %v, want %s", found, test.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 600<<20 {
				t.Errorf("%d MiB were allocated", used>>20)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func suitesOf(files bomb) []string {
	if files["dists/x/Release"] != nil {
		return []string{"x"}
	}
	return nil
}
