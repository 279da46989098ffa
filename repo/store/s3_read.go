package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"sort"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Open implements [Reader]. A small object comes with one request, a larger one piece by piece as it is read. An object
// that is replaced meanwhile fails further reads.
func (s *S3) Open(ctx context.Context, name string) (Object, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	o, _, err := s.get(ctx, name)
	return o, err
}

// get opens an object and tells what it is. Absent, the error matches fs.ErrNotExist.
func (s *S3) get(ctx context.Context, name string) (Object, *stat, error) {
	first, st, err := s.piece(ctx, name, "", 0, s.limits.chunk)
	if status(err) == http.StatusRequestedRangeNotSatisfiable { // nothing is in it
		if st, err = s.stat(ctx, name); err == nil && st == nil {
			err = &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
	}
	if err != nil {
		return nil, nil, s.explain("get", name, err)
	}
	return &ranged{
		ctx: ctx, size: st.size, piece: s.limits.chunk, held: first,
		fetch: func(ctx context.Context, offset, length int64) ([]byte, error) {
			data, _, err := s.piece(ctx, name, st.etag, offset, length)
			return data, s.explain("get", name, err)
		},
	}, st, nil
}

// piece reads up to length bytes from offset of the object that has the ETag, if one is given.
func (s *S3) piece(ctx context.Context, name, etag string, offset, length int64) (data []byte, st *stat, err error) {
	part := fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)
	input := &s3.GetObjectInput{Bucket: &s.options.Bucket, Key: s.key(name), Range: &part}
	if etag != "" {
		input.IfMatch = &etag
	}
	err = s.ask(ctx, "get", name, length, func(ctx context.Context) error {
		out, err := s.client.GetObject(ctx, input)
		if err != nil {
			return err
		}
		defer out.Body.Close()
		total := out.ContentLength
		if out.ContentRange != nil {
			_, text, _ := strings.Cut(*out.ContentRange, "/")
			size, err := strconv.ParseInt(text, 10, 64)
			if err != nil || size < offset {
				return fmt.Errorf("the server answers with the range %q", *out.ContentRange)
			}
			total = &size
		} else if total == nil || *total < 0 || *total > length || offset > 0 {
			return errors.New("the server does not answer with the range that was asked for")
		}
		st = newStat(out.ETag, total, out.Metadata, out.LastModified, out.ResultMetadata)
		data = make([]byte, min(length, st.size-offset))
		_, err = io.ReadFull(out.Body, data)
		return err
	})
	return data, st, err
}

// Size implements [Reader].
func (s *S3) Size(ctx context.Context, name string) (int64, error) {
	if !fs.ValidPath(name) {
		return 0, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrInvalid}
	}
	st, err := s.stat(ctx, name)
	if err != nil {
		return 0, err
	}
	if st == nil {
		return 0, &fs.PathError{Op: "stat", Path: s.String() + "/" + name, Err: fs.ErrNotExist}
	}
	return st.size, nil
}

// List implements [Reader].
func (s *S3) List(ctx context.Context, folder string) ([]Entry, error) {
	if !fs.ValidPath(folder) {
		return nil, &fs.PathError{Op: "list", Path: folder, Err: fs.ErrInvalid}
	}
	var entries []Entry
	err := s.list(ctx, folder, "/", func(out *s3.ListObjectsV2Output, prefix string) {
		for _, object := range out.Contents {
			// An object with the folder's own name and a slash is what some tools make for a folder.
			if name := strings.TrimPrefix(*object.Key, prefix); name != "" {
				entry := Entry{Name: name}
				if object.LastModified != nil {
					entry.Modified = *object.LastModified
				}
				entries = append(entries, entry)
			}
		}
		for _, below := range out.CommonPrefixes {
			if name := path.Base(*below.Prefix); fs.ValidPath(name) {
				entries = append(entries, Entry{Name: name, Folder: true})
			}
		}
	})
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name < entries[j].Name })
	return entries, err
}

// list goes through the pages of what lies below a folder, all of it without a delimiter.
func (s *S3) list(ctx context.Context, folder, delimiter string, page func(out *s3.ListObjectsV2Output, prefix string)) error {
	prefix := ""
	if key := *s.key(folder); key != "." {
		prefix = key + "/"
	}
	input := &s3.ListObjectsV2Input{Bucket: &s.options.Bucket, Prefix: &prefix}
	if delimiter != "" {
		input.Delimiter = &delimiter
	}
	for {
		var out *s3.ListObjectsV2Output
		err := s.ask(ctx, "list", folder, 0, func(ctx context.Context) (err error) {
			out, err = s.client.ListObjectsV2(ctx, input)
			return err
		})
		if err != nil {
			return s.explain("list", folder, err)
		}
		page(out, prefix)
		if out.IsTruncated == nil || !*out.IsTruncated || out.NextContinuationToken == nil {
			return nil
		}
		input.ContinuationToken = out.NextContinuationToken
	}
}
