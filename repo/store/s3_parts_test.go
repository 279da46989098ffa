package store_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo/store"
)

// TestS3PartsLost: the end of an upload in parts finds no such upload. That is success after a lost answer, and none
// where the object there is another one.
func TestS3PartsLost(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	data := bytes.Repeat([]byte("0123456789abcde\n"), (6<<20)/16)
	sum := sha256.Sum256(data)
	file := store.File{Name: "pool/large", Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:]), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
	for name, fault := range map[string]fixtures.S3Fault{
		"its own": {Drop: true},
		"another": {Status: http.StatusNotFound, Code: "NoSuchUpload", Before: func() {
			if err := server.Put("another/pool/large", []byte("another")); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			faults := 0
			faulty := server.Faulty(t, func(r *http.Request) fixtures.S3Fault {
				if r.Method == http.MethodPost && r.URL.Query().Has("uploadId") {
					if faults++; faults == 1 {
						return fault
					}
				}
				return fixtures.S3Fault{}
			})
			s := newS3(t, faulty, store.S3Options{Prefix: map[bool]string{true: "own", false: "another"}[fault.Drop]})
			store.Hurry(store.Shrink(s, 5<<20, 5<<20, 1<<20, 1<<10), 0, time.Millisecond, 0)
			_, err := s.Update(t.Context(), plan(&store.Change{Pool: []store.File{file}}))
			var conflict *store.ConflictError
			if fault.Drop != (err == nil) || !fault.Drop && !errors.As(err, &conflict) || faults == 0 {
				t.Errorf("Update: %v", err)
			}
		})
	}
}
