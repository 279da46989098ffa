package index

import (
	"slices"

	"wain/convert/pep"
)

// Local gives the candidates of a project that find-links folders hold, without
// asking anything on the network.
func (x *Index) Local(project string) []Candidate {
	return slices.Clone(x.projects[pep.Normalize(project)])
}
