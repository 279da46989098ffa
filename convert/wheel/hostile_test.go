package wheel_test

import (
	"bytes"
	"hash/crc32"
	"strings"
)

var plain = []byte("print('hello')\n")

// extra is a demo wheel with one more member, changed by edit.
func extra(edit func(m *member)) *archive {
	m := member{name: "demo/more.py", data: plain, deflate: true}
	edit(&m)
	a := demo(m)
	return a
}

// named is a demo wheel with an empty member of that name.
func named(name string, flags uint16) *archive {
	return extra(func(m *member) { m.name, m.data, m.deflate, m.flags = name, nil, false, flags })
}

const utf8Flag = 1 << 11

// hostile are the archives that readers see differently or that harm: each is
// refused by one rule. The names are those of the attack.
var hostile = []struct {
	name  string
	rule  string
	build func() []byte
}{
	// The shape of the file.
	{"empty-file", "zip-end-record", func() []byte { return nil }},
	{"not-a-zip", "zip-end-record", func() []byte { return []byte(strings.Repeat("not a zip ", 100)) }},
	{"truncated", "zip-end-record", func() []byte { b := demo().bytes(); return b[:len(b)-30] }},
	{"end-record-truncated", "zip-end-record", func() []byte { b := demo().bytes(); return b[:len(b)-1] }},
	{"prefix", "zip-prefix", func() []byte { return append(bytes.Repeat([]byte("#!/bin/sh\n"), 4), demo().bytes()...) }},
	{"prefix-counted-in-offsets", "zip-prefix", func() []byte { a := demo(); a.prefix = []byte("MZ program"); return a.bytes() }},
	{"trailing-bytes", "zip-trailing-bytes", func() []byte { return append(demo().bytes(), "more"...) }},
	{"trailing-nul", "zip-trailing-bytes", func() []byte { return append(demo().bytes(), 0) }},
	{"concatenated-zips", "zip-prefix", func() []byte { return append(demo().bytes(), extra(func(*member) {}).bytes()...) }},
	{"concatenated-zips-with-right-offsets", "zip-prefix", func() []byte { a := demo(); a.prefix = demo().bytes(); return a.bytes() }},
	{"zip-in-the-comment", "zip-prefix", func() []byte { a := demo(); a.comment = demo().bytes(); return a.bytes() }},
	{"comment-too-long", "zip-end-record", func() []byte {
		a := demo()
		a.editEnd = func(h []byte) { le.PutUint16(h[20:], 9) }
		return a.bytes()
	}},
	{"comment-with-control-byte", "zip-comment", func() []byte { a := demo(); a.comment = []byte("a\x05b"); return a.bytes() }},
	{"no-entries", "dist-info-missing", func() []byte { return (&archive{}).bytes() }},
	{"prefix-and-no-entries", "zip-prefix", func() []byte { return (&archive{prefix: []byte("MZ program")}).bytes() }},
	{"gap-between-entries", "zip-gap", func() []byte { return extra(func(m *member) { m.before = []byte("xx") }).bytes() }},
	{"gap-before-directory", "zip-gap", func() []byte { a := demo(); a.beforeDirectory = []byte("gap!!"); return a.bytes() }},
	{"gap-after-directory", "zip-prefix", func() []byte { a := demo(); a.afterDirectory = []byte("gap!!"); return a.bytes() }},
	{"hidden-local-entry", "zip-hidden-entry", func() []byte { return extra(func(m *member) { m.noCentral = true }).bytes() }},
	{"hidden-first-entry", "zip-prefix", func() []byte {
		a := demo()
		a.members[0].noCentral = true
		return a.bytes()
	}},
	{"entry-without-local-header", "zip-overlap", func() []byte { return extra(func(m *member) { m.noLocal = true }).bytes() }},
	{"overlap", "zip-overlap", func() []byte {
		return extra(func(m *member) {
			m.editLocal = func(h []byte) { le.PutUint32(h[18:], 5000) }
			m.editCentral = func(h []byte) { le.PutUint32(h[20:], 5000) }
		}).bytes()
	}},
	{"two-entries-one-header", "zip-overlap", func() []byte {
		return extra(func(m *member) { m.noLocal, m.editCentral = true, func(h []byte) { le.PutUint32(h[42:], 0) } }).bytes()
	}},
	{"offset-beyond-file", "zip-overlap", func() []byte {
		return extra(func(m *member) { m.editCentral = func(h []byte) { le.PutUint32(h[42:], 1<<30) } }).bytes()
	}},
	{"local-signature", "zip-local-header", func() []byte {
		return extra(func(m *member) { m.editLocal = func(h []byte) { h[0] = 'Q' } }).bytes()
	}},
	{"other-record-in-directory", "zip-directory-record", func() []byte {
		a := demo()
		a.inDirectory = append([]byte("PK\x05\x05"), make([]byte, 60)...) // a digital signature
		a.editEnd = func(h []byte) { le.PutUint16(h[8:], 6); le.PutUint16(h[10:], 6) }
		return a.bytes()
	}},
	{"directory-entry-truncated", "zip-directory-record", func() []byte {
		return extra(func(m *member) { m.editCentral = func(h []byte) { le.PutUint16(h[28:], 60000) } }).bytes()
	}},

	// The end records.
	{"entry-count-low", "zip-entry-count", func() []byte {
		a := demo()
		a.editEnd = func(h []byte) { le.PutUint16(h[8:], 4); le.PutUint16(h[10:], 4) }
		return a.bytes()
	}},
	{"entry-count-high", "zip-entry-count", func() []byte {
		a := demo()
		a.editEnd = func(h []byte) { le.PutUint16(h[8:], 6); le.PutUint16(h[10:], 6) }
		return a.bytes()
	}},
	{"entry-counts-differ", "zip-entry-count", func() []byte {
		a := demo()
		a.editEnd = func(h []byte) { le.PutUint16(h[8:], 4) }
		return a.bytes()
	}},
	{"directory-size-wrong", "zip-prefix", func() []byte {
		a := demo()
		a.editEnd = func(h []byte) { le.PutUint32(h[12:], le.Uint32(h[12:])-1) }
		return a.bytes()
	}},
	{"directory-offset-wrong", "zip-directory-place", func() []byte {
		a := demo()
		a.editEnd = func(h []byte) { le.PutUint32(h[16:], le.Uint32(h[16:])+1) }
		return a.bytes()
	}},
	{"several-disks", "zip-disks", func() []byte { a := demo(); a.editEnd = func(h []byte) { h[4] = 1 }; return a.bytes() }},
	{"entry-on-another-disk", "zip-disks", func() []byte {
		return extra(func(m *member) { m.editCentral = func(h []byte) { h[34] = 1 } }).bytes()
	}},
	{"zip64-record-extensible", "zip64-end-record", wideEnd(func(h []byte) { le.PutUint64(h[4:], 45) }, nil)},
	{"zip64-record-other-count", "zip64-end-record", wideEnd(func(h []byte) { le.PutUint64(h[24:], 4); le.PutUint64(h[32:], 4) }, nil)},
	{"zip64-record-other-offset", "zip64-end-record", wideEnd(func(h []byte) { le.PutUint64(h[48:], 0) }, nil)},
	{"zip64-record-huge-offset", "zip64-end-record", wideEnd(func(h []byte) { le.PutUint64(h[48:], 1<<63) }, nil)},
	{"zip64-record-counts-differ", "zip64-end-record", wideEnd(func(h []byte) { le.PutUint64(h[24:], 4) }, nil)},
	{"zip64-record-signature", "zip64-end-record", wideEnd(func(h []byte) { h[0] = 'Q' }, nil)},
	{"zip64-record-disks", "zip64-end-record", wideEnd(func(h []byte) { h[16] = 1 }, nil)},
	{"zip64-locator-offset", "zip64-end-record", wideEnd(nil, func(h []byte) { le.PutUint64(h[8:], 0) })},
	{"zip64-locator-disks", "zip64-end-record", wideEnd(nil, func(h []byte) { h[16] = 2 })},

	{"zip64-record-outside-the-file", "zip64-end-record", wideEndAlone(func(h []byte) { le.PutUint64(h[48:], 1<<63) })},
	{"zip64-record-absurd-count", "zip-entry-count", wideEndAlone(func(h []byte) { le.PutUint64(h[24:], 1<<60); le.PutUint64(h[32:], 1<<60) })},
	{"zip64-locator-without-record", "zip64-end-record", func() []byte {
		a := demo()
		a.members, a.wide = nil, true
		return a.bytes()[56:]
	}},
	{"directory-too-large", "zip-directory-size", func() []byte { a := demo(); a.inDirectory = make([]byte, 17<<20); return a.bytes() }},

	// The two headers of an entry.
	{"name-mismatch", "zip-name-mismatch", func() []byte { return extra(func(m *member) { m.inLocal = "demo/evil.py" }).bytes() }},
	{"name-mismatch-shorter", "zip-name-mismatch", func() []byte { return extra(func(m *member) { m.inLocal = "demo/more" }).bytes() }},
	{"flags-mismatch", "zip-header-mismatch", func() []byte {
		return extra(func(m *member) { m.editLocal = func(h []byte) { h[7] |= 8 } }).bytes()
	}},
	{"method-mismatch", "zip-header-mismatch", func() []byte {
		return extra(func(m *member) { m.editLocal = func(h []byte) { h[8] = 0 } }).bytes()
	}},
	{"crc-mismatch-in-headers", "zip-header-mismatch", func() []byte {
		return extra(func(m *member) { m.editLocal = func(h []byte) { h[14] ^= 1 } }).bytes()
	}},
	{"local-packed-size-wrong", "zip-size-mismatch", func() []byte {
		return extra(func(m *member) { m.editLocal = func(h []byte) { h[18]++ } }).bytes()
	}},
	{"local-size-wrong", "zip-size-mismatch", func() []byte {
		return extra(func(m *member) { m.editLocal = func(h []byte) { h[22]++ } }).bytes()
	}},
	{"local-sizes-zero-without-descriptor", "zip-header-mismatch", func() []byte {
		return extra(func(m *member) { m.editLocal = blank }).bytes()
	}},
	{"entry-comment", "zip-entry-comment", func() []byte { return extra(func(m *member) { m.comment = []byte("PK") }).bytes() }},

	// Names.
	{"duplicate-name", "zip-duplicate-name", func() []byte { a := demo(); a.members = append(a.members, a.members[0]); return a.bytes() }},
	{"duplicate-directory", "zip-duplicate-name", func() []byte {
		a := demo()
		a.members = append(a.members, member{name: "demo/"}, member{name: "demo/"})
		return a.bytes()
	}},
	{"file-also-directory-entry", "zip-file-and-directory", func() []byte {
		a := demo()
		a.members = append(a.members, member{name: "demo/data.bin/"})
		return a.bytes()
	}},
	{"file-also-folder", "zip-file-and-directory", func() []byte { return named("demo/data.bin/x/y.py", 0).bytes() }},
	{"name-empty", "zip-name", func() []byte { return extra(func(m *member) { m.name = "" }).bytes() }},
	{"name-nul", "zip-name", func() []byte { return named("demo/a\x00.py", 0).bytes() }},
	{"name-newline", "zip-name", func() []byte { return named("demo/a\n.py", 0).bytes() }},
	{"name-escape-sequence", "zip-name", func() []byte { return named("demo/\x1b[2J", 0).bytes() }},
	{"name-delete", "zip-name", func() []byte { return named("demo/\x7f", 0).bytes() }},
	{"name-bidi-override", "zip-name", func() []byte { return named("demo/\u202egnp.py", utf8Flag).bytes() }},
	{"name-backslash", "zip-name", func() []byte { return named(`demo\a.py`, 0).bytes() }},
	{"name-absolute", "zip-name", func() []byte { return named("/etc/passwd", 0).bytes() }},
	{"name-drive", "zip-name", func() []byte { return named("C:a.py", 0).bytes() }},
	{"path-escape", "zip-name", func() []byte { return named("../evil.py", 0).bytes() }},
	{"path-escape-inside", "zip-name", func() []byte { return named("demo/../../evil.py", 0).bytes() }},
	{"name-dot", "zip-name", func() []byte { return named("demo/./a.py", 0).bytes() }},
	{"name-empty-component", "zip-name", func() []byte { return named("demo//a.py", 0).bytes() }},
	{"name-slash-only", "zip-name", func() []byte { return named("/", 0).bytes() }},
	{"name-too-deep", "zip-name", func() []byte { return named("demo"+strings.Repeat("/a", 201), 0).bytes() }},
	{"name-component-too-long", "zip-name", func() []byte { return named("demo/"+strings.Repeat("a", 256), 0).bytes() }},
	{"name-too-long", "zip-name", func() []byte { return named(strings.Repeat("a/", 2000)+"b", 0).bytes() }},
	{"name-not-utf8", "zip-name-encoding", func() []byte { return named("demo/\xff.py", utf8Flag).bytes() }},
	{"name-not-flagged-utf8", "zip-name-encoding", func() []byte { return named("demo/é.py", 0).bytes() }},

	// What an entry is.
	{"encrypted", "zip-encrypted", func() []byte { return extra(func(m *member) { m.flags = 1 }).bytes() }},
	{"strong-encryption", "zip-encrypted", func() []byte { return extra(func(m *member) { m.flags = 1 << 6 }).bytes() }},
	{"masked-headers", "zip-encrypted", func() []byte { return extra(func(m *member) { m.flags = 1 << 13 }).bytes() }},
	{"patch-data", "zip-flags", func() []byte { return extra(func(m *member) { m.flags = 1 << 5 }).bytes() }},
	{"unknown-flag", "zip-flags", func() []byte { return extra(func(m *member) { m.flags = 1 << 15 }).bytes() }},
	{"method-zstd", "zip-method", bothHeaders(8, func(h []byte) { le.PutUint16(h, 93) })},
	{"method-lzma", "zip-method", bothHeaders(8, func(h []byte) { le.PutUint16(h, 14) })},
	{"extract-version", "zip-version", bothHeaders(4, func(h []byte) { le.PutUint16(h, 63) })},
	{"extract-version-central-only", "zip-version", func() []byte {
		return extra(func(m *member) { m.editCentral = func(h []byte) { h[6] = 63 } }).bytes()
	}},
	{"extract-version-local-only", "zip-version", func() []byte {
		return extra(func(m *member) { m.editLocal = func(h []byte) { h[4] = 63 } }).bytes()
	}},
	{"symlink", "zip-symlink", func() []byte {
		return extra(func(m *member) { m.data, m.deflate, m.attributes = []byte("/etc/passwd"), false, 0o120777<<16 }).bytes()
	}},
	{"symlink-deflated-directory", "zip-symlink", func() []byte { return demoDirectory(0o120777).bytes() }},
	{"device", "zip-file-type", func() []byte { return extra(func(m *member) { m.attributes = 0o020666 << 16 }).bytes() }},
	{"file-typed-directory", "zip-file-type", func() []byte { return extra(func(m *member) { m.attributes = 0o040755 << 16 }).bytes() }},
	{"directory-typed-file", "zip-file-type", func() []byte { return demoDirectory(0o100644).bytes() }},
	{"directory-with-content", "zip-directory-entry", func() []byte {
		a := demo()
		a.members = append(a.members, member{name: "demo/sub/", data: []byte("x")})
		return a.bytes()
	}},

	{"directory-deflated-to-other-bytes", "zip-directory-entry", func() []byte { return deflatedDirectory([]byte{3, 4}).bytes() }},
	{"directory-deflated-to-more-bytes", "zip-directory-entry", func() []byte { return deflatedDirectory([]byte{1, 0, 0, 255, 255}).bytes() }},

	// Extra fields.
	{"zip64-extra-twice", "zip64-extra", func() []byte {
		return extra(func(m *member) { m.centralExtra = append(wideField(), wideField()...) }).bytes()
	}},
	{"zip64-extra-twice-local", "zip64-extra", func() []byte {
		return extra(func(m *member) { m.extra = append(wideField(), wideField()...) }).bytes()
	}},
	{"zip64-extra-odd-length", "zip64-extra", func() []byte {
		return extra(func(m *member) { m.centralExtra = extraField(1, make([]byte, 12)) }).bytes()
	}},
	{"zip64-extra-one-and-a-half", "zip64-extra", func() []byte {
		return extra(func(m *member) {
			m.centralExtra = extraField(1, le.AppendUint64(make([]byte, 0, 12), uint64(len(plain)))[:12])
		}).bytes()
	}},
	{"zip64-extra-contradicts", "zip64-extra", func() []byte {
		return extra(func(m *member) { m.centralExtra = wideField(len(plain)+1, 1) }).bytes()
	}},
	{"zip64-extra-too-short", "zip64-extra", func() []byte {
		return extra(func(m *member) {
			m.centralExtra = wideField(len(plain))
			m.editCentral = func(h []byte) { le.PutUint32(h[20:], 1<<32-1); le.PutUint32(h[24:], 1<<32-1) }
		}).bytes()
	}},
	{"zip64-extra-negative", "zip64-extra", func() []byte {
		return extra(func(m *member) {
			m.centralExtra = wideField(-1)
			m.editCentral = func(h []byte) { le.PutUint32(h[24:], 1<<32-1) }
		}).bytes()
	}},
	{"zip64-extra-ambiguous", "zip64-extra", func() []byte {
		// The packed size alone is asked for, two values are there.
		return extra(func(m *member) {
			m.centralExtra = wideField(len(plain), len(deflated(plain)))
			m.editCentral = func(h []byte) { le.PutUint32(h[20:], 1<<32-1) }
		}).bytes()
	}},
	{"zip64-extra-disk", "zip-disks", func() []byte {
		return extra(func(m *member) { m.centralExtra = extraField(1, append(make([]byte, 24), 1, 0, 0, 0)) }).bytes()
	}},
	{"zip64-local-size-wrong", "zip-size-mismatch", func() []byte {
		return extra(func(m *member) {
			m.extra = wideField(len(plain)+1, len(deflated(plain)))
			m.editLocal = func(h []byte) { le.PutUint32(h[18:], 1<<32-1); le.PutUint32(h[22:], 1<<32-1) }
		}).bytes()
	}},
	{"unicode-path-differs", "zip-unicode-path", func() []byte {
		return extra(func(m *member) { m.centralExtra = unicodePath(m.name, "demo/evil.py") }).bytes()
	}},
	{"unicode-path-differs-local", "zip-unicode-path", func() []byte {
		return extra(func(m *member) { m.extra = unicodePath(m.name, "demo/evil.py") }).bytes()
	}},
	{"unicode-path-twice", "zip-unicode-path", func() []byte {
		return extra(func(m *member) {
			m.centralExtra = append(unicodePath(m.name, m.name), unicodePath(m.name, m.name)...)
		}).bytes()
	}},
	{"unicode-path-other-crc", "zip-unicode-path", func() []byte {
		return extra(func(m *member) { m.centralExtra = unicodePath("demo/old.py", m.name) }).bytes()
	}},
	{"unicode-path-malformed", "zip-unicode-path", func() []byte {
		return extra(func(m *member) { m.centralExtra = extraField(0x7075, []byte{1}) }).bytes()
	}},
	{"extra-truncated", "zip-extra", func() []byte {
		return extra(func(m *member) { m.centralExtra = []byte{9, 9, 50, 0, 1} }).bytes()
	}},
	{"extra-stray-bytes", "zip-extra", func() []byte { return extra(func(m *member) { m.extra = []byte{0, 0} }).bytes() }},

	// Data descriptors.
	{"descriptor-missing", "zip-descriptor", func() []byte {
		return extra(func(m *member) { m.flags, m.editLocal = 8, blank }).bytes()
	}},
	{"descriptor-not-announced", "zip-descriptor", func() []byte {
		return extra(func(m *member) { m.after = descriptor(true, 0, 0, 0) }).bytes()
	}},
	{"descriptor-crc", "zip-descriptor", describedBy(func(crc uint32, packed, size int) []byte { return descriptor(true, crc^1, packed, size) })},
	{"descriptor-size", "zip-descriptor", describedBy(func(crc uint32, packed, size int) []byte { return descriptor(false, crc, packed, size+1) })},
	{"descriptor-packed-size", "zip-descriptor", describedBy(func(crc uint32, packed, size int) []byte { return descriptor(true, crc, packed+1, size) })},
	{"descriptor-signature", "zip-descriptor", describedBy(func(crc uint32, packed, size int) []byte {
		return append([]byte("PK\x07\x07"), descriptor(false, crc, packed, size)...)
	})},
	{"descriptor-wide-without-zip64", "zip-descriptor", describedBy(func(crc uint32, packed, size int) []byte {
		b := le.AppendUint32(nil, 0x08074b50)
		b = le.AppendUint32(b, crc)
		return le.AppendUint64(le.AppendUint64(b, uint64(packed)), uint64(size))
	})},
	{"descriptor-then-gap", "zip-descriptor", describedBy(func(crc uint32, packed, size int) []byte { return append(descriptor(true, crc, packed, size), 0) })},
	{"local-sizes-half-blank", "zip-size-mismatch", func() []byte {
		a := described(func(crc uint32, packed, size int) []byte { return descriptor(true, crc, packed, size) })
		a.members[4].editLocal = func(h []byte) { clear(h[18:26]) }
		return a.bytes()
	}},

	// The content.
	{"stored-size-wrong", "zip-size-mismatch", func() []byte {
		grow := func(at int) func(h []byte) { return func(h []byte) { h[at]++ } }
		return extra(func(m *member) { m.deflate, m.editLocal, m.editCentral = false, grow(22), grow(24) }).bytes()
	}},
	{"inflates-to-more", "zip-size-mismatch", func() []byte {
		return extra(func(m *member) { m.packed = deflated(append(plain[:len(plain):len(plain)], "# more"...)) }).bytes()
	}},
	{"inflates-to-less", "zip-size-mismatch", func() []byte {
		return extra(func(m *member) { m.packed = deflated(plain[:5]) }).bytes()
	}},
	{"leftover-after-deflate", "zip-leftover", func() []byte {
		return extra(func(m *member) { m.packed = append(deflated(plain), "hidden"...) }).bytes()
	}},
	{"deflate-truncated", "zip-deflate", func() []byte {
		return extra(func(m *member) { m.packed = deflated(plain)[:4] }).bytes()
	}},
	{"deflate-without-end", "zip-deflate", func() []byte {
		var b bytes.Buffer
		b.Write([]byte{0, byte(len(plain)), 0, ^byte(len(plain)), 0xff}) // a stored block that is not the last
		b.Write(plain)
		return extra(func(m *member) { m.packed = b.Bytes() }).bytes()
	}},
	{"deflate-corrupt", "zip-deflate", func() []byte {
		return extra(func(m *member) { m.packed = []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff} }).bytes()
	}},
	{"deflated-to-nothing", "zip-size-mismatch", func() []byte {
		return extra(func(m *member) { m.packed = []byte{} }).bytes()
	}},
	{"crc-wrong", "zip-crc-mismatch", func() []byte {
		return extra(func(m *member) { m.deflate, m.packed = false, bytes.ToUpper(plain) }).bytes()
	}},
	{"zip-bomb", "zip-bomb", func() []byte {
		// The sizes are what counts; nothing is inflated to find out.
		claim := func(at int) func(h []byte) { return func(h []byte) { le.PutUint32(h[at:], 70<<20) } }
		return extra(func(m *member) { m.editLocal, m.editCentral = claim(22), claim(24) }).bytes()
	}},
	{"zip-bomb-sum-overflow", "zip-bomb", func() []byte {
		return extra(func(m *member) {
			huge := wideField(1<<63-1, len(deflated(plain)))
			m.extra, m.centralExtra = huge, wideField(1<<63-1)
			m.editLocal = func(h []byte) { le.PutUint32(h[18:], 1<<32-1); le.PutUint32(h[22:], 1<<32-1) }
			m.editCentral = func(h []byte) { le.PutUint32(h[24:], 1<<32-1) }
		}).bytes()
	}},
}

