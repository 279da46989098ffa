package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"wain/fixtures"
	"wain/repo/store"
	"wain/repo/store/storetest"
)

var prefixes atomic.Int64

// newS3 is a store in a folder of its own of the server's bucket.
func newS3(t *testing.T, server *fixtures.S3Server, o store.S3Options) *store.S3 {
	t.Helper()
	o.Bucket, o.Endpoint = server.Bucket, server.Endpoint
	if o.Prefix == "" {
		o.Prefix = fmt.Sprintf("repo-%d", prefixes.Add(1))
	}
	s, err := store.NewS3(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestS3(t *testing.T) {
	server := fixtures.S3(t)
	server.Setenv(t)
	for name, options := range map[string]store.S3Options{"many publishers": {}, "a single publisher": {SinglePublisher: true}} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) store.Store { return newS3(t, server, options) }, storetest.LeavesUnnamed)
		})
	}
}
