package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"wain/convert"
	"wain/convert/index"
	"wain/convert/pep"
	"wain/convert/sdist"
	"wain/convert/target"
)

// fitHint says which wheels the target takes. Its whole list of tags has
// hundreds of lines; what tells them apart is the interpreters and ABIs, and
// the newest platform.
func fitHint(err error, none *index.NoWheelError) string {
	if none.Newest != "" {
		return fmt.Sprintf("%s==%s is the newest version with a wheel that fits: lock that one", none.Project, none.Newest)
	}
	if len(none.Found) == 0 || len(none.Tags) == 0 {
		return "" // absentHint speaks for all of these together
	}
	subject := "the target"
	if pin, ok := as[*convert.PinError](err); ok && pin.Target != "" {
		subject = pin.Target
	}
	return fmt.Sprintf("%s takes wheels tagged %s: fetch one of those, or build one, and name its folder with --find-links", subject, tagSummary(none.Tags))
}

// loadHint is the way out of a wheel that asks for later libraries than the
// target's.
func loadHint(load *convert.LoadError) string {
	hint := "lock a version with a wheel for an older manylinux level, or build for a newer target"
	var symbol *target.SymbolError
	if errors.As(load.Err, &symbol) {
		hint = "take an older version of the project, or a newer target; --library SONAME=PACKAGE names a package that has a newer library"
	}
	if load.Newest != "" {
		hint += fmt.Sprintf("; by its name, %s==%s has a wheel for this one", load.Project, load.Newest)
	}
	return hint
}

// eggHint is the way out of a rule that an egg breaks.
func eggHint(rule string) string {
	switch rule {
	case "egg-pkg-info":
		return "this is no egg that setuptools built; a folder of several eggs is named by --find-links"
	case "egg-bytecode-only":
		return "build the egg again with its sources, or take the project's wheel"
	case "egg-python":
		return "build the egg, or better a wheel, with the target's Python"
	case "zip-prefix":
		return "self-executing eggs are not read: remove what stands before the zip file, or build a wheel"
	}
	return "build a wheel of the project in its place: pip wheel --no-deps SOURCE"
}

// buildHint is the way out of a source archive that cannot be built.
func buildHint(e *sdist.Error) string {
	switch {
	case e.Log != "":
		return "the whole log is in " + e.Log + "; builds have no network (--build-network) and take what they need from --find-links folders"
	case e.Rule == "sdist-python":
		return "install that Python here, or build a wheel elsewhere and pass it by --find-links"
	case e.Rule == "sdist-tool":
		return "install uv, or pip for that Python (python3-pip)"
	}
	return "build a wheel of it elsewhere and pass it by --find-links"
}

// tagSummary is "cp311-cp311, cp311-abi3, cp311-none or py3-none, for
// manylinux_2_36_x86_64 or older, or for any".
func tagSummary(tags []pep.Tag) string {
	const shown = 3
	var kinds, platforms []string
	generic := false
	for _, t := range tags {
		if t.Python == "py3" && t.ABI == "none" {
			generic = true
		} else if kind := t.Python + "-" + t.ABI; len(kinds) < shown && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
		if strings.HasPrefix(t.Platform, "manylinux") && len(platforms) == 0 {
			platforms = append(platforms, t.Platform+" or older")
		}
	}
	if generic {
		kinds = append(kinds, "py3-none")
	}
	if slices.ContainsFunc(tags, func(t pep.Tag) bool { return t.Platform == "any" }) {
		platforms = append(platforms, "any")
	}
	return strings.Join(kinds, ", ") + ", for " + strings.Join(platforms, ", or for ")
}

// absentHint is one command for all pins of which no wheel was found at all.
func absentHint(parts []error) string {
	const shown = 4
	var wanted []string
	lock := ""
	for _, part := range parts {
		none, ok := as[*index.NoWheelError](part)
		if !ok || len(none.Found) > 0 {
			continue
		}
		// What the lock names as source code is no index's to bring.
		if _, own := as[*convert.OriginError](part); own {
			continue
		}
		if pin, ok := as[*convert.PinError](part); ok && pin.Pin.File != "" {
			lock = pin.Pin.File
		}
		if text := none.Project + "==" + none.Version.String(); !slices.Contains(wanted, text) {
			wanted = append(wanted, text)
		}
	}
	switch {
	case len(wanted) == 0:
		return ""
	case len(wanted) > shown && lock != "":
		return "pip download --no-deps -d wheelhouse -r " + lock + " fetches them; then add --find-links wheelhouse"
	case len(wanted) == 1:
		return "pip download --no-deps -d wheelhouse " + wanted[0] + " fetches it; then add --find-links wheelhouse"
	}
	return "pip download --no-deps -d wheelhouse " + strings.Join(wanted, " ") + " fetches them; then add --find-links wheelhouse"
}
