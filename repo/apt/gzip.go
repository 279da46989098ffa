package apt

import (
	"bytes"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Gzip returns data as one gzip member that depends on nothing but data: no
// name, no time, a fixed level. Members may be joined: every apt, dnf and
// zypper measured reads several as one file.
func Gzip(data []byte) []byte {
	var b bytes.Buffer
	// Neither call can fail: the level is valid and a buffer takes all.
	w, _ := gzip.NewWriterLevel(&b, gzip.DefaultCompression)
	// This writer stamps a zero time as a date in 2042; 0 means none.
	w.ModTime = time.Unix(0, 0)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}
