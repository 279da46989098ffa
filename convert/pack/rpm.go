package pack

import (
	"slices"
	"strings"

	"github.com/goreleaser/nfpm/v2"

	"wain/convert/pep"
)

// isaNames gives what rpm calls an architecture in parentheses, %{?_isa}.
// https://rpm-software-management.github.io/rpm/manual/arch_dependencies.html
var isaNames = map[string]string{
	"x86_64":  "x86-64",
	"aarch64": "aarch-64",
	"ppc64le": "ppc-64",
	"s390x":   "s390-64",
	"i686":    "x86-32",
}

// completeRPM adds what only an rpm has.
func completeRPM(info *nfpm.Info, s *Spec, work string) error {
	scripts, err := writeScripts(s, work)
	if err != nil {
		return err
	}
	info.RPM.Scripts.PostTrans = scripts["posttrans"]
	info.Scripts.PreRemove = scripts["preun"]
	info.Scripts.PostRemove = scripts["postun"]

	info.RPM.Summary, _ = synopsis(s)
	info.Description = strings.Join(description(s), "\n")
	info.RPM.Packager = info.Maintainer
	info.RPM.Group = "Unspecified"
	info.RPM.BuildHost = "wain" // not this host's name
	info.RPM.Arch = s.Arch
	info.RPM.Compression = compression(s.Compression)
	info.Depends = append(info.Depends, scriptNeeds()...)
	info.Depends = append(info.Depends, formatNeeds(s)...)
	info.Provides = append(info.Provides, ownProvides(s)...)
	return nil
}

// scriptNeeds gives what the scriptlets run beside coreutils and Python, which
// the former's own packages and the caller's relations bring. Small images have
// no find.
func scriptNeeds() []string { return []string{"/bin/sh", "findutils"} }

// formatNeeds gives what a version of rpm must know to read the package, as
// rpmbuild would write it.
func formatNeeds(s *Spec) []string {
	needs := []string{
		"rpmlib(CompressedFileNames) <= 3.0.4-1",
		"rpmlib(FileDigests) <= 4.6.0-1",
	}
	switch s.Compression {
	case "zstd":
		needs = append(needs, "rpmlib(PayloadIsZstd) <= 5.4.18-1")
	case "xz":
		needs = append(needs, "rpmlib(PayloadIsXz) <= 5.2-1")
	}
	relations := slices.Concat(s.Depends, s.Provides)
	if strings.Contains(s.Version+s.Release+strings.Join(relations, ""), "~") {
		needs = append(needs, "rpmlib(TildeInVersions) <= 4.10.0-1")
	}
	if strings.Contains(s.Version+s.Release+strings.Join(relations, ""), "^") {
		needs = append(needs, "rpmlib(CaretInVersions) <= 4.15.0-1")
	}
	if slices.ContainsFunc(relations, func(r string) bool { return strings.HasPrefix(r, "(") }) {
		needs = append(needs, "rpmlib(RichDependencies) <= 4.12.0-1")
	}
	return needs
}

// ownProvides gives the package's provides of itself, what it was made for, and
// what it bundles, in Fedora's words:
// https://docs.fedoraproject.org/en-US/packaging-guidelines/#bundling
func ownProvides(s *Spec) []string {
	var provides []string
	if s.Epoch != "" { // nfpm's own leaves the epoch out
		provides = append(provides, s.Name+" = "+s.evr())
	}
	if isa, ok := isaNames[s.Arch]; ok {
		provides = append(provides, s.Name+"("+isa+") = "+s.evr())
	}
	provides = append(provides, "wain(target) = "+s.Target, "wain(suite) = "+s.Suite)
	for _, c := range s.Components {
		v, err := pep.ParseVersion(c.Version)
		if err != nil {
			continue // no version of PEP 440 has no place in rpm's order
		}
		epoch, version, err := Versions(v)
		if err != nil {
			continue
		}
		if epoch != "" {
			version = epoch + ":" + version
		}
		provides = append(provides, "bundled(python3dist("+pep.Normalize(c.Project)+")) = "+version)
	}
	return provides
}
