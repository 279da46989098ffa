package repo

import (
	"context"
	"time"
)

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
