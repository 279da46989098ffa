package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wain/sign"
)

func newKeyCheckCommand(con *console) *cobra.Command {
	var targets []string
	cmd := &cobra.Command{
		Use:   "check [FILE...]",
		Short: "Tell which clients refuse a key, and from when",
		Long: `Tell which versions of apt, dnf, rpm and zypper refuse a key, on which targets,
and from which day. FILE is a private or a public key, or a keyring; without one,
the configured keys are checked. No passphrase is needed.

Each finding is a line, and each client one of the table; a client accepts a key
against which nothing is known of it. A key that hosts of a
target refuse today, or that wain does not sign with, is exit code 3. What is
refused later, or by clients that no target has, is a warning.`,
		Example: `  wain key check archive.key --target debian12 --target el9`,
		Args:    operands(0, -1, ""),
		RunE:    func(_ *cobra.Command, args []string) error { return runKeyCheck(args, targets, con) },
	}
	cmd.Flags().StringArrayVarP(&targets, "target", "t", nil, "judge for hosts of this target only; may be repeated")
	completeTargets(cmd)
	return cmd
}

// keyCheckDocument is what `wain key check --json` prints, schema
// wain/key-check/1.
type keyCheckDocument struct {
	Schema  string       `json:"schema"`
	Changed bool         `json:"changed"` // always false: nothing is written
	Keys    []checkedKey `json:"keys"`
}

type checkedKey struct {
	File        string          `json:"file"` // or the name of a variable
	Fingerprint string          `json:"fingerprint"`
	Algorithm   string          `json:"algorithm"` // of the part that signs
	Findings    []keyFinding    `json:"findings"`
	Warnings    []string        `json:"warnings"`
	Clients     []clientVerdict `json:"clients"`
}

type keyFinding struct {
	Rule   string `json:"rule"`
	Detail string `json:"detail"`
}

type clientVerdict struct {
	Client   string         `json:"client"`
	Targets  []string       `json:"targets"`
	Refuses  bool           `json:"refuses"` // today
	Refusals []clientReason `json:"refusals"`
}

type clientReason struct {
	Rule    string `json:"rule"`
	Subject string `json:"subject"`
	From    string `json:"from"` // a day; "" for today and before
	Source  string `json:"source"`
}

func runKeyCheck(files, specs []string, con *console) error {
	suites, err := checkedSuites(specs)
	if err != nil {
		return err
	}
	keys, err := con.certificates(files)
	if err != nil {
		return err
	}
	doc := keyCheckDocument{Schema: "wain/key-check/1"}
	findings := 0
	for _, key := range keys {
		one := checkKey(key, suites, con.now())
		findings += len(one.Findings)
		doc.Keys = append(doc.Keys, one)
	}
	if err := con.showKeyCheck(doc); err != nil {
		return err
	}
	if findings > 0 {
		return &differenceError{findings}
	}
	return nil
}

// checkedSuites are the suites of the targets to judge for; none: all.
func checkedSuites(specs []string) ([]string, error) {
	var suites []string
	var errs []error
	for _, spec := range specs {
		t, err := findTarget(spec, "")
		if err == nil && !slices.ContainsFunc(sign.Clients(), func(c sign.Client) bool { return c.Serves(t.Suite) }) {
			err = usagef("--target %s: it is not known which clients its hosts have", spec)
		}
		suites = append(suites, t.Suite)
		errs = append(errs, err)
	}
	return suites, errors.Join(errs...)
}

