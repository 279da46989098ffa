package lock

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// coding is the comment of PEP 263.
var coding = regexp.MustCompile(`coding[:=]\s*([-\w.]+)`)

// decode gives the text of a file: by its byte order mark, else by the coding
// comment in one of its first two lines, else as UTF-8.
func decode(data []byte) (string, *problem) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return decodeUTF8(data[3:])
	case bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		return decodeUTF32(data[4:], binary.BigEndian)
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")): // before UTF-16, whose mark begins it
		return decodeUTF32(data[4:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return decodeUTF16(data[2:], binary.BigEndian)
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return decodeUTF16(data[2:], binary.LittleEndian)
	}
	rest := data
	for range 2 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		if bytes.HasPrefix(line, []byte("#")) {
			if m := coding.FindSubmatch(line); m != nil {
				return decodeNamed(data, string(m[1]))
			}
		}
		rest = after
	}
	return decodeUTF8(data)
}

// decodeNamed decodes by the names that Python has for the encodings that lock
// files are found in. The rest of Python's hundred serves nobody here.
func decodeNamed(data []byte, name string) (string, *problem) {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
	case "utf-8", "utf8", "u8", "utf", "utf-8-sig", "utf8-sig", "cp65001":
		return decodeUTF8(data)
	case "ascii", "us-ascii", "646":
		if i := bytes.IndexFunc(data, func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
			return "", problemf(RuleEncoding, "byte %#x in an ASCII file: save it as UTF-8", data[i])
		}
		return string(data), nil
	case "latin-1", "latin1", "latin", "l1", "iso-8859-1", "iso8859-1", "8859", "cp819":
		return decodeBytes(data, func(b byte) rune { return rune(b) })
	case "cp1252", "windows-1252", "1252":
		return decodeBytes(data, cp1252)
	}
	return "", problemf(RuleEncoding, "the encoding %s is not read: save the file as UTF-8", quote(name))
}

func decodeUTF8(data []byte) (string, *problem) {
	if !utf8.Valid(data) {
		return "", problemf(RuleEncoding, "not UTF-8: save the file as UTF-8, or name its encoding in the first line, as in # -*- coding: latin-1 -*-")
	}
	return string(data), nil
}

func decodeUTF16(data []byte, order binary.ByteOrder) (string, *problem) {
	var b strings.Builder
	b.Grow(len(data) / 2)
	for ; len(data) >= 2; data = data[2:] {
		r := rune(order.Uint16(data))
		if utf16.IsSurrogate(r) {
			if len(data) < 4 {
				break
			}
			if r = utf16.DecodeRune(r, rune(order.Uint16(data[2:]))); r == utf8.RuneError {
				break
			}
			data = data[2:]
		}
		b.WriteRune(r)
	}
	if len(data) > 0 {
		return "", problemf(RuleEncoding, "a UTF-16 byte order mark, and no UTF-16: save the file as UTF-8")
	}
	return b.String(), nil
}

func decodeUTF32(data []byte, order binary.ByteOrder) (string, *problem) {
	var b strings.Builder
	b.Grow(len(data) / 4)
	for ; len(data) >= 4; data = data[4:] {
		r := order.Uint32(data)
		if r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
			break
		}
		b.WriteRune(rune(r))
	}
	if len(data) > 0 {
		return "", problemf(RuleEncoding, "a UTF-32 byte order mark, and no UTF-32: save the file as UTF-8")
	}
	return b.String(), nil
}

// decodeBytes decodes an encoding of one byte a character; -1 is a byte that
// has none.
func decodeBytes(data []byte, char func(byte) rune) (string, *problem) {
	var b strings.Builder
	b.Grow(len(data))
	for _, c := range data {
		r := char(c)
		if r < 0 {
			return "", problemf(RuleEncoding, "byte %#x has no meaning in the file's encoding: save it as UTF-8", c)
		}
		b.WriteRune(r)
	}
	return b.String(), nil
}

// cp1252 is Latin-1 but for 0x80 to 0x9f.
// https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT
func cp1252(b byte) rune {
	if b < 0x80 || b > 0x9f {
		return rune(b)
	}
	return [...]rune{
		'€', -1, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', -1, 'Ž', -1,
		-1, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', -1, 'ž', 'Ÿ',
	}[b-0x80]
}
