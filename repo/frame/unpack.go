package frame

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds the memory that foreign frames may ask for: as much as
// libzstd takes without being told otherwise.
const maxWindow = 128 << 20

// A SizeError says that what was compressed is not as long as it should be.
type SizeError struct {
	// Want is the announced length in bytes.
	Want int64
	// Got is the length that was found; where it is more than Want, no
	// further byte was looked at.
	Got int64
}

func (e *SizeError) Error() string {
	if e.Got > e.Want {
		return fmt.Sprintf("more than %d bytes uncompressed", e.Want)
	}
	return fmt.Sprintf("%d bytes uncompressed, not %d", e.Got, e.Want)
}

// Gunzip returns the content of one or more gzip members, which must be size
// bytes long. It takes no more memory than that and the members do.
func Gunzip(src []byte, size int64) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, unexpected(err)
	}
	return readSize(r, int64(len(src)), size)
}

// Unzstd returns the content of one or more zstd frames, which must be size
// bytes long.
func Unzstd(src []byte, size int64) ([]byte, error) {
	if len(src) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	d, err := zstd.NewReader(bytes.NewReader(src), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return readSize(d, int64(len(src)), size)
}

// readSize reads exactly size bytes. What is announced may be a lie: memory
// is taken as the bytes come, but for a first guess by the packed length.
func readSize(r io.Reader, packed, size int64) ([]byte, error) {
	const usual = 16 // times smaller, at most, are indexes once compressed
	b := bytes.NewBuffer(make([]byte, 0, min(max(size, 0), packed*usual)+bytes.MinRead))
	n, err := b.ReadFrom(io.LimitReader(r, size+1))
	if err != nil {
		return nil, unexpected(err)
	}
	if n != size {
		return nil, &SizeError{Want: size, Got: n}
	}
	return b.Bytes(), nil
}

// unexpected turns the end of nothing into what it is here: an error.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
