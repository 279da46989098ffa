package sign

import (
	"slices"
	"time"
)

// Where the rows of refusals come from, beside the clients that
// clients_test.go runs (apt 2.6 and 3.0, rpm 4.18, dnf 4.14, zypper 1.14).
const (
	fromTests    = "sign/clients_test.go: measured"
	fromDebian11 = "docs/trust.md: measured with dnf 4.5 and librepo 1.12 of Debian 11"
	fromGnuPG    = "https://gnupg.org/download/release_notes.html"                         // since 2.3
	fromAptRules = "https://gist.github.com/julian-klode/613b52558b65d03683e92a981647b3fa" // apt's policy for sqv
	fromRedHat   = "https://www.redhat.com/en/blog/rhel-security-sha-1-package-signatures-distrusted-rhel-9"
	fromEL8      = "https://github.com/nushell/integrations/issues/7"
	fromEL9      = "https://github.com/furlongm/patchman/issues/824"
	fromEdDSA    = "https://github.com/rpm-software-management/rpm/pull/1202" // with libgcrypt only; EL 9 and Amazon use OpenSSL
	fromECDSA    = "https://github.com/rpm-software-management/rpm/pull/3034"
	fromFlags    = "https://github.com/rpm-software-management/rpm/issues/2680"
	fromSubkeys  = "https://github.com/rpm-software-management/rpm/issues/1977"
	fromFormat   = "https://www.rfc-editor.org/rfc/rfc9580.html"
	fromV6       = "https://github.com/rpm-software-management/rpm-sequoia/issues/87"
)

// A Client is a program of one version that judges signing keys.
type Client struct {
	Name    string   // "apt 3.0", "rpm 4.16 (EL 9)"
	Targets []string // whose hosts have it: "debian13"; none: no target of wain
}

// Clients lists the clients whose judgement is known, by program and age.
func Clients() []Client {
	return []Client{
		{"apt 2.2 (Debian 11)", nil},
		{"apt 2.4", []string{"ubuntu22.04"}},
		{"apt 2.6", []string{"debian12"}},
		{"apt 2.8", []string{"ubuntu24.04"}},
		{"apt 3.0", []string{"debian13"}},
		{"apt 3.1 to 3.3", []string{"ubuntu26.04"}},
		{"rpm 4.11 (EL 7)", nil},
		{"rpm 4.14", []string{"el8"}},
		{"rpm 4.16 (EL 9)", []string{"el9"}},
		{"rpm 4.16 (Amazon)", []string{"amzn2023"}},
		{"rpm 4.18 (Debian 12)", nil},
		{"rpm 4.19", []string{"el10"}},
		{"rpm 4.20", []string{"leap16.0"}},
		{"rpm 6.0", []string{"fedora43", "fedora44"}},
		{"dnf 4.5 (early EL 8)", nil},
		{"dnf 4.7", []string{"el8"}},
		{"dnf 4.14", []string{"el9", "amzn2023"}},
		{"dnf 4.20", []string{"el10"}},
		{"dnf5", []string{"fedora43", "fedora44"}},
		{"zypper 1.14", []string{"leap16.0"}},
	}
}

// suites are the names that repositories have for a target, where they differ.
func suites() map[string]string {
	return map[string]string{
		"debian12": "bookworm", "debian13": "trixie",
		"ubuntu22.04": "jammy", "ubuntu24.04": "noble", "ubuntu26.04": "resolute",
	}
}

// A refusalRow says that clients refuse keys of a rule.
type refusalRow struct {
	rule    string
	from    time.Time // zero: today and before
	clients []string
	source  string
}

// refusals is what is known to be refused. What is not here is accepted, or it
// is a fault that [Certificate.Check] finds and every client has in common.
func refusals() []refusalRow {
	on := func(year int, month time.Month) time.Time { return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC) }
	var today time.Time
	gpgv := []string{"apt 2.2 (Debian 11)", "apt 2.4", "apt 2.6", "apt 2.8"}
	sqv := []string{"apt 3.0", "apt 3.1 to 3.3"}
	sequoia := []string{"rpm 4.19", "rpm 6.0"} // of EL 10 and Fedora, under their crypto policies
	el9 := []string{"rpm 4.16 (EL 9)"}
	old := []string{"rpm 4.11 (EL 7)", "rpm 4.14", "rpm 4.16 (EL 9)", "rpm 4.16 (Amazon)", "rpm 4.18 (Debian 12)"}
	dnf := []string{"dnf 4.5 (early EL 8)", "dnf 4.7", "dnf 4.14", "dnf 4.20", "dnf5"}
	var all []string
	for _, client := range Clients() {
		all = append(all, client.Name)
	}
	return []refusalRow{
		{"no-self-signature", today, all, fromFormat},
		{"no-signing-key", today, all, fromFormat},
		{"not-yet-valid", today, all, fromFormat},
		{"revoked", today, all, fromFormat},
		{"algorithm", today, all, fromFormat},
		{"curve", today, all, fromFormat},

		{"rsa-bits", today, sqv, fromTests},
		{"rsa-bits", today, sequoia, fromRedHat},
		{"rsa-2048", on(2030, time.February), sqv, fromAptRules},
		{"dsa", on(2024, time.February), sqv, fromAptRules},
		{"sha1-self-signature", on(2026, time.February), sqv, fromAptRules},
		{"sha1-self-signature", today, el9, fromRedHat},
		{"sha1-self-signature", today, sequoia, fromRedHat},

		{"ed25519", today, []string{"rpm 4.11 (EL 7)", "rpm 4.14"}, fromEL8},
		{"ed25519", today, el9, fromEL9},
		{"ed25519", today, []string{"rpm 4.16 (Amazon)"}, fromEdDSA},
		{"ed448", today, gpgv[:3], fromGnuPG},
		{"ed448", today, append(slices.Clone(old), "rpm 4.20"), fromEdDSA},
		{"rfc9580-algorithm", today, gpgv, fromTests},
		{"rfc9580-algorithm", today, old, fromTests},
		{"rfc9580-algorithm", today, []string{"dnf 4.5 (early EL 8)", "dnf 4.7", "dnf 4.14", "zypper 1.14"}, fromTests},
		{"nist-curve", today, old[4:], fromTests},
		{"nist-curve", today, old[:4], fromECDSA},
		// apt's policy names 2028-02-01 for it; sqv is built with Nettle, which has no such curve.
		{"brainpool", today, sqv, fromTests},
		{"brainpool", today, old[4:], fromTests},
		{"brainpool", today, old[:4], fromECDSA},

		{"key-version", today, gpgv, fromTests},
		{"key-version", today, old[4:], fromTests},
		{"key-version", today, append(slices.Clone(old[:4]), "rpm 4.19", "rpm 4.20"), fromV6},
		{"key-version", today, []string{"dnf 4.5 (early EL 8)", "dnf 4.7", "dnf 4.14", "zypper 1.14"}, fromTests},
		{"sha1-subkey", today, el9, fromSubkeys},
		{"key-flags", today, sequoia, fromFlags},
		{"signing-subkey", today, dnf[:1], fromDebian11},
		// Signatures from before the end; newer ones cannot be made.
		{"expired", today, gpgv, fromTests},
		{"expired", today, dnf, fromTests},
	}
}
