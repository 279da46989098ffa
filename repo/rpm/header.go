package rpm

import (
	"encoding/binary"
	"strings"
)

const (
	// introLen is the length of a header's fixed part: magic, version,
	// four reserved bytes, entry count, data length.
	introLen   = 16
	introMagic = "\x8e\xad\xe8\x01"
	entryLen   = 16
	// maxEntries and maxData are rpm's own bounds.
	maxEntries = 0xffff
	maxData    = 256<<20 - 1
)

// header is one parsed header section. Its strings are parts of one copy of
// the data, so an entry costs nothing until it is asked for.
type header struct {
	part    string // for errors
	entries map[tag]entry
	data    string
}

// entry says where a tag's values lie in the data.
type entry struct {
	kind   kind
	offset int
	count  int
}

// least is how many bytes the values take at least; of a string that is its
// NUL byte.
func (e entry) least() int {
	if e.kind.isText() {
		return e.count
	}
	return e.count * e.kind.width()
}

// parseIntro reads a header's fixed part and returns the number of its
// entries and the length of its data, both within rpm's bounds.
func parseIntro(intro []byte, part string) (entries, data int, err error) {
	if string(intro[:4]) != introMagic {
		return 0, 0, refuse("header-magic", part, "it begins with % x", intro[:4])
	}
	n, size := binary.BigEndian.Uint32(intro[8:]), binary.BigEndian.Uint32(intro[12:])
	if n == 0 || n > maxEntries || size > maxData {
		return 0, 0, refuse("header-size", part, "%d entries and %d bytes of data are announced", n, size)
	}
	return int(n), int(size), nil
}

// parseHeader reads the entries of a header whose fixed part has been read;
// body is entry table and data.
func parseHeader(body []byte, entries int, part string) (*header, error) {
	h := &header{part: part, entries: make(map[tag]entry, entries), data: string(body[entries*entryLen:])}
	claimed := 0
	for i := range entries {
		record := body[i*entryLen:][:entryLen]
		t := tag(binary.BigEndian.Uint32(record))
		e := entry{
			kind:   kind(binary.BigEndian.Uint32(record[4:])),
			offset: int(binary.BigEndian.Uint32(record[8:])),
			count:  int(binary.BigEndian.Uint32(record[12:])),
		}
		if err := h.check(t, e); err != nil {
			return nil, err
		}
		// Values may not share bytes, or a small header could hold any number
		// of them.
		if claimed += e.least(); claimed > len(h.data) {
			return nil, refuse("header-entry", part, "at least %d bytes of values in %d", claimed, len(h.data))
		}
		if _, twice := h.entries[t]; twice {
			return nil, refuse("header-entry", part, "tag %d occurs twice", t)
		}
		h.entries[t] = e
	}
	return h, nil
}

// check refuses an entry whose values do not lie within the data.
func (h *header) check(t tag, e entry) error {
	if e.kind > kindI18N || e.kind == kindString && e.count != 1 {
		return refuse("header-entry", h.part, "tag %d has type %d with %d values", t, e.kind, e.count)
	}
	if e.offset > len(h.data) {
		return refuse("header-entry", h.part, "tag %d begins at %d of %d bytes", t, e.offset, len(h.data))
	}
	if left := len(h.data) - e.offset; e.least() > left {
		return refuse("header-entry", h.part, "tag %d has %d values in %d bytes", t, e.count, left)
	}
	return nil
}

// has reports whether a tag is there.
func (h *header) has(t tag) bool {
	_, ok := h.entries[t]
	return ok
}

// texts returns a tag's strings, nil when it is absent.
func (h *header) texts(t tag) ([]string, error) {
	e, ok := h.entries[t]
	if !ok {
		return nil, nil
	}
	if !e.kind.isText() {
		return nil, refuse("header-entry", h.part, "tag %d has type %d where text belongs", t, e.kind)
	}
	values := make([]string, 0, e.count)
	rest := h.data[e.offset:]
	for range e.count {
		value, after, ok := strings.Cut(rest, "\x00")
		if !ok {
			return nil, refuse("header-entry", h.part, "tag %d has a string without an end", t)
		}
		values = append(values, value)
		rest = after
	}
	return values, nil
}

// text returns a tag's first string, "" when it is absent. For a translated
// tag that is the untranslated one.
func (h *header) text(t tag) (string, error) {
	if e, ok := h.entries[t]; ok && e.kind.isText() && e.count > 1 {
		e.count = 1
		h = &header{part: h.part, entries: map[tag]entry{t: e}, data: h.data}
	}
	values, err := h.texts(t)
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0], nil
}

// numbers returns a tag's integers of any width, nil when it is absent.
func (h *header) numbers(t tag) ([]uint64, error) {
	e, ok := h.entries[t]
	if !ok {
		return nil, nil
	}
	width := e.kind.width()
	if width == 0 || e.kind == kindBinary {
		return nil, refuse("header-entry", h.part, "tag %d has type %d where a number belongs", t, e.kind)
	}
	values := make([]uint64, e.count)
	rest := h.data[e.offset:]
	for i := range values {
		for _, b := range []byte(rest[:width]) {
			values[i] = values[i]<<8 | uint64(b)
		}
		rest = rest[width:]
	}
	return values, nil
}

// number returns the first integer of the first of the tags that is there,
// and whether any is.
func (h *header) number(tags ...tag) (uint64, bool, error) {
	for _, t := range tags {
		values, err := h.numbers(t)
		if err != nil {
			return 0, false, err
		}
		if len(values) > 0 {
			return values[0], true, nil
		}
	}
	return 0, false, nil
}

// bytes returns a binary tag's value, "" when it is absent.
func (h *header) bytes(t tag) (string, error) {
	e, ok := h.entries[t]
	if !ok {
		return "", nil
	}
	if e.kind != kindBinary {
		return "", refuse("header-entry", h.part, "tag %d has type %d where bytes belong", t, e.kind)
	}
	return h.data[e.offset:][:e.count], nil
}
