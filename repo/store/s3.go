package store

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// An S3 is a store in a bucket of an object store with the S3 interface. Several publishers may change it at once.
type S3 struct {
	options    S3Options
	client     *s3.Client
	host       string // of the endpoint; "" is AWS's own
	limits     limits
	conditions conditions
	turn       sync.Mutex // of a single publisher's updates
}

// S3Options says where the store is and how it is worked with. Bucket is needed; the rest has defaults.
type S3Options struct {
	Bucket string
	Prefix string // the repository's folder in the bucket; "" for all of it

	// Endpoint is the URL of a server that is not AWS; "" takes AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile's,
	// else AWS. Servers named so are asked with the bucket in the path.
	Endpoint string

	// PathStyle puts the bucket into the path of AWS's own endpoint too.
	PathStyle bool

	// SinglePublisher does without conditional requests, for servers that have none. Then nothing but the one who
	// runs it sees to it that publishers do not work at the same time.
	SinglePublisher bool

	// Head is the name of the state that every change replaces; "" is .wain/head.json.
	Head string

	// Jobs is how many requests run at once; 0 is 16.
	Jobs int

	// Patience is how long an Update tries while others are faster; 0 is ten minutes.
	Patience time.Duration

	// Waiting is called once when another publisher was faster and the plan is made again.
	Waiting func()

	// Retrying is called before a request that failed is sent again.
	Retrying func(verb, name string, err error)

	// Step is called before each single request that writes, such as "put" with the name of an object; its error fails
	// that request. Calls may overlap. Tests inject faults and pauses with it.
	Step func(verb, name string) error
}

// limits are sizes and times that tests make smaller.
type limits struct {
	single  int64         // the largest object of one PUT or one copy
	part    int64         // of a larger one
	chunk   int64         // bytes asked for at once when reading
	memory  int64         // the largest source that is held in memory
	answer  time.Duration // until a request without much of a body is given up
	tries   int           // of one request
	backoff time.Duration // before the second try; doubled for each further one
	settled time.Duration // after this nobody is at work on an object that no state names
}

var defaultLimits = limits{
	single: 5 << 30, part: 64 << 20, chunk: 4 << 20, memory: 8 << 20,
	answer: time.Minute, tries: 8, backoff: 100 * time.Millisecond, settled: time.Hour,
}

// NewS3 returns the store in a bucket. Region, credentials, profile and endpoint come from where AWS's own tools take
// them. It asks nobody yet: the first request fails with a [*CredentialsError] where there are none.
func NewS3(ctx context.Context, o S3Options) (*S3, error) {
	if o.Bucket == "" {
		return nil, fmt.Errorf("s3: a bucket is needed")
	}
	if o.Prefix != "" && !fs.ValidPath(o.Prefix) || o.Prefix == "." {
		return nil, fmt.Errorf("s3 prefix %q: not a folder's name", o.Prefix)
	}
	if o.Head == "" {
		o.Head = Private + "/head.json"
	}
	if o.Jobs <= 0 {
		o.Jobs = 16
	}
	if o.Patience <= 0 {
		o.Patience = 10 * time.Minute
	}
	settings, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(transport(o.Jobs)))
	if err != nil {
		return nil, fmt.Errorf("s3: read AWS settings: %w", err)
	}
	if settings.Region == "" {
		settings.Region = "us-east-1"
	}
	settings.Credentials = aws.NewCredentialsCache(namedCredentials{settings.Credentials})
	s := &S3{options: o, limits: defaultLimits}
	s.client = s3.NewFromConfig(settings, func(c *s3.Options) {
		if o.Endpoint != "" {
			c.BaseEndpoint = &o.Endpoint
		}
		c.UsePathStyle = o.PathStyle || c.BaseEndpoint != nil
		// Retries are ours (see retry); a checksum beside the signed SHA-256 is one more thing that older servers refuse.
		c.Retryer = aws.NopRetryer{}
		c.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		c.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		c.DisableLogOutputChecksumValidationSkipped = true
		c.ContinueHeaderThresholdBytes = 1 << 20
	})
	if endpoint := s.client.Options().BaseEndpoint; endpoint != nil {
		if s.host, err = endpointHost(*endpoint); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// namedCredentials gives the want of credentials its own error.
type namedCredentials struct{ aws.CredentialsProvider }

func (n namedCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := n.CredentialsProvider.Retrieve(ctx)
	if err != nil && ctx.Err() == nil {
		err = &CredentialsError{err}
	}
	return c, err
}

// transport is bounded in all that can hang but the bodies, whose requests have times of their own.
func transport(jobs int) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = jobs + 4
		t.DisableCompression = true // a .gz is what was asked for, not its content
	})
}

// endpointHost checks an endpoint. A password in it would reach error texts.
func endpointHost(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("s3: the endpoint is not a URL of http or https")
	}
	if u.User != nil {
		return "", fmt.Errorf("s3: the endpoint at %s has a user in it: credentials come from AWS's settings", u.Host)
	}
	return u.Host, nil
}

// String names the place, as in s3://bucket/prefix.
func (s *S3) String() string {
	return "s3://" + strings.TrimSuffix(s.options.Bucket+"/"+s.options.Prefix, "/")
}

// key is an object's key in the bucket.
func (s *S3) key(name string) *string {
	switch {
	case s.options.Prefix == "":
		return &name
	case name == ".":
		return &s.options.Prefix
	}
	key := s.options.Prefix + "/" + name
	return &key
}

// step announces a request that writes.
func (s *S3) step(verb, name string) error {
	if s.options.Step == nil {
		return nil
	}
	if err := s.options.Step(verb, name); err != nil {
		return fmt.Errorf("%s %s: %w", verb, name, err)
	}
	return nil
}

// temporary is a file without a name for bytes that cannot be read twice.
func temporary() (*os.File, error) {
	file, err := os.CreateTemp("", "wain-s3-")
	if err != nil {
		return nil, err
	}
	return file, os.Remove(file.Name())
}
