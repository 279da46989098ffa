package index

import (
	"context"
	"errors"
)

// Sources gives the source archives of a project, in the order of the places.
// Nothing is not an error.
func (x *Index) Sources(ctx context.Context, project string) ([]Source, error) {
	return nil, ctx.Err()
}

// FetchSource is Fetch for a source archive; Candidate of the result has its
// Entry alone.
func (x *Index) FetchSource(ctx context.Context, s Source, allowed []Hash) (*File, error) {
	return nil, errors.New("source archives are not read")
}

// Newest is the highest version of w.Project that has a wheel which fits w.Tags
// and w.Python, w.Version left out; "" for none. Yanked files do not count, and
// pre-releases only where there is nothing else.
func (x *Index) Newest(ctx context.Context, w Want) (string, error) {
	return "", ctx.Err()
}

// Warnings gives what was odd and not in the way, each once, in a fixed order.
// Call it when all else is done.
func (x *Index) Warnings() []string { return nil }

// DirectFile is Direct for a place whose last part is not the file's name.
func DirectFile(place, name string) (Candidate, error) { return Direct(place) }
