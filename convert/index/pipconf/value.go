package pipconf

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s setting) place() Place { return Place{s.text, s.from} }

func (s setting) words() []string { return strings.FieldsFunc(s.text, isSpace) }

func (s setting) places() []Place {
	var list []Place
	for _, word := range s.words() {
		list = append(list, Place{word, s.from})
	}
	return list
}

func (s setting) texts() []Text {
	var list []Text
	for _, word := range s.words() {
		list = append(list, Text{word, s.from})
	}
	return list
}

// links are places, in which ~ is a home folder if the outcome exists.
func (r *reader) links(s setting) []Place {
	list := s.places()
	for i, place := range list {
		if path := r.expand(place.text); path != place.text && exists(path) {
			list[i].text = path
		}
	}
	return list
}

func (r *reader) flag(s setting, before Flag) Flag {
	switch strings.ToLower(s.text) {
	case "y", "yes", "t", "true", "on", "1":
		return Flag{true, s.from}
	case "n", "no", "f", "false", "off", "0":
		return Flag{false, s.from}
	}
	r.wrong.add(s.from, "neither yes, true, on or 1 nor no, false, off or 0")
	return before
}

func (r *reader) choice(s setting, choices ...string) Text {
	if !slices.Contains(choices, s.text) {
		r.wrong.add(s.from, "none of %s", strings.Join(choices, ", "))
		return Text{}
	}
	return Text{s.text, s.from}
}

// longestWait is as good as no bound, and safe to compute with.
const longestWait = 24 * time.Hour

func (r *reader) duration(s setting) Duration {
	seconds, ok := pythonFloat(s.text)
	if !ok || math.IsNaN(seconds) || seconds < 0 {
		r.wrong.add(s.from, "no number of seconds")
		return Duration{}
	}
	if seconds >= longestWait.Seconds() {
		return Duration{longestWait, s.from}
	}
	return Duration{time.Duration(seconds * float64(time.Second)), s.from}
}

func (r *reader) count(s setting) Count {
	n, ok := optparseInt(s.text)
	if !ok {
		r.wrong.add(s.from, "no number")
		return Count{}
	}
	return Count{n, s.from}
}

// pythonFloat is float(text).
func pythonFloat(text string) (float64, bool) {
	text = strings.TrimFunc(text, isSpace)
	if strings.ContainsAny(text, "xXpP") { // Go's hexadecimal floats
		return 0, false
	}
	text, ok := underscored(text)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if e, is := err.(*strconv.NumError); is && e.Err == strconv.ErrRange {
		err = nil // infinite, as in Python
	}
	return f, err == nil
}

// optparseInt is the int of Python's optparse: 0x and 0b as in source, and a
// leading zero makes it octal.
func optparseInt(text string) (int, bool) {
	radix, letter := 10, byte(0)
	switch prefix := strings.ToLower(text[:min(2, len(text))]); {
	case prefix == "0x":
		radix, letter = 16, 'x'
	case prefix == "0b":
		radix, letter = 2, 'b'
		if text = text[2:]; text == "" {
			text = "0"
		}
	case strings.HasPrefix(text, "0"):
		radix, letter = 8, 'o'
	}
	text = strings.TrimFunc(text, isSpace)
	sign := ""
	if text != "" && (text[0] == '+' || text[0] == '-') {
		sign, text = text[:1], text[1:]
	}
	if len(text) > 2 && text[0] == '0' && text[1]|0x20 == letter {
		text = strings.TrimPrefix(text[2:], "_")
	}
	if text == "" || text[0] == '+' || text[0] == '-' {
		return 0, false
	}
	text, ok := underscored(text)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(sign+text, radix, 32)
	return int(n), err == nil
}

// underscored takes out the underscores that stand between two digits, which is
// where Python allows them.
func underscored(text string) (string, bool) {
	for i := range len(text) {
		if text[i] == '_' && (i == 0 || i == len(text)-1 || !isDigit(text[i-1]) || !isDigit(text[i+1])) {
			return "", false
		}
	}
	return strings.ReplaceAll(text, "_", ""), true
}

func isDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
