package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wain/repo/store"
)

// site serves files by their names; rule may answer first.
func site(t *testing.T, files map[string]string, ranges bool, rule http.HandlerFunc) *store.HTTP {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answered := &spy{ResponseWriter: w}
		if rule(answered, r); answered.done {
			return
		}
		text, ok := files[strings.TrimPrefix(r.URL.Path, "/base/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if !ranges {
			r.Header.Del("Range")
		}
		w.Header().Set("ETag", fmt.Sprintf("%q", fmt.Sprint(len(text))))
		http.ServeContent(w, r, path.Base(r.URL.Path), time.Time{}, strings.NewReader(text))
	}))
	t.Cleanup(server.Close)
	h, err := store.NewHTTP(server.URL+"/base/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return store.HurryHTTP(h, 300*time.Millisecond, time.Millisecond, 100)
}

type spy struct {
	http.ResponseWriter
	done bool
}

func (s *spy) WriteHeader(code int) {
	s.done = true
	s.ResponseWriter.WriteHeader(code)
}

func nothing(http.ResponseWriter, *http.Request) {}

func TestHTTP(t *testing.T) {
	large := strings.Repeat("0123456789", 1000)
	files := map[string]string{"small": "content", "large": large, "empty": "", "dir/a+b~1^2 100%.deb": "deb"}
	for _, ranges := range []bool{true, false} {
		h := site(t, files, ranges, func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.RequestURI, "+") || r.Header.Get("Accept-Encoding") != "identity" {
				http.Error(w, "a blank, for some servers", http.StatusBadRequest)
			}
		})
		for name, want := range files {
			if size, err := h.Size(t.Context(), name); err != nil || size != int64(len(want)) {
				t.Errorf("Size of %s: %d, %v", name, size, err)
			}
			o, err := h.Open(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			if all, err := io.ReadAll(o); err != nil || string(all) != want || o.Size() != int64(len(want)) {
				t.Errorf("%s: %d bytes, %v, Size %d", name, len(all), err, o.Size())
			}
			if name == "large" {
				part := make([]byte, 15)
				if _, err := o.ReadAt(part, 9_905); err != nil || string(part) != large[9_905:9_920] {
					t.Errorf("ReadAt: %q, %v", part, err)
				}
				if n, err := o.ReadAt(part, 9_990); n != 10 || err != io.EOF {
					t.Errorf("ReadAt over the end: %d, %v", n, err)
				}
			}
			if err := o.Close(); err != nil {
				t.Error(err)
			}
		}
		if _, err := h.List(t.Context(), "."); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("List: %v, want errors.ErrUnsupported", err)
		}
	}
}

func TestHTTPAnswers(t *testing.T) {
	for status, want := range map[int]error{404: fs.ErrNotExist, 410: fs.ErrNotExist, 403: fs.ErrNotExist, 401: fs.ErrPermission, 500: nil, 503: nil, 418: nil} {
		asked := 0
		h := site(t, nil, true, func(w http.ResponseWriter, _ *http.Request) { asked++; w.WriteHeader(status) })
		_, err := h.Open(t.Context(), "file")
		var answer *store.StatusError
		if !errors.As(err, &answer) || want != nil && !errors.Is(err, want) || want == nil && errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("%d: %v, want %v", status, err, want)
		}
		if again := status >= 500; again != (asked > 1) || asked > 5 {
			t.Errorf("%d: asked %d times", status, asked)
		}
	}
}

// TestHTTPTroubles: a passing failure, a stalled transfer, a moved file, one that changes while it is read.
func TestHTTPTroubles(t *testing.T) {
	files := map[string]string{"file": strings.Repeat("x", 250)}
	var n atomic.Int64
	h := site(t, files, true, func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1:
			w.WriteHeader(http.StatusBadGateway)
		case 2:
			panic(http.ErrAbortHandler)
		case 3:
			<-r.Context().Done()
			w.WriteHeader(http.StatusOK)
		case 4:
			http.Redirect(w, r, "/base/file", http.StatusFound)
		}
	})
	data, err := store.ReadFile(t.Context(), h, "file")
	if err != nil || string(data) != files["file"] {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	changing := site(t, files, true, nothing)
	o, err := changing.Open(t.Context(), "file")
	if err != nil {
		t.Fatal(err)
	}
	files["file"] = strings.Repeat("y", 251)
	if all, err := io.ReadAll(o); err == nil || bytes.Contains(all, []byte("y")) {
		t.Errorf("read %q, %v: a mixture", all, err)
	}
	for _, base := range []string{"", "host/path", "ftp://host/", "http://user:secret@host/?q", "https://"} {
		if _, err := store.NewHTTP(base, nil); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", base, err)
		}
	}
	gone, err := store.NewHTTP("http://user:secret@127.0.0.1:1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.HurryHTTP(gone, time.Second, time.Millisecond, 100).Size(t.Context(), "file"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("nobody there: %v", err)
	}
	if _, err := gone.Open(t.Context(), "../file"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("a name outside: %v", err)
	}
}
