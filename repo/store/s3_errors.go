package store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// An S3Error is an answer of the object store that ends what was asked, or the want of one.
type S3Error struct {
	Verb   string // such as put
	Object string // as in s3://bucket/key
	Status int    // of HTTP; 0 without an answer
	Code   string // the server's word, such as AccessDenied
	Err    error
}

func (e *S3Error) Error() string {
	var api smithy.APIError
	if errors.As(e.Err, &api) && e.Status != 0 {
		return fmt.Sprintf("%s %s: the server answers %d %s: %s", e.Verb, e.Object, e.Status, e.Code, api.ErrorMessage())
	}
	cause := e.Err
	var request *url.Error // its text repeats the method and the URL
	if errors.As(e.Err, &request) {
		cause = request.Err
	}
	return fmt.Sprintf("%s %s: %v", e.Verb, e.Object, cause)
}

func (e *S3Error) Unwrap() error { return e.Err }

// Is makes a refused permission match fs.ErrPermission. An absent bucket is no fs.ErrNotExist: it is not empty.
func (e *S3Error) Is(target error) bool {
	return target == fs.ErrPermission && e.Status == http.StatusForbidden
}

// A CredentialsError reports that none of AWS's sources has credentials.
type CredentialsError struct{ Err error }

func (e *CredentialsError) Error() string {
	if e.Err == nil {
		return "s3: no credentials"
	}
	return fmt.Sprintf("s3: no credentials: %v", e.Err)
}

func (e *CredentialsError) Unwrap() error { return e.Err }

// A ConflictError reports a name that no state of the repository knows, under which other bytes lie than it shall get.
// They may be of a publish that is under way, or of one that was killed.
type ConflictError struct {
	Name      string    // in the store
	Have, Got string    // SHA-256 in hex, there and here
	Modified  time.Time // when the bytes there were written
	Until     time.Time // from when on they count as left over, and are replaced
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("store %s: other bytes lie under this name (SHA-256 %s, written %s; ours are %s): they may be of a publish that is under way or was killed",
		e.Name, e.Have, e.Modified.UTC().Format(time.RFC3339), e.Got)
}

// An UnconditionalError reports a server that does not do what a condition of a request asks for. Two publishers at
// once would lose packages there.
type UnconditionalError struct {
	Store  string // as in s3://bucket/prefix
	Detail string // what was seen
}

func (e *UnconditionalError) Error() string {
	return fmt.Sprintf("%s: the server ignores conditional requests (%s): publishers at the same time would lose packages", e.Store, e.Detail)
}

// A BusyError reports that other publishers were faster until the patience ended.
type BusyError struct {
	Store    string
	Tries    int
	Patience time.Duration
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("%s: other publishers were faster %d times in %s", e.Store, e.Tries, e.Patience)
}

// status is the HTTP status of an answer; 0 where there was none.
func status(err error) int {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// code is the server's word for an error.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// absent says that there is no such object. HEAD has no body, hence no code, and its 404 may be the bucket's.
func absent(err error) bool {
	return status(err) == http.StatusNotFound && code(err) != "NoSuchBucket"
}

// refused says that a condition did not hold, or that another request was just then at work on the object.
func refused(err error) bool {
	switch status(err) {
	case http.StatusPreconditionFailed:
		return true
	case http.StatusConflict:
		return slices.Contains([]string{"", "Conflict", "ConditionalRequestConflict", "OperationAborted"}, code(err))
	}
	return absent(err)
}

// passing says that the same request may succeed a moment later. The object may have been stored nevertheless.
func passing(err error) bool {
	switch status(err) {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return true
	}
	switch code(err) {
	case "RequestTimeTooSkewed", "RequestTimeout", "SlowDown": // the client has learnt the server's time meanwhile
		return true
	}
	var content *ContentError
	var credentials *CredentialsError
	var name *net.DNSError
	if errors.As(err, &content) || errors.As(err, &credentials) || errors.As(err, &name) && name.IsNotFound {
		return false
	}
	var send *smithyhttp.RequestSendError
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &send) {
		return !errors.As(err, &certificate)
	}
	return errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded)
}

// isAbsent is absent for errors that were explained.
func isAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
