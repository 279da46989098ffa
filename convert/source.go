package convert

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"wain/convert/pep"
)

// source is one SOURCE of the command line: a wheel file, or a project and
// version that the lock pins.
type source struct {
	given   string
	project string // normalised
	version pep.Version
	book    *book // nil where the lock is to bring it
}

// SourceError is a SOURCE that cannot be used.
type SourceError struct{ Source, Detail string }

func (e *SourceError) Error() string { return fmt.Sprintf("source %q: %s", e.Source, e.Detail) }

func (r *run) readSources(ctx context.Context) ([]source, error) {
	if len(r.Sources) == 0 {
		return nil, errors.New("no source: name a wheel, or name==version with a lock")
	}
	var sources []source
	var errs []error
	seen := map[string]string{}
	for _, given := range r.Sources {
		s, err := r.readSource(ctx, given)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if first, twice := seen[s.project]; twice {
			errs = append(errs, &SourceError{given, fmt.Sprintf("%s is the same project", first)})
			continue
		}
		seen[s.project] = given
		sources = append(sources, s)
	}
	return sources, errors.Join(errs...)
}

// projects are the SOURCE projects.
func (r *run) projects() []string {
	names := make([]string, len(r.sources))
	for i, s := range r.sources {
		names[i] = s.project
	}
	return names
}

func (r *run) readSource(ctx context.Context, given string) (source, error) {
	if place, ok := withoutUser(given); ok {
		return source{}, &SourceError{place, "a URL, and nothing says which bytes are meant: download it and name the file, or lock it"}
	}
	if strings.HasSuffix(given, ".whl") || strings.HasSuffix(given, ".egg") {
		b, err := r.shelf.takePath(ctx, r.index, given)
		if err != nil {
			return source{}, err
		}
		name := b.wheel.Filename
		return source{given: given, project: name.Name, version: name.Version, book: b}, nil
	}
	if info, err := os.Stat(given); err == nil && info.IsDir() {
		return source{}, &SourceError{given, "a folder; name a wheel in it"}
	}
	requirement, err := pep.ParseRequirement(given)
	if err != nil || requirement.URL != "" || requirement.Marker != nil {
		return source{}, &SourceError{given, "neither a wheel (.whl) nor name==version"}
	}
	if len(requirement.Extras) > 0 {
		return source{}, &SourceError{given, "extras are named by --extra"}
	}
	text, pinned := requirement.Specifiers.Pinned()
	if !pinned {
		return source{}, &SourceError{given, "one version is needed, as in name==1.2.3"}
	}
	version, err := pep.ParseVersion(text)
	if err != nil {
		return source{}, &SourceError{given, err.Error()}
	}
	if r.Options.Lock == "" {
		return source{}, &SourceError{given, "a project needs a lock that pins it"}
	}
	return source{given: given, project: pep.Normalize(requirement.Name), version: version}, nil
}

// withoutUser tells a URL on the network, and gives it without credentials.
func withoutUser(given string) (string, bool) {
	if !strings.HasPrefix(given, "http://") && !strings.HasPrefix(given, "https://") {
		return "", false
	}
	u, err := url.Parse(given)
	if err != nil {
		return "a URL", true
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String(), true
}
