package venv_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"wain/convert/venv"
)

// TestLarge has more files than an environment may have, none of its wheels
// too many by itself.
func TestLarge(t *testing.T) {
	var items []venv.Item
	for i := range 26 {
		var scripts strings.Builder
		scripts.WriteString("[console_scripts]\n")
		for k := range 10_000 {
			fmt.Fprintf(&scripts, "s%d-%d = x:y\n", i, k)
		}
		name := fmt.Sprintf("demo%d", i)
		items = append(items, venv.Item{Wheel: build(t, name, map[string]string{name + "-1.0.dist-info/entry_points.txt": scripts.String()})})
	}
	_, err := venv.Lay(items, venv.Options{Dir: "/opt/venvs/app", Target: find(t, "debian12")})
	var e *venv.Error
	if !errors.As(err, &e) || len(e.Problems) != 1 || e.Problems[0].Rule != "tree-size" {
		t.Errorf("%.300v", err)
	}
}
