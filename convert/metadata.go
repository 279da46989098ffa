package convert

import (
	"fmt"
	"net/mail"
	"strings"

	"wain/convert/pack"
	"wain/convert/pep"
	"wain/convert/wheel"
)

// maintainer is who answers for the package: as told, else whom the metadata of
// the SOURCE names, else pack's placeholder, with a warning.
func (r *run) maintainer(w *wheel.Wheel) string {
	if r.Maintainer != "" {
		return r.Maintainer
	}
	contact, known := pack.Maintainer(maintainerOf(w.Metadata))
	if !known {
		r.notes.add(fmt.Sprintf("%s names no maintainer with an address: the package says %s", w.Filename.Raw, contact))
	}
	return contact
}

// maintainerOf is the first person with an address that the metadata names,
// the maintainer before the author; "" when it names none.
func maintainerOf(m wheel.Metadata) string {
	for _, person := range []struct{ name, address string }{
		{m.Maintainer, m.MaintainerEmail},
		{m.Author, m.AuthorEmail},
	} {
		list, err := mail.ParseAddressList(person.address)
		if err != nil || len(list) == 0 {
			continue
		}
		name := firstOf(list[0].Name, person.name, list[0].Address)
		return strings.NewReplacer("<", "", ">", "", "\"", "").Replace(name) + " <" + list[0].Address + ">"
	}
	return ""
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v = strings.TrimSpace(v); v != "" {
			return v
		}
	}
	return ""
}

// licenceOf is the licence a wheel states, best form first: an SPDX expression,
// a short text, a trove classifier.
func licenceOf(m wheel.Metadata) string {
	if m.LicenseExpression != "" {
		return m.LicenseExpression
	}
	if text := strings.TrimSpace(m.License); text != "" && len(text) <= 80 && !strings.Contains(text, "\n") && text != "UNKNOWN" {
		return text
	}
	for _, c := range m.Classifiers {
		if !strings.HasPrefix(c, "License ::") {
			continue
		}
		parts := strings.Split(c, " :: ")
		if name := parts[len(parts)-1]; name != "OSI Approved" {
			return name
		}
	}
	return ""
}

// packageName is the name a package gets unless the user chooses one.
func packageName(project string) string {
	return "python-" + pep.Normalize(project)
}
