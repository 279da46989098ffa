package pep

import "fmt"

// SyntaxError says why a text is not what it should be.
type SyntaxError struct {
	What   string // what was being read: "version", "specifier", "marker", "requirement", "tag", "wheel file name", "egg file name", "sdist file name"
	Text   string // the whole text, as given
	Offset int    // the byte in Text where the problem is, -1 when it is the text as a whole
	Detail string // what is wrong, or what was expected
}

func (e *SyntaxError) Error() string {
	const longest = 200
	text := e.Text
	if len(text) > longest {
		text = text[:longest] + "…"
	}
	if e.Offset < 0 {
		return fmt.Sprintf("%s %q: %s", e.What, text, e.Detail)
	}
	return fmt.Sprintf("%s %q: at column %d: %s", e.What, text, e.Offset+1, e.Detail)
}

// EvalError says why a marker that parses cannot be judged.
type EvalError struct {
	Marker string // the whole marker, in its normal form
	Detail string
}

func (e *EvalError) Error() string {
	return fmt.Sprintf("judge marker %q: %s", e.Marker, e.Detail)
}
