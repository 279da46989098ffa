package convert

import (
	"fmt"
	"slices"
	"sync"
)

// mostOfWheel is how many warnings of one wheel are passed on; a RECORD may
// give cause for a million.
const mostOfWheel = 20

// notes gathers warnings of a run, each once. It is safe for concurrent use.
type notes struct {
	mu    sync.Mutex
	texts []string
	seen  map[string]bool
}

func (n *notes) add(texts ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = map[string]bool{}
	}
	for _, text := range texts {
		if !n.seen[text] {
			n.seen[text] = true
			n.texts = append(n.texts, text)
		}
	}
}

// addOf adds what was read around in one wheel.
func (n *notes) addOf(wheel string, warnings []string) {
	for i, text := range warnings {
		if i == mostOfWheel {
			n.add(fmt.Sprintf("wheel %s: %d more warnings of this kind", wheel, len(warnings)-i))
			return
		}
		n.add(fmt.Sprintf("wheel %s: %s", wheel, text))
	}
}

func (n *notes) list() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.texts)
}
