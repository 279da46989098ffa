package repo

import (
	"context"
	"errors"
	"time"

	"wain/repo/store"
)

var errNotBuilt = errors.New("not built yet")

// Add stores packages and records them. Clients do not see them until the next publish.
func Add(ctx context.Context, o Options) (*Result, error) { return nil, errNotBuilt }

// A Selection names packages of a suite.
type Selection struct {
	Name    string
	Version string // as the format's tools print it; empty: the newest one, or all, as the function says
}

// PromoteOptions say which packages go from one suite to another.
type PromoteOptions struct {
	Commit
	Packages []Selection // none: all; without a version: the newest one of each architecture
	From, To string
}

// Promote publishes packages of one suite in another one: the same bytes.
func Promote(ctx context.Context, o PromoteOptions) (*Result, error) { return nil, errNotBuilt }

// RemoveOptions say which packages leave a suite.
type RemoveOptions struct {
	Commit
	Packages    []Selection
	AllVersions bool // leave to select without a version
	Suite       string
}

// Remove takes packages out of a suite.
func Remove(ctx context.Context, o RemoveOptions) (*Result, error) { return nil, errNotBuilt }

// PruneOptions say which packages are too old to stay.
type PruneOptions struct {
	Commit
	Keep      int           // so many versions of each name and architecture stay; 0: no such rule
	OlderThan time.Duration // packages published for a shorter time stay; 0: no such rule
	Suites    []string      // none: all
}

// Prune takes old packages out of suites.
func Prune(ctx context.Context, o PruneOptions) (*Result, error) { return nil, errNotBuilt }

// RollbackOptions say which generation's content comes back.
type RollbackOptions struct {
	Commit
	To     int      // 0: the one before the current
	Suites []string // none: all
}

// Rollback publishes an earlier generation's packages under a new, later date.
func Rollback(ctx context.Context, o RollbackOptions) (*Result, error) { return nil, errNotBuilt }

// A SuiteConfig is what a suite's indexes and Release say beside its packages.
type SuiteConfig struct {
	Description          string        `json:"description,omitempty"`
	ValidFor             time.Duration `json:"valid_for,omitempty"` // apt: how long Release is valid after its date; 0: for ever
	NotAutomatic         bool          `json:"not_automatic,omitempty"`
	ButAutomaticUpgrades bool          `json:"but_automatic_upgrades,omitempty"`
	SignedBy             bool          `json:"signed_by,omitempty"`   // apt: Release names the keys
	Compression          string        `json:"compression,omitempty"` // "gz" (also the empty one) or "zst": apt has it beside .gz, yum in place of it
	Contents             bool          `json:"contents,omitempty"`    // apt: write Contents
	Translation          bool          `json:"translation,omitempty"` // apt: write Translation-en
}

// ConfigureOptions say what to change of a suite's configuration.
type ConfigureOptions struct {
	Commit
	Suite string
	Set   func(*SuiteConfig)
}

// Configure changes a suite's configuration.
func Configure(ctx context.Context, o ConfigureOptions) (*Result, error) { return nil, errNotBuilt }

// A Generation is a repository after one commit.
type Generation struct {
	Number  int       `json:"number"`
	Date    time.Time `json:"date"`
	Action  string    `json:"action"`  // "publish", "promote", "remove", "prune", "rollback", "suite", "add", "rescan"
	Added   int       `json:"added"`   // packages
	Removed int       `json:"removed"` // packages
	Suites  []string  `json:"suites"`  // those that changed
	Current bool      `json:"current"`
}

// History lists the kept generations, newest first.
func History(ctx context.Context, at store.Reader) ([]Generation, error) { return nil, errNotBuilt }

// A SuiteDifference is what a suite has in one generation and not in another.
type SuiteDifference struct {
	Format  string    `json:"format"`
	Suite   string    `json:"suite"`
	Added   []Package `json:"added"`
	Removed []Package `json:"removed"`
}

// Diff compares two generations; 0 stands for the current one.
func Diff(ctx context.Context, at store.Reader, a, b int) ([]SuiteDifference, error) {
	return nil, errNotBuilt
}

// ListOptions narrow a list.
type ListOptions struct {
	Suites   []string    // none: all
	Packages []Selection // none: all
}

// A Listed package is published in a suite.
type Listed struct {
	Package
	Format    string    `json:"format"`
	Suite     string    `json:"suite"`
	Component string    `json:"component,omitempty"` // apt
	Since     time.Time `json:"since"`               // when it was published there
}

// List returns the published packages, ordered by suite, name, version and architecture.
func List(ctx context.Context, at store.Reader, o ListOptions) ([]Listed, error) {
	return nil, errNotBuilt
}
