package store_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"wain/repo/store"
)

// TestS3Hostile reads from servers that lie about lengths: memory follows what they send, and nothing panics.
func TestS3Hostile(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "TESTONLY")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test-only-secret")
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
	for name, second := range map[string]string{"a TiB": "bytes 64-127/1099511627776", "later less": "bytes 64-127/70", "later nothing": "bytes 64-127/64", "before the start": "bytes 0-63/-5"} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked++
				w.Header().Set("ETag", `"a"`)
				if w.Header().Set("Content-Range", "bytes 0-63/1099511627776"); asked > 1 || name == "before the start" {
					w.Header().Set("Content-Range", second)
				}
				if asked > 1000 {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				w.WriteHeader(http.StatusPartialContent)
				fmt.Fprintf(w, "%064d", asked)
			}))
			defer server.Close()
			s, err := store.NewS3(t.Context(), store.S3Options{Bucket: "b", Endpoint: server.URL})
			if err != nil {
				t.Fatal(err)
			}
			store.Hurry(store.Shrink(s, 1<<30, 1<<30, 64, 1<<20), 0, time.Millisecond, 0)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if data, err := store.ReadFile(t.Context(), s, "file"); err == nil {
				t.Errorf("read %d bytes", len(data))
			}
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 512<<20 {
				t.Errorf("%d MiB for %d answers of 64 bytes", used>>20, asked)
			}
		})
	}
}
