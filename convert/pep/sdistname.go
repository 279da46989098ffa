package pep

import (
	"fmt"
	"strings"
)

// sdistSuffixes are the archives that hold source distributions. PEP 517 and
// 625 know .tar.gz alone; the others lie on indexes from before.
var sdistSuffixes = []string{".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar"}

// ParseSdistFilename reads the last path component of a project's source
// distribution, NAME-VERSION.tar.gz, and gives its version. The project, in any
// spelling, has to be known: "a-1-1.zip" is version 1.post1 of "a" and version 1
// of "a-1". The error is a *SyntaxError.
func ParseSdistFilename(s, project string) (Version, error) {
	v, detail := parseSdist(s, Normalize(project))
	if detail != "" {
		return Version{}, &SyntaxError{What: "sdist file name", Text: s, Offset: -1, Detail: detail}
	}
	return v, nil
}

func parseSdist(s, project string) (v Version, detail string) {
	if strings.ContainsAny(s, `/\`) {
		return v, "expected a file name without a path"
	}
	stem, found := "", false
	for _, suffix := range sdistSuffixes {
		if stem, found = strings.CutSuffix(s, suffix); found {
			break
		}
	}
	if !found {
		return v, "expected a name that ends in " + strings.Join(sdistSuffixes, ", ")
	}
	for at := range len(stem) {
		if stem[at] != '-' || !ValidName(stem[:at]) || Normalize(stem[:at]) != project {
			continue
		}
		v, err := ParseVersion(stem[at+1:])
		if err != nil {
			return v, err.Error()
		}
		return v, ""
	}
	return v, fmt.Sprintf("expected %q and a version", project+"-")
}
