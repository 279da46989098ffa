package sdist

import (
	"bytes"
	"os"
	"strings"
	"unicode"
)

// Bounds of what a build prints.
const (
	maxLog      = 8 << 20   // bytes kept in the file; what comes then is lost, but for the tail
	maxTail     = 64 << 10  // bytes kept for an error
	maxAnswer   = 256 << 10 // bytes of an answer to a question
	tailLines   = 30
	tailColumns = 300
)

// buildLog takes what a build prints: the beginning to a file, and the end to
// memory. It never stops the build.
type buildLog struct {
	file *os.File
	left int64
	tail []byte
}

func (l *buildLog) Write(p []byte) (int, error) {
	if n := min(l.left, int64(len(p))); n > 0 {
		// A full disk will stop the build itself.
		_, _ = l.file.Write(p[:n])
		l.left -= n
		if l.left == 0 {
			_, _ = l.file.WriteString("\n… the log goes on; it is cut here\n")
		}
	}
	l.tail = append(l.tail, p[max(0, len(p)-maxTail):]...)
	if len(l.tail) > 2*maxTail {
		l.tail = append(l.tail[:0], l.tail[len(l.tail)-maxTail:]...)
	}
	return len(p), nil
}

// last gives the last lines, fit for a terminal.
func (l *buildLog) last() []string {
	tail := l.tail[max(0, len(l.tail)-maxTail):]
	var lines []string
	for line := range bytes.Lines(tail) {
		text := clean(string(line))
		if text == "" {
			continue
		}
		if runes := []rune(text); len(runes) > tailColumns {
			text = string(runes[:tailColumns]) + "…"
		}
		lines = append(lines, text)
	}
	return lines[max(0, len(lines)-tailLines):]
}

// clean makes one line of foreign text, without what a terminal would obey.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return ' '
		case unicode.Is(unicode.C, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.TrimRight(text, " ")
}

// limited keeps the beginning of what is written to it.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	l.Buffer.Write(p[:min(len(p), max(0, maxAnswer-l.Len()))])
	return len(p), nil
}
