package repo

import (
	"cmp"
	"slices"
	"strings"

	"wain/repo/apt"
	"wain/repo/rpm"
)

// A Selection names packages of a suite.
type Selection struct {
	Name    string
	Version string // as the format's tools print it; empty: the newest one, or all, as the function says
}

// Chooses reports whether the selection means a package: by its name, and by its version where it has one. As for dnf,
// an rpm's version may leave out the release, and its epoch.
func (s Selection) Chooses(format string, p Package) bool {
	if s.Name != p.Name {
		return false
	}
	if s.Version == "" || s.Version == p.Version || CompareVersions(format, s.Version, p.Version) == 0 {
		return true
	}
	if format != formatYum {
		return false
	}
	bare := func(version string) (rest, release string) {
		if _, after, found := strings.Cut(version, ":"); found {
			version = after
		}
		rest, release, _ = strings.Cut(version, "-")
		return rest, release
	}
	wanted, wantedRelease := bare(s.Version)
	version, release := bare(p.Version)
	if strings.Contains(s.Version, ":") && CompareVersions(format, s.Version, strings.TrimSuffix(p.Version, "-"+release)) != 0 {
		return false // another epoch
	}
	return wanted == version && (wantedRelease == "" || wantedRelease == release)
}

// CompareVersions orders two versions as the tools of a format, "apt" or "yum", do: negative when a is the earlier one.
func CompareVersions(format, a, b string) int {
	if format == formatYum {
		return rpm.CompareEVR(a, b)
	}
	return apt.CompareVersions(a, b)
}

// newestOf returns the newest version of each name and architecture.
func newestOf(packages []Listed) []Listed {
	var newest []Listed
	for _, versions := range byNameAndArchitecture(packages) {
		newest = append(newest, versions[0])
	}
	return newest
}

// byNameAndArchitecture groups the packages of one suite: each group newest first, the groups in the order of an index.
func byNameAndArchitecture(packages []Listed) [][]Listed {
	sorted := slices.Clone(packages)
	slices.SortStableFunc(sorted, func(a, b Listed) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Architecture, b.Architecture),
			comparePackages(a.Format, b.Package, a.Package))
	})
	return slices.Collect(func(yield func([]Listed) bool) {
		for start := 0; start < len(sorted); {
			end := start + 1
			for end < len(sorted) && sorted[end].Name == sorted[start].Name && sorted[end].Architecture == sorted[start].Architecture {
				end++
			}
			if !yield(sorted[start:end]) {
				return
			}
			start = end
		}
	})
}

// unknownPackage says what there is instead: the versions of the name, or names like it.
func unknownPackage(suite string, packages []Listed, s Selection) error {
	e := &UnknownPackageError{Suite: suite, Name: s.Name, Version: s.Version}
	names := map[string]bool{}
	for _, p := range packages {
		names[p.Name] = true
		if p.Name == s.Name && !slices.Contains(e.Versions, p.Version) {
			e.Versions = append(e.Versions, p.Version)
		}
	}
	if len(e.Versions) > 0 {
		return e
	}
	for name := range names {
		if near(s.Name, name) {
			e.Near = append(e.Near, name)
		}
	}
	slices.SortFunc(e.Near, func(a, b string) int {
		return cmp.Or(cmp.Compare(distance(s.Name, a), distance(s.Name, b)), cmp.Compare(a, b))
	})
	if len(e.Near) > maxNear {
		e.Near = e.Near[:maxNear]
	}
	return e
}

const maxNear = 3

// near reports whether somebody who typed a may have meant b.
func near(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	return len(a) > 2 && strings.Contains(b, a) || distance(a, b) <= max(1, len(a)/4)
}

// distance is how many letters must be put in, taken out or replaced to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
