package lock

import (
	"errors"
	"strings"
)

var (
	errQuote  = errors.New("a quotation mark without its partner")
	errEscape = errors.New("a backslash at the end")
)

// splitWords splits options into words as a POSIX shell would, without comments
// and expansions: Python's shlex.split. White space outside of quotes separates;
// single quotes keep all, double quotes all but \" and \\; outside of quotes a
// backslash keeps the next character.
func splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch c {
		case ' ', '\t', '\r', '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
			continue
		case '\'', '"':
			n, err := quoted(&word, text[i+1:], c)
			if err != nil {
				return nil, err
			}
			i += n
		case '\\':
			if i++; i == len(text) {
				return nil, errEscape
			}
			word.WriteByte(text[i])
		default:
			word.WriteByte(c)
		}
		inWord = true
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}

// quoted adds what stands before the closing quotation mark to word, and tells
// how many bytes it took, the mark included.
func quoted(word *strings.Builder, text string, mark byte) (int, error) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == mark {
			return i + 1, nil
		}
		if c == '\\' && mark == '"' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\') {
			i++
			c = text[i]
		}
		word.WriteByte(c)
	}
	return 0, errQuote
}
