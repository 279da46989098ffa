package store

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
)

// slowest is the rate in bytes a second below which a transfer counts as broken.
const slowest = 128 << 10

// ask sends a request, which moves size bytes, and sends it again after failures that may pass. It must do no harm
// when it is carried out twice. The error is the last try's, for explain.
func (s *S3) ask(ctx context.Context, verb, name string, size int64, send func(context.Context) error) error {
	for try := 1; ; try++ {
		err := s.once(ctx, size, send)
		if err == nil || ctx.Err() != nil || try == s.limits.tries || !passing(err) {
			return err
		}
		if s.options.Retrying != nil {
			s.options.Retrying(verb, name, s.explain(verb, name, err))
		}
		if err := pause(ctx, s.limits.backoff, try); err != nil {
			return err
		}
	}
}

// once sends a request a single time, within the time that size bytes may take.
func (s *S3) once(ctx context.Context, size int64, send func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.limits.answer+time.Duration(size/slowest)*time.Second)
	defer cancel()
	return send(ctx)
}

// pause waits before the next try: about twice as long each time, at most ten seconds, and not as long as others do.
func pause(ctx context.Context, first time.Duration, try int) error {
	longest := min(first<<min(try, 10), 10*time.Second)
	select {
	case <-time.After(longest/4 + rand.N(longest)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// explain gives a failed request an error that says what was asked of what.
func (s *S3) explain(verb, name string, err error) error {
	object := "s3://" + s.options.Bucket + "/" + *s.key(name)
	var content *ContentError
	var told *S3Error
	var credentials *CredentialsError
	switch {
	case errors.As(err, &credentials):
		return credentials
	case err == nil, errors.As(err, &content), errors.As(err, &told), errors.Is(err, errMoved):
		return err
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case absent(err):
		return &fs.PathError{Op: verb, Path: object, Err: fs.ErrNotExist}
	}
	return &S3Error{Verb: verb, Object: object, Status: status(err), Code: code(err), Err: err}
}

// A stat is what a store knows of an object without reading it.
type stat struct {
	etag     string
	size     int64
	sum      string // SHA-256 in hex, where a publisher of ours wrote it
	writer   string // who wrote it, for the head
	modified time.Time
	age      time.Duration // by the server's own clock
}

// The metadata of our objects.
const (
	sumKey    = "sha256"
	writerKey = "wain-writer"
)

// stat returns nil where there is no object.
func (s *S3) stat(ctx context.Context, name string) (*stat, error) {
	var found *stat
	send := func(ctx context.Context) error {
		out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.options.Bucket, Key: s.key(name)})
		if err != nil {
			return err
		}
		found = newStat(out.ETag, out.ContentLength, out.Metadata, out.LastModified, out.ResultMetadata)
		return nil
	}
	err := s.ask(ctx, "head", name, 0, send)
	if status(err) == http.StatusForbidden { // without a body that says why: our clock may have jumped
		err = s.ask(ctx, "head", name, 0, send)
	}
	if absent(err) {
		return nil, nil
	}
	return found, s.explain("head", name, err)
}

func newStat(etag *string, size *int64, metadata map[string]string, modified *time.Time, answer middleware.Metadata) *stat {
	st := &stat{sum: metadata[sumKey], writer: metadata[writerKey]}
	if etag != nil {
		st.etag = *etag
	}
	if size != nil {
		st.size = *size
	}
	if modified != nil {
		st.modified = *modified
		if now, ok := awsmiddleware.GetServerTime(answer); ok {
			st.age = now.Sub(*modified)
		}
	}
	return st
}

// A condition says what must be under a name for a write to be done. The zero value is none.
type condition struct {
	absent bool
	etag   string
}

// unless is the condition that nobody wrote since the object was looked at.
func unless(st *stat) condition {
	if st == nil {
		return condition{absent: true}
	}
	return condition{etag: st.etag}
}

// put writes an object with one request, a single time, and returns its new ETag.
func (s *S3) put(ctx context.Context, name string, b *body, when condition, writer string) (string, error) {
	if err := s.step("put", name); err != nil {
		return "", err
	}
	content, cache := headers(name, b.head)
	input := &s3.PutObjectInput{
		Bucket: &s.options.Bucket, Key: s.key(name), ContentLength: &b.size, ContentType: &content, CacheControl: &cache,
		Metadata: map[string]string{sumKey: b.sum},
	}
	if writer != "" {
		input.Metadata[writerKey] = writer
	}
	if !s.options.SinglePublisher {
		if when.absent {
			any := "*"
			input.IfNoneMatch = &any
		} else if when.etag != "" {
			input.IfMatch = &when.etag
		}
	}
	reader := b.reader()
	input.Body = reader
	out, err := s.client.PutObject(ctx, input, withHash(b.sum))
	switch {
	case reader.failed != nil:
		return "", sourceError(name, reader.failed)
	case err != nil:
		return "", err
	case out.ETag == nil:
		return "", nil
	}
	return *out.ETag, nil
}

// withHash has the body's known hash signed, so that it need not be read before it is sent, and so that the server
// refuses other bytes.
func withHash(sum string) func(*s3.Options) {
	return s3.WithAPIOptions(func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("KnownHash",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				return next.HandleInitialize(v4.SetPayloadHash(ctx, sum), in)
			}), middleware.Before)
	})
}
