package pep

import (
	"fmt"
	"strings"
)

// ParseEggFilename reads the last path component of an egg, as setuptools
// writes and easy_install reads it:
//
//	NAME-VERSION[-pyX.Y[-PLATFORM]].egg
//
// The result is that of the wheel the egg becomes, Raw being the egg's own
// name, so that eggs are chosen like wheels. The tags are what such an egg
// needs: "py311-none-any" for one of Python 3.11, "cp311-cp311-linux_x86_64"
// for one with a platform, "py2.py3-none-any" for one that names no Python. The
// error is a *SyntaxError.
func ParseEggFilename(s string) (WheelFilename, error) {
	f := WheelFilename{Raw: s}
	if detail := f.parseEgg(); detail != "" {
		return WheelFilename{}, &SyntaxError{What: "egg file name", Text: s, Offset: -1, Detail: detail}
	}
	return f, nil
}

// parseEgg fills f from f.Raw; detail says what is wrong, "" when nothing is.
func (f *WheelFilename) parseEgg() (detail string) {
	stem, ok := strings.CutSuffix(f.Raw, ".egg")
	if !ok {
		return "expected a name that ends in .egg"
	}
	if strings.ContainsFunc(stem, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "expected printable ASCII characters without white space"
	}
	// A platform may hold "-" itself; nothing before it does.
	parts := strings.SplitN(stem, "-", 4)
	if len(parts) < 2 {
		return "expected NAME-VERSION[-pyX.Y[-PLATFORM]].egg"
	}
	if !ValidName(parts[0]) {
		return fmt.Sprintf("%q is not a project name", parts[0])
	}
	f.Name = Normalize(parts[0])
	// setuptools writes "_" for every "-" of a version.
	var err error
	if f.Version, err = ParseVersion(strings.ReplaceAll(parts[1], "_", "-")); err != nil {
		return err.Error()
	}
	python, abi, platform := "py2.py3", "none", "any"
	if len(parts) > 2 {
		if python, ok = eggPython(parts[2]); !ok {
			return fmt.Sprintf("%q is not a Python version: expected \"py\", digits, \".\", digits", parts[2])
		}
	}
	if len(parts) > 3 {
		python = "cp" + python[len("py"):]
		abi, platform = python, strings.NewReplacer("-", "_", ".", "_").Replace(parts[3])
	}
	f.Tags, detail = parseTags(python + "-" + abi + "-" + platform)
	return detail
}

// eggPython makes the tag "py311" of "py3.11".
func eggPython(s string) (tag string, ok bool) {
	version, ok := strings.CutPrefix(lowerASCII(s), "py")
	major, minor, dotted := strings.Cut(version, ".")
	if !ok || !dotted || major == "" || minor == "" || !allDigits(major) || !allDigits(minor) {
		return "", false
	}
	return "py" + major + minor, true
}
