package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// A conditionsMark is what the object at conditionsName says. A copy of the bucket elsewhere is another place, and is asked again.
type conditionsMark struct {
	Schema string `json:"schema"`
	Host   string `json:"host,omitempty"` // of the endpoint; none for AWS's own
	Bucket string `json:"bucket"`
	Prefix string `json:"prefix,omitempty"`
}

type conditions struct {
	mu     sync.Mutex
	honour bool
}

// probed makes sure, before the first write, that the server honours the conditions that all else relies on. Without an
// answer from it nothing is written but the probe, which is removed.
func (c *s3commit) probed(ctx context.Context) error {
	s := c.s
	if s.options.SinglePublisher {
		return nil
	}
	s.conditions.mu.Lock()
	defer s.conditions.mu.Unlock()
	if s.conditions.honour {
		return nil
	}
	mark, err := json.Marshal(conditionsMark{"wain/conditions/1", s.host, s.options.Bucket, s.options.Prefix})
	if err != nil {
		return err
	}
	have, err := ReadFile(ctx, s, conditionsName)
	if err != nil && !isAbsent(err) {
		return err
	}
	if string(have) != string(mark) {
		if err := s.probe(ctx); err != nil {
			return err
		}
		err := s.ask(ctx, "put", conditionsName, 0, func(ctx context.Context) error {
			_, err := s.put(ctx, conditionsName, newBody(conditionsName, mark), condition{}, "")
			return err
		})
		if err != nil {
			return s.explain("put", conditionsName, err)
		}
	}
	s.conditions.honour = true
	return nil
}

// probe writes an object of its own under conditions that hold and that do not.
func (s *S3) probe(ctx context.Context) error {
	name := conditionsName + "-" + rand.Text()
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.answer)
		defer cancel()
		_, _ = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.options.Bucket, Key: s.key(name)})
	}()
	var etag string
	write := func(text string, when condition) error {
		return s.ask(ctx, "put", name, 0, func(ctx context.Context) error {
			written, err := s.put(ctx, name, newBody(name, []byte(text)), when, "")
			if err == nil {
				etag = written
			}
			return err
		})
	}
	// A first answer that was lost makes the second try a refusal, which is as good.
	if err := write("first", condition{absent: true}); err != nil && status(err) != http.StatusPreconditionFailed {
		return s.doubt("If-None-Match on a new object", err)
	}
	if err := write("second", condition{absent: true}); !refused(err) {
		return s.doubt("a second PUT with If-None-Match: *", err)
	}
	st, err := s.stat(ctx, name)
	if err != nil {
		return err
	}
	if st == nil {
		return &UnconditionalError{s.String(), "an object that was just written is not there"}
	}
	etag = st.etag
	stale := etag
	if err := write("third", condition{etag: etag}); err != nil && status(err) != http.StatusPreconditionFailed {
		return s.doubt("If-Match with the object's ETag", err)
	}
	if st, err = s.stat(ctx, name); err != nil {
		return err
	}
	if tag(st) == stale {
		return &UnconditionalError{s.String(), "a PUT with If-Match and the object's ETag was refused"}
	}
	if err := write("fourth", condition{etag: stale}); !refused(err) {
		return s.doubt("a PUT with a stale If-Match", err)
	}
	return nil
}

// doubt makes an error of an answer to the probe. A failure that has nothing to do with conditions stays what it is.
func (s *S3) doubt(what string, err error) error {
	switch {
	case err == nil:
		return &UnconditionalError{s.String(), what + " was carried out"}
	case status(err) == http.StatusNotImplemented, status(err) == http.StatusBadRequest, refused(err):
		return &UnconditionalError{s.String(), fmt.Sprintf("%s: %d %s", what, status(err), code(err))}
	}
	return s.explain("put", conditionsName, err)
}
