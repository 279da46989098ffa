package pack

import (
	"regexp"
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"

	"wain/convert/pep"
)

// packageLicense gives the licence of the package as a whole: as told, where
// that is an SPDX expression, else all that the components have, each once, in
// their order.
func packageLicense(s *Spec) string {
	if whole := parseLicense(s.License); whole != nil {
		return whole.String()
	}
	var terms []string
	for _, c := range s.Components {
		l := componentLicense(c)
		if l == nil {
			l = license{{id: privateLicense(c)}}
		}
		for _, term := range l.conjuncts(len(s.Components) > 1) {
			if !slices.Contains(terms, term) {
				terms = append(terms, term)
			}
		}
	}
	if len(terms) == 0 {
		return "LicenseRef-unknown"
	}
	return strings.Join(terms, " AND ")
}

// componentLicense gives the component's expression, or nil where its metadata
// has none.
func componentLicense(c Component) license {
	if l := parseLicense(c.License); l != nil {
		return l
	}
	return parseLicense(c.LicenseText)
}

// privateLicense gives the name for the licence of a component that says it in
// its own words.
func privateLicense(c Component) string {
	return "LicenseRef-" + pep.Normalize(c.Project)
}

// license is an SPDX expression as its tokens: "(", ")", "AND", "OR", and
// licences, each with its exception.
type license []term

// term is one token.
type term struct {
	id, exception string // of a licence
	op            string // else
}

func (l license) String() string {
	return l.join(func(t term) string {
		switch {
		case t.exception != "":
			return t.id + " WITH " + t.exception
		case t.id != "":
			return t.id
		}
		return t.op
	})
}

// join writes the tokens with blanks between them, but inside parentheses.
func (l license) join(write func(term) string) string {
	words := make([]string, len(l))
	for i, t := range l {
		words[i] = write(t)
	}
	return strings.NewReplacer("( ", "(", " )", ")").Replace(strings.Join(words, " "))
}

// conjuncts gives what must hold together: each licence of an expression that
// has no operator but AND, else the expression as a whole, in parentheses where
// it will be one of several.
func (l license) conjuncts(several bool) []string {
	var terms []string
	for _, t := range l {
		switch {
		case t.op == "":
			terms = append(terms, license{t}.String())
		case t.op != "AND" && several:
			return []string{"(" + l.String() + ")"}
		case t.op != "AND":
			return []string{l.String()}
		}
	}
	return terms
}

// parseLicense reads an SPDX expression (SPDX 3.0, annex B) whose operators
// may be in any case, or gives nil. Only single licences are left to the list's
// library: expressions of strangers can make it panic.
func parseLicense(s string) license {
	if len(s) > 2000 { // longer than any that a person wrote
		return nil
	}
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(oneLine(s)))
	var l license
	depth, operand := 0, true // what must come next: an operand, or what follows one
	for i := 0; i < len(words); i++ {
		w, op := words[i], strings.ToUpper(words[i])
		switch {
		case operand && w == "(":
			depth++
			l = append(l, term{op: w})
		case operand:
			exception := ""
			if i+2 < len(words) && strings.EqualFold(words[i+1], "WITH") {
				exception, i = words[i+2], i+2
			}
			id, ok := listed(w, exception)
			if !ok {
				return nil
			}
			l, operand = append(l, term{id: id, exception: exception}), false
		case w == ")" && depth > 0:
			depth--
			l = append(l, term{op: w})
		case op == "AND" || op == "OR":
			l, operand = append(l, term{op: op}), true
		default:
			return nil
		}
	}
	if operand || depth > 0 {
		return nil
	}
	return l
}

// licenseWord is what an identifier is made of.
var licenseWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.:+-]*$`)

// listed reports whether the licence, with its exception or without, is in the
// SPDX list or a LicenseRef, and gives the list's spelling.
func listed(id, exception string) (string, bool) {
	whole := id
	if exception != "" {
		whole += " WITH " + exception
	}
	if !licenseWord.MatchString(id) || exception != "" && !licenseWord.MatchString(exception) {
		return "", false
	}
	if ok, _ := spdxexp.ValidateLicenses([]string{whole}); !ok {
		return "", false
	}
	if ok, spelling := spdxexp.ActiveLicense(id); ok {
		id = spelling
	}
	return id, true
}

// debian writes the expression in DEP-5's words.
func (l license) debian() string {
	return l.join(func(t term) string {
		if t.op != "" {
			return strings.ToLower(t.op)
		}
		return t.debian()
	})
}

// gnuLicense splits SPDX's names of the GNU licences.
var gnuLicense = regexp.MustCompile(`^(GPL|LGPL|AGPL|GFDL)-([0-9]+(?:\.[0-9]+)?)(-only|-or-later|\+)?$`)

// debian gives DEP-5's short name of a licence.
// https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/#license-short-name
func (t term) debian() string {
	name := t.id
	if m := gnuLicense.FindStringSubmatch(t.id); m != nil {
		name = m[1] + "-" + strings.TrimSuffix(m[2], ".0")
		if m[3] == "-or-later" || m[3] == "+" {
			name += "+"
		}
	} else if t.id == "MIT" {
		name = "Expat"
	}
	if t.exception != "" {
		name += " with " + strings.Replace(t.exception, "-exception", "", 1) + " exception"
	}
	return name
}

// commonLicenses are the texts that Debian's base-files brings.
var commonLicenses = []string{
	"Apache-2.0", "Artistic", "CC0-1.0", "GFDL-1.2", "GFDL-1.3", "GPL-1", "GPL-2", "GPL-3",
	"LGPL-2", "LGPL-2.1", "LGPL-3", "MPL-1.1", "MPL-2.0",
}

// whereabouts says where the text of a licence can be read, or nothing for one
// that only this package knows.
func (t term) whereabouts() string {
	base, _, _ := strings.Cut(t.debian(), " with ")
	base = strings.TrimSuffix(base, "+")
	switch {
	case slices.Contains(commonLicenses, base):
		return "On Debian systems the text is in /usr/share/common-licenses/" + base + "."
	case t.id == "" || strings.Contains(t.id, "LicenseRef-"):
		return ""
	}
	return "The text is at https://spdx.org/licenses/" + strings.TrimSuffix(t.id, "+") + ".html"
}
