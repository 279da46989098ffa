package lock

import (
	"fmt"
	"slices"
	"strings"
)

// setting is one option of a line.
type setting struct {
	name  string // its long form: "--find-links"
	value string // "" for a flag
}

// optionSpec is an option that a requirements file may hold.
type optionSpec struct {
	name  string   // by which it is known here
	also  []string // other spellings
	value bool     // it takes one
}

// optionSpecs lists pip's options for requirements files; the last three are
// those of versions before 26, which still stand in files.
// https://pip.pypa.io/en/stable/reference/requirements-file-format/#supported-options
func optionSpecs() []optionSpec {
	return []optionSpec{
		{"--index-url", []string{"-i", "--pypi-url"}, true},
		{"--extra-index-url", nil, true},
		{"--no-index", nil, false},
		{"--constraint", []string{"-c"}, true},
		{"--requirement", []string{"-r"}, true},
		{"--editable", []string{"-e"}, true},
		{"--find-links", []string{"-f"}, true},
		{"--no-binary", nil, true},
		{"--only-binary", nil, true},
		{"--prefer-binary", nil, false},
		{"--require-hashes", nil, false},
		{"--no-require-hashes", nil, false},
		{"--pre", nil, false},
		{"--all-releases", nil, true},
		{"--only-final", nil, true},
		{"--trusted-host", nil, true},
		{"--use-feature", nil, true},
		{"--hash", nil, true},
		{"--config-settings", []string{"-C", "--config-setting"}, true},
		{"--global-option", nil, true},
		{"--build-option", nil, true},
		{"--install-option", nil, true},
	}
}

// cutOptions splits a line at its first word that begins with a dash. Words are
// separated by spaces alone here, and the left side is never split further: a
// marker has quotes of its own.
func cutOptions(text string) (requirement, options string) {
	for i := 0; i < len(text); i++ {
		if text[i] == '-' && (i == 0 || text[i-1] == ' ') {
			return strings.TrimFunc(text[:i], isSpace), text[i:]
		}
	}
	return text, ""
}

// parseOptions reads options as Python's optparse does: --name=value and
// --name value, -n value and -nvalue, long names shortened as far as they stay
// unambiguous. rest is what is no option.
func parseOptions(words []string) (settings []setting, rest []string, err error) {
	specs := optionSpecs()
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		if word == "--" {
			return settings, append(rest, words...), nil
		}
		if len(word) < 2 || word[0] != '-' {
			rest = append(rest, word)
			continue
		}
		name, value, attached := splitOption(word)
		spec, err := findOption(specs, name)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case !spec.value && attached:
			return nil, nil, fmt.Errorf("the option %s takes no value", spec.name)
		case spec.value && !attached:
			if len(words) == 0 {
				return nil, nil, fmt.Errorf("the option %s needs a value", spec.name)
			}
			value, words = words[0], words[1:]
		}
		settings = append(settings, setting{spec.name, value})
	}
	return settings, rest, nil
}

// splitOption takes an attached value off: --name=value, -nvalue.
func splitOption(word string) (name, value string, attached bool) {
	if strings.HasPrefix(word, "--") {
		return strings.Cut(word, "=")
	}
	return word[:2], word[2:], len(word) > 2
}

// findOption finds an option by a spelling, or by the beginning of a long one.
func findOption(specs []optionSpec, name string) (optionSpec, error) {
	var found []optionSpec
	for _, spec := range specs {
		for _, spelling := range append([]string{spec.name}, spec.also...) {
			if spelling == name {
				return spec, nil
			}
			if strings.HasPrefix(name, "--") && strings.HasPrefix(spelling, name) {
				if !slices.ContainsFunc(found, func(f optionSpec) bool { return f.name == spec.name }) {
					found = append(found, spec)
				}
			}
		}
	}
	switch len(found) {
	case 0:
		return optionSpec{}, fmt.Errorf("there is no option %s in a requirements file", quote(name))
	case 1:
		return found[0], nil
	}
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.name
	}
	return optionSpec{}, fmt.Errorf("the option %s may be %s", quote(name), strings.Join(names, " or "))
}
