package egg

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"wain/convert/wheel"
)

// write writes the wheel: the files in the order of names, those of .dist-info
// last and RECORD at the very end, as the wheel format recommends.
func (c *conversion) write(ctx context.Context, w io.Writer) error {
	info := c.distInfo("")
	c.out = append(c.out, made(info+"WHEEL", c.stamp(), c.wheelFile()))
	slices.SortFunc(c.out, func(a, b file) int {
		if x, y := strings.HasPrefix(a.name, info), strings.HasPrefix(b.name, info); x != y {
			if x {
				return 1
			}
			return -1
		}
		return strings.Compare(a.name, b.name)
	})
	z := zip.NewWriter(w)
	rows := make([]wheel.Row, 0, len(c.out)+1)
	for i := range c.out {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := &c.out[i]
		sum, err := add(z, f)
		if err != nil {
			return err
		}
		rows = append(rows, wheel.Row{Path: f.name, Algorithm: "sha256", Digest: sum, Size: f.size})
	}
	rows = append(rows, wheel.Row{Path: info + "RECORD", Size: -1})
	record := made(info+"RECORD", c.stamp(), wheel.FormatRecord(rows))
	if _, err := add(z, &record); err != nil {
		return err
	}
	return z.Close()
}

// wheelFile is the WHEEL file.
func (c *conversion) wheelFile() []byte {
	pure := c.name.Tags[0].Platform == "any"
	text := "Wheel-Version: 1.0\nGenerator: wain\nRoot-Is-Purelib: " + strconv.FormatBool(pure) + "\n"
	for _, tag := range c.name.Tags {
		text += "Tag: " + tag.String() + "\n"
	}
	return []byte(text)
}

// errChanged: the header of a file is written before its content is read.
var errChanged = errors.New("the file changed while it was read")

// add copies one file and gives its SHA-256.
func add(z *zip.Writer, f *file) ([]byte, error) {
	const madeByUnix, regular = 3<<8 | 20, 0o100000
	header := &zip.FileHeader{
		Name: f.name, CreatorVersion: madeByUnix, ReaderVersion: 20, Method: zip.Store,
		CRC32: f.crc, CompressedSize64: uint64(f.size), UncompressedSize64: uint64(f.size),
		ExternalAttrs: uint32(regular|f.mode) << 16,
	}
	if strings.ContainsFunc(f.name, func(r rune) bool { return r >= 0x80 }) {
		header.Flags |= 1 << 11 // the name is UTF-8
	}
	//lint:ignore SA1019 Modified would add an extra field, which wheels from build tools do not have
	header.ModifiedDate, header.ModifiedTime = dosTime(f.time)
	to, err := z.CreateRaw(header)
	if err != nil {
		return nil, err
	}
	r, err := f.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	sum, crc := sha256.New(), crc32.NewIEEE()
	// A folder's file may have grown.
	n, err := io.Copy(io.MultiWriter(to, sum, crc), io.LimitReader(r, f.size+1))
	if err == nil && (n != f.size || crc.Sum32() != f.crc) {
		err = errChanged
	}
	return sum.Sum(nil), err
}

// dosTime is a time stamp as zip headers have it, in UTC and two seconds
// exact; 1980 is the first year, and stands for no time at all.
func dosTime(t time.Time) (date, clock uint16) {
	t = t.UTC()
	if t.Year() < 1980 || t.Year() > 2107 {
		return 1<<5 | 1, 0
	}
	date = uint16(t.Day() | int(t.Month())<<5 | (t.Year()-1980)<<9)
	return date, uint16(t.Second()/2 | t.Minute()<<5 | t.Hour()<<11)
}