// wideEnd builds a demo wheel with ZIP64 end records that the edits change.
func wideEnd(record, locator func(h []byte)) func() []byte {
	return func() []byte {
		a := demo()
		a.wide, a.editEnd64, a.editLocator = true, record, locator
		return a.bytes()
	}
}

// wideEndAlone is wideEnd with an end record that refers to the ZIP64 one.
func wideEndAlone(record func(h []byte)) func() []byte {
	return func() []byte {
		a := demo()
		a.wide, a.editEnd64 = true, record
		a.editEnd = func(h []byte) { copy(h[8:20], bytes.Repeat([]byte{0xff}, 12)) }
		return a.bytes()
	}
}

// bothHeaders edits the same field in both headers of a member; at is its
// offset in the local one.
func bothHeaders(at int, edit func(h []byte)) func() []byte {
	return func() []byte {
		return extra(func(m *member) {
			m.editLocal = func(h []byte) { edit(h[at:]) }
			m.editCentral = func(h []byte) { edit(h[at+2:]) }
		}).bytes()
	}
}

// described is a demo wheel whose member 4 has a data descriptor.
func described(by func(crc uint32, packed, size int) []byte) *archive {
	return extra(func(m *member) {
		m.flags, m.editLocal = 8, blank
		m.after = by(crc32.ChecksumIEEE(plain), len(deflated(plain)), len(plain))
	})
}

func describedBy(by func(crc uint32, packed, size int) []byte) func() []byte {
	return func() []byte { return described(by).bytes() }
}

// deflatedDirectory has a directory entry that is compressed to these bytes.
func deflatedDirectory(packed []byte) *archive {
	a := demo()
	a.members = append(a.members, member{name: "demo/sub/", deflate: true, packed: packed, attributes: 0o040755 << 16})
	return a
}

// demoDirectory has a directory entry of that Unix mode.
func demoDirectory(mode uint32) *archive {
	a := demo()
	a.members = append(a.members, member{name: "demo/sub/", attributes: mode << 16})
	return a
}
