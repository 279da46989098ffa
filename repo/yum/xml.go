package yum

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// writer builds XML by appending. There is nothing to fail.
type writer struct{ b []byte }

// raw appends markup.
func (w *writer) raw(parts ...string) {
	for _, p := range parts {
		w.b = append(w.b, p...)
	}
}

// attribute appends ` name="value"`.
func (w *writer) attribute(name, value string) {
	w.raw(" ", name, `="`)
	w.escape(value, true)
	w.raw(`"`)
}

// number appends ` name="value"`.
func (w *writer) number(name string, value int64) {
	w.raw(" ", name, `="`)
	w.b = strconv.AppendInt(w.b, value, 10)
	w.raw(`"`)
}

// element appends a line with one element that holds text.
func (w *writer) element(indent, name, text string) {
	w.raw(indent, "<", name, ">")
	w.escape(text, false)
	w.raw("</", name, ">\n")
}

// escape appends text as libxml2 writes it. Characters that XML 1.0 cannot
// hold are dropped; text that is not UTF-8 is read as Latin-1.
func (w *writer) escape(text string, attribute bool) {
	if isPlain(text) {
		w.raw(text)
		return
	}
	if !utf8.ValidString(text) {
		text = latin1(text)
	}
	start := 0
	for i, r := range text {
		replacement, plain := escaped(r, attribute)
		if plain {
			continue
		}
		w.raw(text[start:i], replacement)
		start = i + utf8.RuneLen(r)
	}
	w.raw(text[start:])
}

// isPlain reports whether text needs no look at each of its characters, as
// nearly all text does not.
func isPlain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ', c >= utf8.RuneSelf, c == '&', c == '<', c == '>', c == '"':
			return false
		}
	}
	return true
}

// escaped returns what stands for r, or that r stands for itself.
func escaped(r rune, attribute bool) (replacement string, plain bool) {
	switch {
	case r == '&':
		return "&amp;", false
	case r == '<':
		return "&lt;", false
	case r == '>':
		return "&gt;", false
	case r == '\r':
		return "&#13;", false
	case r == '"' && attribute:
		return "&quot;", false
	case r == '\n' && attribute:
		return "&#10;", false
	case r == '\t' && attribute:
		return "&#9;", false
	case r == '\n', r == '\t':
		return "", true
	case r < ' ', r == 0xfffe, r == 0xffff:
		return "", false
	case r >= utf8.RuneSelf && attribute:
		return fmt.Sprintf("&#x%X;", r), false
	}
	return "", true
}

// latin1 reads each byte as one character.
func latin1(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteRune(rune(text[i]))
	}
	return b.String()
}
