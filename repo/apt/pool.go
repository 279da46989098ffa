package apt

import (
	"strings"

	"wain/repo/deb"
)

// FileName returns the canonical name of a package's file, whatever it was
// uploaded as: name_version_architecture.deb, the version without its epoch.
func FileName(p *deb.Package) string {
	_, version := splitEpoch(p.Version)
	return p.Name + "_" + version + "_" + p.Architecture + ".deb"
}

// PoolPath returns where a package lives, relative to the folder that holds
// dists and pool: pool/RELEASE/COMPONENT/p/python-example/FILE, by source package,
// with four letters ("libf") for sources that begin with "lib". The release
// is part of the path because two releases may carry one version with
// different bytes. A package with an epoch lies one folder deeper
// ("epoch-1/"), since its file name does not say it.
func PoolPath(release, component string, p *deb.Package) string {
	parts := []string{"pool", release, component, poolPrefix(p.Source), p.Source}
	if epoch, _ := splitEpoch(p.Version); epoch != "" {
		parts = append(parts, "epoch-"+epoch)
	}
	return strings.Join(append(parts, FileName(p)), "/")
}

// poolPrefix is the folder that a source's folder lies in.
func poolPrefix(source string) string {
	n := 1
	if strings.HasPrefix(source, "lib") {
		n = 4
	}
	return source[:min(n, len(source))]
}
