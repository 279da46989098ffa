package repo

import (
	"context"
	"slices"
	"testing"
	"time"

	"wain/repo/store"
)

// TestCompleteKeepsKeys: a publisher that completes what another one with another key has published leaves its keys alone.
func TestCompleteKeepsKeys(t *testing.T) {
	s := store.NewMemory()
	signer := func(name string) *Signer {
		sign := func(data []byte, _ time.Time) ([]byte, error) { return append([]byte(name), data...), nil }
		return &Signer{Clear: sign, Detached: sign, PublicArmored: []byte(name), PublicBinary: []byte(name), Fingerprints: []string{name}}
	}
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	theirs := suiteEdit{name: suiteName{format: formatApt, suite: "bookworm", release: "bookworm"}, config: &SuiteConfig{Description: "x"}}
	_, err := edit(t.Context(), Commit{Store: s, Time: at, Signer: signer("BB")}, "publish", func(context.Context, *current) (*edits, error) {
		return &edits{identity: identity{origin: "Example"}, suites: []suiteEdit{theirs}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"AA": false, "BB": true} {
		e := &editor{commit: Commit{Store: s, Time: at, Signer: signer(name)}}
		change, err := e.complete(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		wrote := slices.ContainsFunc(change.Head.Files, func(f store.File) bool { return f.Name == "key.asc" })
		if wrote != want || len(change.Head.Trees) != 1 {
			t.Errorf("key %s completes a generation of BB: writes key.asc %v, want %v; %d trees", name, wrote, want, len(change.Head.Trees))
		}
	}
}
