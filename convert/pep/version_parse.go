package pep

import "strings"

// ParseVersion reads a version in any of the spellings that PEP 440 allows:
// "1.0", "v1.0-ALPHA_2", " 1!2.0.post1 ". White space around it is dropped. The
// error is a *SyntaxError.
func ParseVersion(s string) (Version, error) {
	fail := func(offset int, detail string) (Version, error) {
		return Version{}, &SyntaxError{What: "version", Text: s, Offset: offset, Detail: detail}
	}
	if len(s) > MaxVersion {
		return fail(-1, "too long")
	}
	trimmed := trimSpace(s)
	p := versionScanner{text: lowerASCII(trimmed)}
	v, detail := p.version()
	if detail == "" && p.pos < len(p.text) {
		detail = "not part of a version (PEP 440)"
	}
	if detail != "" {
		return fail(p.pos+strings.Index(s, trimmed), detail)
	}
	return v, nil
}

// A versionScanner reads the pattern of PEP 440, appendix B, from left to
// right. Each part is optional and takes as much as it can, as the possessive
// quantifiers of the reference do; nothing is ever read twice, so the time is
// linear.
type versionScanner struct {
	text string // lower case
	pos  int
}

// version reads one version. detail says what is wrong, "" when nothing is.
func (p *versionScanner) version() (v Version, detail string) {
	p.literal("v")
	// 1. The epoch, if the first number is followed by "!".
	n, ok := p.digits()
	if !ok {
		return v, "expected a number"
	}
	v.epoch = "0"
	if p.literal("!") {
		v.epoch = n
		if n, ok = p.digits(); !ok {
			return v, "expected a number after the epoch"
		}
	}
	// 2. The release.
	v.release = append(v.release, n)
	for p.pos+1 < len(p.text) && p.text[p.pos] == '.' && isDigit(p.text[p.pos+1]) {
		p.pos++
		n, _ = p.digits()
		v.release = append(v.release, n)
	}
	// 3. Pre-, post- and development release, each with its own spellings.
	if label, n, ok := p.labelled("alpha", "a", "beta", "b", "preview", "pre", "c", "rc"); ok {
		v.preLabel, v.pre = preLabel(label), n
	}
	if n, ok := p.implicitPost(); ok {
		v.post = n
	} else if _, n, ok := p.labelled("post", "rev", "r"); ok {
		v.post = n
	}
	if _, n, ok := p.labelled("dev"); ok {
		v.dev = n
	}
	// 4. The local label.
	if p.literal("+") {
		v.local, detail = p.local()
	}
	return v, detail
}

// labelled reads an optional separator, one of the labels (the first that
// fits), an optional separator and an optional number, 0 when it is left out.
func (p *versionScanner) labelled(labels ...string) (label string, n Number, ok bool) {
	start := p.pos
	p.separator()
	for _, label := range labels {
		if p.literal(label) {
			p.separator()
			n, _ := p.digits()
			return label, n, true
		}
	}
	p.pos = start
	return "", "", false
}

// implicitPost reads "-1", an old spelling of ".post1".
func (p *versionScanner) implicitPost() (Number, bool) {
	start := p.pos
	if p.literal("-") {
		if n, ok := p.digits(); ok {
			return n, true
		}
	}
	p.pos = start
	return "", false
}

// local reads letters and digits in segments and gives the normal form:
// separators become ".", numbers lose their leading zeros.
func (p *versionScanner) local() (label, detail string) {
	var segments []string
	for {
		start := p.pos
		for p.pos < len(p.text) && isAlnum(p.text[p.pos]) {
			p.pos++
		}
		segment := p.text[start:p.pos]
		if segment == "" {
			return "", "expected letters or digits in the local label"
		}
		if allDigits(segment) {
			segment = string(number(segment))
		}
		segments = append(segments, segment)
		if !p.separator() {
			return strings.Join(segments, "."), ""
		}
	}
}

func (p *versionScanner) literal(s string) bool {
	if !strings.HasPrefix(p.text[p.pos:], s) {
		return false
	}
	p.pos += len(s)
	return true
}

func (p *versionScanner) separator() bool {
	return p.literal(".") || p.literal("-") || p.literal("_")
}

// digits reads a number; without a digit it reads nothing and gives 0 and
// false.
func (p *versionScanner) digits() (Number, bool) {
	start := p.pos
	for p.pos < len(p.text) && isDigit(p.text[p.pos]) {
		p.pos++
	}
	return number(p.text[start:p.pos]), p.pos > start
}

// preLabel maps the spellings of a pre-release to the one of the normal form.
func preLabel(label string) string {
	switch label {
	case "alpha", "a":
		return "a"
	case "beta", "b":
		return "b"
	default: // "c", "rc", "pre", "preview"
		return "rc"
	}
}
