package frame

import (
	"bytes"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// gzipLevel and zstdLevel were chosen by measurement over Debian's own
// Packages in parts of 256 KiB (docs/formats.md): the next level up of
// gzip costs a quarter more time for less than a hundredth of the bytes.
const (
	gzipLevel = 6
	zstdLevel = zstd.SpeedDefault
)

// A Packer compresses. The zero value is ready; it keeps its tables between
// calls, which for zstd and a segment's few hundred kilobytes is half of the
// work. It may be used by several goroutines at once.
type Packer struct{ gzip, zstd sync.Pool }

// Gzip returns data as one gzip member.
func (p *Packer) Gzip(data []byte) []byte {
	b := bytes.NewBuffer(make([]byte, 0, len(data)/4+64))
	w, ok := p.gzip.Get().(*gzip.Writer)
	if ok {
		w.Reset(b)
	} else {
		// The level is valid.
		w, _ = gzip.NewWriterLevel(b, gzipLevel)
	}
	// This writer stamps a zero time as a date in 2042; 0 means none.
	w.ModTime = time.Unix(0, 0)
	// Neither call can fail: a buffer takes all.
	_, _ = w.Write(data)
	_ = w.Close()
	p.gzip.Put(w)
	return b.Bytes()
}

// Zstd returns data as one zstd frame that ends in a checksum of its content
// and, from 256 bytes on, begins with its length.
func (p *Packer) Zstd(data []byte) []byte {
	w, ok := p.zstd.Get().(*zstd.Encoder)
	if !ok {
		// The options are valid. Without WithZeroFrames nothing at all would
		// stand for no data. A larger window would cost memory for each
		// encoder and find nothing more in parts of this size.
		w, _ = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstdLevel), zstd.WithEncoderConcurrency(1),
			zstd.WithEncoderCRC(true), zstd.WithWindowSize(1<<20), zstd.WithZeroFrames(true))
	}
	out := w.EncodeAll(data, make([]byte, 0, len(data)/4+64))
	p.zstd.Put(w)
	return out
}

// Gzip returns data as one gzip member. For many calls, see [Packer].
func Gzip(data []byte) []byte { return new(Packer).Gzip(data) }

// Zstd returns data as one zstd frame. For many calls, see [Packer].
func Zstd(data []byte) []byte { return new(Packer).Zstd(data) }
