package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"wain/convert/target"
	"wain/fixtures"
	"wain/sign"
)

// Of every target it is known which apt its hosts have, or which rpm and which
// dnf or zypper.
func TestTargetsHaveClients(t *testing.T) {
	for _, name := range target.Names() {
		found, err := target.Find(name, "")
		if err != nil {
			t.Fatal(err)
		}
		var programs []string
		for _, client := range sign.Clients() {
			if client.Serves(found.Suite) {
				if !client.Serves(name) || !client.Serves(found.Suite+"-staging") {
					t.Errorf("%s serves %s under one of its names only", client.Name, name)
				}
				program, _, _ := strings.Cut(strings.TrimSuffix(client.Name, "5"), " ")
				programs = append(programs, program)
			}
		}
		slices.Sort(programs)
		if got := strings.Join(programs, " "); !slices.Contains([]string{"apt", "dnf rpm", "rpm zypper"}, got) {
			t.Errorf("%s: its clients are %q", name, got)
		}
	}
}

// The table of docs/trust.md is the one that keys are judged by.
func TestTrustPageTable(t *testing.T) {
	page, err := os.ReadFile("../../docs/trust.md")
	if err != nil {
		t.Fatal(err)
	}
	table := "| key | refused by |\n|---|---|\n"
	for _, name := range []string{"ed25519", "nistp256", "rsa2048", "rsa1024", "dsa", "brainpool", "sha1", "subkey", "expired"} {
		keys, err := sign.ReadPublic(fixtures.Key(name + ".key"))
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range sign.ByRule(keys.Certificates()[0].Refusals(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))) {
			subject, by, _ := strings.Cut(sign.Summary(one), ": refused by ")
			table += fmt.Sprintf("| %s | %s |\n", subject, by)
		}
	}
	if !strings.Contains(string(page), "\n"+table+"\n") {
		t.Errorf("docs/trust.md has not this table:\n%s", table)
	}
}
