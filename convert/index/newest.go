package index

import (
	"context"
	"slices"

	"wain/convert/pep"
)

// Sources gives the source archives of a project, as Candidates gives its
// wheels.
func (x *Index) Sources(ctx context.Context, project string) ([]Source, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	name := pep.Normalize(project)
	if _, err := x.project(ctx, name); err != nil {
		return nil, err
	}
	return slices.Clone(x.knownSources(name)), nil
}

func (x *Index) knownSources(project string) []Source {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.sources[project]
}

// sourceNames lists the archives of the wanted version, as far as the project
// was asked for already.
func (x *Index) sourceNames(w Want) []string {
	var names []string
	for _, s := range x.knownSources(pep.Normalize(w.Project)) {
		if sameVersion(w.Version, s.Version) {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Newest is the highest version of w.Project that has a wheel which fits w.Tags
// and w.Python, w.Version left out; "" for none. Yanked files do not count, and
// pre-releases only where there is nothing else.
func (x *Index) Newest(ctx context.Context, w Want) (string, error) {
	candidates, err := x.Candidates(ctx, w.Project)
	if err != nil {
		return "", err
	}
	return newest(candidates, w), nil
}

func newest(candidates []Candidate, w Want) string {
	places := tagPlaces(w.Tags)
	var best Candidate
	for _, c := range candidates {
		v := c.Filename.Version
		if c.Yanked != nil || sameVersion(w.Version, v) || !fitsPython(c, w.Python) {
			continue
		}
		if _, fits := bestTag(c.Filename, places); !fits {
			continue
		}
		if best.Filename.Raw == "" || higher(v, best.Filename.Version) {
			best = c
		}
	}
	if best.Filename.Raw == "" {
		return ""
	}
	return best.Filename.Version.String()
}

// higher prefers final releases, then the higher version.
func higher(a, b pep.Version) bool {
	if a.IsPrerelease() != b.IsPrerelease() {
		return b.IsPrerelease()
	}
	return a.Compare(b) > 0
}

// fitsPython judges what the index says of a file's Requires-Python. What cannot
// be read is left for the wheel itself to say.
func fitsPython(c Candidate, python pep.Version) bool {
	if c.RequiresPython == "" || python.IsZero() {
		return true
	}
	required, err := pep.ParseSpecifiers(c.RequiresPython)
	return err != nil || required.Contains(python, true)
}
