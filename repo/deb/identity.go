package deb

import (
	"slices"
	"strconv"
	"strings"
)

// identify fills in who the package is, from fields that dpkg would accept.
func (p *Package) identify() error {
	p.Name = p.Control.Get("Package")
	p.Version = p.Control.Get("Version")
	p.Architecture = p.Control.Get("Architecture")
	for _, f := range []struct {
		field, value string
		valid        func(string) bool
	}{
		{"Package", p.Name, ValidName},
		{"Version", p.Version, ValidVersion},
		{"Architecture", p.Architecture, validArchitecture},
	} {
		if f.value == "" {
			return refuse("control-field-missing", "control", "no field %s", f.field)
		}
		if !f.valid(f.value) {
			return refuse("control-field-invalid", "control", "%s: %.80q", f.field, f.value)
		}
	}
	return p.identifySource()
}

// identifySource reads the field Source: "name" or "name (version)".
func (p *Package) identifySource() error {
	p.Source, p.SourceVersion = p.Name, p.Version
	field := p.Control.Get("Source")
	if field == "" {
		return nil
	}
	name, rest, versioned := strings.Cut(field, "(")
	p.Source = strings.TrimRight(name, " \t")
	valid := ValidName(p.Source)
	if versioned {
		version, closed := strings.CutSuffix(rest, ")")
		p.SourceVersion = strings.TrimSpace(version)
		valid = valid && closed && ValidVersion(p.SourceVersion)
	}
	if !valid {
		return refuse("control-field-invalid", "control", "Source: %.80q", field)
	}
	return nil
}

// ValidName reports whether dpkg takes s as the name of a package: an ASCII
// letter or digit, then letters, digits and "+-._". Such a name is also safe
// as a part of a path.
func ValidName(s string) bool {
	return s != "" && isAlphanumeric(s[0]) && consistsOf(s, "+-._")
}

// ValidVersion reports whether dpkg takes s as a version (deb-version(7)):
// an epoch up to 2147483647 and a colon if there is one, an upstream version
// that begins with a letter or a digit, and a revision after the last hyphen
// if there is one.
func ValidVersion(s string) bool {
	epoch, version, hasEpoch := strings.Cut(s, ":")
	if !hasEpoch {
		version = s
	} else if n, err := strconv.ParseUint(epoch, 10, 64); err != nil || n > 1<<31-1 {
		return false
	}
	return version != "" && isAlphanumeric(version[0]) && consistsOf(version, ".+:~-") &&
		!strings.HasSuffix(version, "-")
}

// validArchitecture takes what dpkg-architecture(1) can print: "any", alone or
// as a part, and "source" are said of source packages only.
func validArchitecture(s string) bool {
	if s == "source" || slices.Contains(strings.Split(s, "-"), "any") {
		return false
	}
	return s != "" && isAlphanumeric(s[0]) && consistsOf(s, "-") && s == strings.ToLower(s)
}

// consistsOf reports whether s holds only ASCII letters, digits and extra.
func consistsOf(s, extra string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && strings.IndexByte(extra, s[i]) < 0 {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
