package auth

import (
	"errors"
	"fmt"
	"strings"
)

// Netrc holds the entries of a netrc file.
type Netrc struct {
	machines map[string]Machine
}

// Machine is one entry of a netrc file.
type Machine struct{ Login, Account, Password string }

// String shows nothing of the entry.
func (m Machine) String() string { return "an entry of a netrc file" }

// GoString is String, for %#v.
func (m Machine) GoString() string { return m.String() }

// maxNetrc bounds a netrc file; real ones have a few lines.
const maxNetrc = 1 << 20

// defaultMachine is what an entry for all machines is stored as, and what
// Python's netrc takes a machine of that name for.
const defaultMachine = "default"

// ParseNetrc reads a netrc file as Python's netrc does since 3.11: tokens are
// divided by white space, may be in double quotes, and a backslash takes the next
// character as it is. A token that begins with "#" where a keyword is due makes
// the rest of its line a comment, and a macro may end with the file; there
// Python would refuse some files that curl and ftp read. Of two entries of one
// name the last holds. No error shows anything of the file.
func ParseNetrc(data []byte) (*Netrc, error) {
	if len(data) > maxNetrc {
		return nil, fmt.Errorf("more than %d bytes", maxNetrc)
	}
	n := &Netrc{machines: map[string]Machine{}}
	l := &lexer{text: strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data)), line: 1}
	word := l.token()
	for word != "" {
		name := defaultMachine
		switch {
		case word[0] == '#':
			l.skipComment()
			word = l.token()
			continue
		case word == "macdef":
			l.token()
			l.skipMacro()
			word = l.token()
			continue
		case word == "machine":
			if name = l.token(); name == "" {
				return nil, fmt.Errorf("line %d: a machine has no name", l.line)
			}
		case word != "default":
			return nil, fmt.Errorf("line %d: neither machine, default nor macdef", l.line)
		}
		entry, next, err := l.entry()
		if err != nil {
			return nil, err
		}
		n.machines[name], word = entry, next
	}
	return n, nil
}

// Lookup gives the entry of a host, and whether it is the one for all hosts.
func (n *Netrc) Lookup(host string) (m Machine, isDefault, ok bool) {
	if n == nil {
		return Machine{}, false, false
	}
	if m, ok = n.machines[host]; ok {
		return m, host == defaultMachine, true
	}
	m, ok = n.machines[defaultMachine]
	return m, ok, ok
}

// lexer divides a netrc file into tokens.
type lexer struct {
	text string // what is left
	line int    // of what is left
	eol  bool   // the last token ended with its line
}

// next takes one character; false at the end.
func (l *lexer) next() (byte, bool) {
	if l.text == "" {
		return 0, false
	}
	c := l.text[0]
	l.text = l.text[1:]
	if c == '\n' {
		l.line++
	}
	return c, true
}

func isNetrcSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// token gives the next token, "" at the end. An empty one in quotes is "" too.
func (l *lexer) token() string {
	l.eol = false
	c, ok := l.next()
	for ok && isNetrcSpace(c) {
		c, ok = l.next()
	}
	var b strings.Builder
	quoted := ok && c == '"'
	if quoted {
		c, ok = l.next()
	}
	for ; ok; c, ok = l.next() {
		switch {
		case quoted && c == '"':
			return b.String()
		case !quoted && isNetrcSpace(c):
			l.eol = c == '\n'
			return b.String()
		case c == '\\':
			if c, ok = l.next(); !ok {
				return b.String()
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}

// skipLine passes over the rest of a line and gives it, with its end.
func (l *lexer) skipLine() string {
	line := l.text
	if at := strings.IndexByte(l.text, '\n'); at >= 0 {
		line = l.text[:at+1]
		l.line++
	}
	l.text = l.text[len(line):]
	return line
}

func (l *lexer) skipComment() {
	if !l.eol {
		l.skipLine()
	}
}

// skipMacro passes over a macro, which an empty line ends.
func (l *lexer) skipMacro() {
	for {
		if line := l.skipLine(); line == "\n" || line == "" {
			return
		}
	}
}

var errNetrcWord = errors.New("neither login, account nor password")

// entry reads what follows a machine's name, and the keyword after it.
func (l *lexer) entry() (m Machine, next string, err error) {
	for {
		switch word := l.token(); {
		case strings.HasPrefix(word, "#"):
			l.skipComment()
		case word == "", word == "machine", word == "default", word == "macdef":
			return m, word, nil
		case word == "login", word == "user":
			m.Login = l.token()
		case word == "account":
			m.Account = l.token()
		case word == "password":
			m.Password = l.token()
		default:
			return m, "", fmt.Errorf("line %d: %w", l.line, errNetrcWord)
		}
	}
}
