package wheel

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
)

// Row is one line of a RECORD file.
type Row struct {
	Path      string // "/" between components, no "./" and no "/" in front
	Algorithm string // "sha256"; "" when the row has no hash
	Digest    []byte
	Size      int64 // in bytes; -1 when the row has none
}

// digests are the algorithms that RECORD may use: those that the specification
// calls at least as strong as SHA-256 and that occur.
var digests = map[string]func() hash.Hash{
	"sha256": sha256.New,
	"sha384": sha512.New384,
	"sha512": sha512.New,
}

// ParseRecord reads a RECORD file: comma-separated values with the quotes of
// RFC 4180, a row a line, since no path may hold a line break. Missing columns,
// backslashes, and "/" or "./" in front of a path are tolerated: wheels have
// them. The error is an *Error for the first line that cannot be read.
func ParseRecord(text []byte) ([]Row, error) {
	rows := make([]Row, 0, bytes.Count(text, []byte("\n"))+1)
	number := 0
	for line := range strings.SplitSeq(string(text), "\n") {
		number++
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		row, err := parseRow(line)
		if err != nil {
			err.Detail = fmt.Sprintf("line %d: %s", number, err.Detail)
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func parseRow(line string) (Row, *Error) {
	fields, ok := splitRow(line)
	if !ok {
		return Row{}, refuse("record-syntax", "", "a quote that does not end, in %q", clip(line))
	}
	if len(fields) > 3 {
		return Row{}, refuse("record-syntax", "", "%d columns in %q", len(fields), clip(line))
	}
	fields = append(fields, "", "")
	row := Row{Path: recordPath(fields[0]), Size: -1}
	if row.Path == "" {
		return Row{}, refuse("record-syntax", "", "no path in %q", clip(line))
	}
	if fields[1] != "" {
		algorithm, digest, _ := strings.Cut(fields[1], "=")
		decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(digest, "="))
		if err != nil || algorithm == "" || len(decoded) == 0 {
			return Row{}, refuse("record-hash", row.Path, "%q is no hash", clip(fields[1]))
		}
		row.Algorithm, row.Digest = strings.ToLower(algorithm), decoded
	}
	if fields[2] != "" {
		size, err := strconv.ParseUint(fields[2], 10, 63)
		if err != nil {
			return Row{}, refuse("record-size", row.Path, "%q is no size", clip(fields[2]))
		}
		row.Size = int64(size)
	}
	return row, nil
}

// splitRow splits at commas outside of quotes; ok is false when a quote is
// open at the end.
func splitRow(line string) (fields []string, ok bool) {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, ","), true
	}
	var b strings.Builder
	quoted := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"' && quoted && i+1 < len(line) && line[i+1] == '"':
			b.WriteByte('"')
			i++
		case c == '"' && (quoted || b.Len() == 0):
			quoted = !quoted
		case c == ',' && !quoted:
			fields = append(fields, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(fields, b.String()), !quoted
}

// recordPath brings a path into the form of zip names.
func recordPath(path string) string {
	path = strings.ReplaceAll(path, `\`, "/")
	for {
		rest := strings.TrimPrefix(strings.TrimPrefix(path, "/"), "./")
		if rest == path {
			return path
		}
		path = rest
	}
}

// FormatRecord writes rows in the order given, with LF line ends; ParseRecord
// reads them back. Size -1 and no Algorithm leave the column empty.
func FormatRecord(rows []Row) []byte {
	var b bytes.Buffer
	for _, row := range rows {
		if strings.ContainsAny(row.Path, ",\"") {
			b.WriteString(`"` + strings.ReplaceAll(row.Path, `"`, `""`) + `"`)
		} else {
			b.WriteString(row.Path)
		}
		b.WriteByte(',')
		if row.Algorithm != "" {
			b.WriteString(row.Algorithm + "=" + base64.RawURLEncoding.EncodeToString(row.Digest))
		}
		b.WriteByte(',')
		if row.Size >= 0 {
			b.WriteString(strconv.FormatInt(row.Size, 10))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// checkRow refuses a row whose hash proves nothing about the file of the given
// size.
func checkRow(row Row, size int64) *Error {
	make, known := digests[row.Algorithm]
	switch {
	case row.Algorithm == "":
		return refuse("record-no-hash", row.Path, "RECORD has no hash for it")
	case row.Algorithm == "md5" || row.Algorithm == "sha1":
		return refuse("record-weak-hash", row.Path, "RECORD has only %s for it", row.Algorithm)
	case !known:
		return refuse("record-hash", row.Path, "RECORD uses %q, which is none of sha256, sha384 and sha512", clip(row.Algorithm))
	case len(row.Digest) != make().Size():
		return refuse("record-hash", row.Path, "RECORD's %s has %d bytes", row.Algorithm, len(row.Digest))
	case row.Size >= 0 && row.Size != size:
		return refuse("record-mismatch", row.Path, "%d bytes, RECORD says %d", size, row.Size)
	}
	return nil
}

// sameRow reports whether two rows of one path say the same.
func sameRow(a, b Row) bool {
	return a.Algorithm == b.Algorithm && slices.Equal(a.Digest, b.Digest) && a.Size == b.Size
}
