package frame

import (
	"sync"

	"github.com/klauspost/compress/zstd"
)

// An Unpacker uncompresses what a [Packer] made. The zero value is ready; it
// keeps its tables between calls. It may be used by several goroutines at
// once.
type Unpacker struct{ zstd sync.Pool }

// maxPart bounds what one part may unpack to, whatever it says.
const maxPart = 4 << 30

// Unzstd returns the content of one frame, which must be size bytes long, at
// most 4 GiB, and, from 256 bytes on, says so itself.
func (u *Unpacker) Unzstd(src []byte, size int64) ([]byte, error) {
	var h zstd.Header
	if err := h.Decode(src); err != nil {
		return nil, unexpected(err)
	}
	switch {
	case size < 0 || size > maxPart:
		return nil, &SizeError{Want: size}
	case h.HasFCS && h.FrameContentSize != uint64(size):
		return nil, &SizeError{Want: size, Got: int64(min(h.FrameContentSize, uint64(size)+1))}
	case !h.HasFCS:
		return Unzstd(src, size)
	}
	d, ok := u.zstd.Get().(*zstd.Decoder)
	if !ok {
		// The options are valid.
		d, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxPart),
			zstd.WithDecodeAllCapLimit(true))
	}
	defer u.zstd.Put(d)
	plain, err := d.DecodeAll(src, make([]byte, 0, size))
	if err != nil {
		return nil, unexpected(err)
	}
	if int64(len(plain)) != size {
		return nil, &SizeError{Want: size, Got: int64(len(plain))}
	}
	return plain, nil
}
