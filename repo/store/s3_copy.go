package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// copy gives an object a second name within the server. Its headers are made anew, since the names may be of two kinds.
// A condition on the new name is ignored by most servers, so there is none: only names that say their content, or lie
// in a folder that does, are written so, and two writers copy the same content.
func (c *s3commit) copy(ctx context.Context, name, from string, source *stat) error {
	if err := c.probed(ctx); err != nil {
		return err
	}
	s := c.s
	if err := s.step("copy", name); err != nil {
		return err
	}
	defer c.wrote.Store(true)
	if source.size > s.limits.single {
		return s.explain("copy", name, s.copyParts(ctx, name, from, source))
	}
	content, cache := headers(name, false)
	place := s.copySource(from)
	err := s.ask(ctx, "copy", name, source.size, func(ctx context.Context) error {
		_, err := s.client.CopyObject(ctx, &s3.CopyObjectInput{
			Bucket: &s.options.Bucket, Key: s.key(name), CopySource: &place, CopySourceIfMatch: &source.etag,
			MetadataDirective: types.MetadataDirectiveReplace, ContentType: &content, CacheControl: &cache, Metadata: source.metadata(),
		})
		return err
	})
	return s.explain("copy", name, err)
}

// metadata is what a copy says of itself.
func (st *stat) metadata() map[string]string {
	if st.sum == "" {
		return nil
	}
	return map[string]string{sumKey: st.sum}
}

// copySource is an object's place as the header wants it: + and % would be read as something else.
func (s *S3) copySource(name string) string {
	segments := strings.Split(s.options.Bucket+"/"+*s.key(name), "/")
	for i, segment := range segments {
		segments[i] = strings.ReplaceAll(url.QueryEscape(segment), "+", "%20")
	}
	return strings.Join(segments, "/")
}

// putParts writes an object that is too large for one request. Each part is held in memory, so that it can be sent
// again; the whole becomes visible at the end, when its hash is known to be right.
func (s *S3) putParts(ctx context.Context, file File, when condition) error {
	if err := s.step("put", file.Name); err != nil {
		return err
	}
	source, err := file.Open()
	if err != nil {
		return sourceError(file.Name, err)
	}
	defer source.Close()
	sum := sha256.New()
	all := io.TeeReader(io.LimitReader(source, file.Size+1), sum)
	read := int64(0)
	part := make([]byte, max(s.limits.part, file.Size/9000))
	return s.inParts(ctx, file.Name, &stat{size: file.Size, sum: file.SHA256}, when, func(number int32, id *string) (*types.CompletedPart, error) {
		n, err := io.ReadFull(all, part)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, sourceError(file.Name, err)
		}
		read += int64(n)
		if n == 0 || read > file.Size {
			if got := hex.EncodeToString(sum.Sum(nil)); read != file.Size || got != file.SHA256 {
				return nil, &ContentError{Name: file.Name, WantSize: file.Size, GotSize: read, Want: file.SHA256, Got: got}
			}
			return nil, nil
		}
		b := newBody(file.Name, part[:n])
		done := &types.CompletedPart{PartNumber: &number}
		return done, s.ask(ctx, "put", file.Name, b.size, func(ctx context.Context) error {
			out, err := s.client.UploadPart(ctx, &s3.UploadPartInput{
				Bucket: &s.options.Bucket, Key: s.key(file.Name), PartNumber: &number, UploadId: id, Body: b.reader(), ContentLength: &b.size,
			}, withHash(b.sum))
			if err == nil {
				done.ETag = out.ETag
			}
			return err
		})
	})
}

func (s *S3) copyParts(ctx context.Context, name, from string, source *stat) error {
	place, offset := s.copySource(from), int64(0)
	size := max(s.limits.part, source.size/9000)
	return s.inParts(ctx, name, source, condition{}, func(number int32, id *string) (*types.CompletedPart, error) {
		if offset == source.size {
			return nil, nil
		}
		length := min(size, source.size-offset)
		span := fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)
		offset += length
		done := &types.CompletedPart{PartNumber: &number}
		return done, s.ask(ctx, "copy", name, length, func(ctx context.Context) error {
			out, err := s.client.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
				Bucket: &s.options.Bucket, Key: s.key(name), PartNumber: &number, UploadId: id,
				CopySource: &place, CopySourceIfMatch: &source.etag, CopySourceRange: &span,
			})
			if err == nil {
				done.ETag = out.CopyPartResult.ETag
			}
			return err
		})
	})
}

// inParts writes an object part by part until part returns nil. What a killed writer leaves of it is invisible; the
// bucket's lifecycle rule for incomplete uploads removes it.
func (s *S3) inParts(ctx context.Context, name string, source *stat, when condition, part func(number int32, id *string) (*types.CompletedPart, error)) error {
	content, cache := headers(name, false)
	var id *string
	err := s.ask(ctx, "put", name, 0, func(ctx context.Context) error {
		out, err := s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
			Bucket: &s.options.Bucket, Key: s.key(name), ContentType: &content, CacheControl: &cache, Metadata: source.metadata(),
		})
		if err == nil {
			id = out.UploadId
		}
		return err
	})
	if err != nil {
		return err
	}
	var parts []types.CompletedPart
	for err == nil {
		var done *types.CompletedPart
		if done, err = part(int32(len(parts)+1), id); done == nil {
			break
		}
		parts = append(parts, *done)
	}
	if err == nil {
		err = s.complete(ctx, name, id, source, parts, when)
	}
	if err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.answer)
		defer cancel()
		_, _ = s.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &s.options.Bucket, Key: s.key(name), UploadId: id})
	}
	return err
}

// complete ends an upload in parts. A second try after a lost answer finds no such upload, and neither does one whose
// upload was ended by others; the object then tells.
func (s *S3) complete(ctx context.Context, name string, id *string, source *stat, parts []types.CompletedPart, when condition) error {
	input := &s3.CompleteMultipartUploadInput{
		Bucket: &s.options.Bucket, Key: s.key(name), UploadId: id, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}
	if !s.options.SinglePublisher {
		if when.absent {
			any := "*"
			input.IfNoneMatch = &any
		} else if when.etag != "" {
			input.IfMatch = &when.etag
		}
	}
	return s.ask(ctx, "put", name, 1<<30, func(ctx context.Context) error { // servers may take minutes to join the parts
		_, err := s.client.CompleteMultipartUpload(ctx, input)
		if code(err) == "NoSuchUpload" {
			if st, looked := s.stat(ctx, name); looked == nil && st != nil && source.sum != "" && st.sum == source.sum && st.size == source.size {
				return nil
			}
		}
		return err
	})
}
