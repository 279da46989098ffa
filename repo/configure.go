package repo

import (
	"context"
	"errors"
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

// Configure changes a suite's configuration, and publishes the suite anew where that makes a difference.
//
// The errors with facts are *UnknownSuiteError and, for a value that cannot be, *OptionError.
func Configure(ctx context.Context, o ConfigureOptions) (*Result, error) {
	if err := o.check(true); err != nil {
		return nil, err
	}
	return changeSuites(ctx, o.Commit, "suite", nil, func(_ context.Context, now *current) ([]suiteEdit, error) {
		suites, err := now.suitesOf(o.Suite)
		if err != nil {
			return nil, err
		}
		var edits []suiteEdit
		var errs []error
		for _, s := range suites {
			config := s.Config
			o.Set(&config)
			if config.Compression == "gz" {
				config.Compression = ""
			}
			if s.Format == formatYum && len(suites) > 1 {
				config = SuiteConfig{Compression: config.Compression} // the rest is for the apt suite of that name
			}
			if err := config.check(s); err != nil {
				errs = append(errs, err)
			}
			if config != s.Config {
				edits = append(edits, suiteEdit{name: s.name(), config: &config})
			}
		}
		return edits, errors.Join(errs...)
	})
}

// minValidFor is the shortest time for which a Release can be valid and still be signed anew in time by cron.
const minValidFor = time.Hour

// check refuses what indexes cannot say or clients cannot read.
func (c *SuiteConfig) check(s *suite) error {
	var errs []error
	refuse := func(option, value, detail string) { errs = append(errs, &OptionError{option, value, detail}) }
	if s.Format == formatYum && *c != (SuiteConfig{Compression: c.Compression}) {
		refuse("suite", s.Name, "a yum suite has no setting but compression")
	}
	if !printable(c.Description) {
		refuse("description", c.Description, "it is one line, without control characters")
	}
	if c.ValidFor < 0 || c.ValidFor > 0 && c.ValidFor < minValidFor {
		refuse("valid-for", c.ValidFor.String(), "hosts would refuse the suite before it is signed anew; an hour is the least")
	}
	if c.ButAutomaticUpgrades && !c.NotAutomatic {
		refuse("but-automatic-upgrades", "true", "it says something of a suite with not-automatic alone")
	}
	if c.Compression != "" && c.Compression != "zst" {
		refuse("compression", c.Compression, "gz or zst is expected")
	}
	return errors.Join(errs...)
}
