package convert

import (
	"slices"
	"sync"
)

// notes gathers warnings of a run, each once.
type notes struct {
	mu    sync.Mutex
	texts []string
}

func (n *notes) add(texts ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, text := range texts {
		if !slices.Contains(n.texts, text) {
			n.texts = append(n.texts, text)
		}
	}
}

func (n *notes) list() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.texts)
}