// checkKey judges one key for the hosts of the suites, or of all targets.
func checkKey(key namedCertificate, suites []string, at time.Time) checkedKey {
	doc := checkedKey{
		File: key.source, Fingerprint: key.Fingerprint(), Algorithm: key.SigningPart(at).Algorithm,
		Findings: []keyFinding{}, Warnings: []string{}, Clients: []clientVerdict{},
	}
	var judged []sign.Refusal
	for _, r := range key.Refusals(at) {
		if asked(r.Client, suites) {
			judged = append(judged, r)
		}
	}
	for _, client := range sign.Clients() {
		if asked(client, suites) {
			doc.Clients = append(doc.Clients, verdictOf(client, judged, at))
		}
	}
	var rules []string
	for _, one := range sign.ByRule(judged) {
		if slices.ContainsFunc(one, func(r sign.Refusal) bool { return r.InForce(at) && len(r.Client.Targets) > 0 }) {
			rules = append(rules, one[0].Rule)
			doc.Findings = append(doc.Findings, keyFinding{one[0].Rule, sign.Summary(one)})
		}
	}
	doc.addFaults(key.Check(at), rules)
	for _, w := range key.Warnings(at) {
		known := slices.ContainsFunc(judged, func(r sign.Refusal) bool { return r.Rule == w.Rule })
		if !slices.Contains(rules, w.Rule) && (known || w.Rule == "expires-soon") {
			doc.Warnings = append(doc.Warnings, w.Detail)
		}
	}
	return doc
}

// addFaults adds why wain does not sign with the key, unless it is told already.
func (d *checkedKey) addFaults(err error, told []string) {
	for _, fault := range joined(err) {
		rule := "no-signing-key"
		if weak, ok := as[*sign.WeakKeyError](fault); ok {
			rule = weak.Rule
		} else if _, ok := as[*sign.ExpiredKeyError](fault); ok {
			rule = "expired"
		} else if _, ok := as[*sign.RevokedKeyError](fault); ok {
			rule = "revoked"
		} else if _, ok := as[*sign.NotYetValidError](fault); ok {
			rule = "not-yet-valid"
		}
		if !slices.Contains(told, rule) {
			d.Findings = append(d.Findings, keyFinding{rule, "wain does not sign with it: " + fault.Error()})
		}
	}
}

// joined are the errors that were joined.
func joined(err error) []error {
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		return list.Unwrap()
	}
	return nil
}

// asked reports whether a client is one of those to judge for.
func asked(client sign.Client, suites []string) bool {
	return len(suites) == 0 || slices.ContainsFunc(suites, client.Serves)
}

// verdictOf is the row of a client in the table.
func verdictOf(client sign.Client, all []sign.Refusal, at time.Time) clientVerdict {
	verdict := clientVerdict{Client: client.Name, Targets: append([]string{}, client.Targets...), Refusals: []clientReason{}}
	for _, r := range all {
		if r.Client.Name != client.Name {
			continue
		}
		reason := clientReason{Rule: r.Rule, Subject: r.Subject, Source: r.Source}
		if !r.From.IsZero() {
			reason.From = r.From.Format(time.DateOnly)
		}
		verdict.Refusals = append(verdict.Refusals, reason)
		verdict.Refuses = verdict.Refuses || r.InForce(at)
	}
	return verdict
}

func (c *console) showKeyCheck(doc keyCheckDocument) error {
	if c.json {
		return c.document(doc)
	}
	for i, key := range doc.Keys {
		if i > 0 {
			c.line("")
		}
		c.line(fmt.Sprintf("%s: key %s, %s", key.File, key.Fingerprint, key.Algorithm))
		for _, f := range key.Findings {
			c.line(f.Rule + ": " + f.Detail)
		}
		for _, w := range key.Warnings {
			c.warnf("%s", w)
		}
		c.line(fmt.Sprintf("%-22s %-20s %s", "client", "targets", "verdict"))
		for _, v := range key.Clients {
			c.line(fmt.Sprintf("%-22s %-20s %s", v.Client, strings.Join(v.Targets, ", "), v.verdict()))
		}
	}
	return nil
}

// verdict is a client's judgement in words.
func (v clientVerdict) verdict() string {
	var why []string
	for _, r := range v.Refusals {
		text := "refuses " + r.Subject
		if r.From != "" {
			text += " from " + r.From
		}
		if !slices.Contains(why, text) {
			why = append(why, text)
		}
	}
	if len(why) == 0 {
		return "accepts"
	}
	return strings.Join(why, "; ")
}
