package sign_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wain/fixtures"
	"wain/sign"
)

// buildRPM makes an unsigned package with rpmbuild.
func buildRPM(t testing.TB, g *gnupg) []byte {
	t.Helper()
	fixtures.NeedTool(t, "rpmbuild", "rpmsign", "rpmkeys")
	spec := g.file("hello.spec", []byte("Name: hello\nVersion: 1\nRelease: 1\nSummary: s\nLicense: MIT\nBuildArch: noarch\n"+
		"%description\nd\n%install\nmkdir -p %{buildroot}/opt\necho hello > %{buildroot}/opt/hello\n%files\n/opt/hello\n"))
	g.run(nil, "rpmbuild", "-bb", "--quiet", "--dbpath", g.home+"/db", "--define", "_topdir "+g.home+"/rpm", spec)
	return readFile(t, filepath.Join(g.home, "rpm/RPMS/noarch/hello-1-1.noarch.rpm"))
}

// rpmsign signs a package by a program of ours in the place of gpg: it keeps
// what is to be signed, and answers with a given signature.
func rpmsign(t testing.TB, g *gnupg, pkg []byte, sign func(data []byte) []byte) []byte {
	t.Helper()
	path := g.file("package.rpm", pkg)
	script := g.file("signer", []byte("#!/bin/sh\ncat > "+g.home+"/tosign\ncp "+g.home+"/signature \"$1\"\n"))
	if err := os.Chmod(script, 0o700); err != nil {
		t.Fatal(err)
	}
	args := []string{"--addsign", "--define", "_gpg_name x", "--define", "__gpg_sign_cmd " + script + " " + script + " %{__signature_filename}", path}
	g.file("signature", sign(nil)) // the first run is for the data alone
	_, _, _ = g.try(nil, "rpmsign", args...)
	g.file("signature", sign(readFile(t, g.home+"/tosign")))
	path = g.file("package.rpm", pkg)
	g.run(nil, "rpmsign", args...)
	return readFile(t, path)
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Our signature in a real package is good for rpmkeys and for us, and bad for
// both once the header or the payload is changed.
func TestRPM(t *testing.T) {
	g := newGnuPG(t)
	unsigned := buildRPM(t, g)
	for _, name := range []string{"archive", "ed25519", "protected"} {
		k := key(t, name)
		signed := rpmsign(t, g, unsigned, func(data []byte) []byte {
			sig, err := k.Binary(bytes.NewReader(data), someday)
			if err != nil {
				t.Fatal(err)
			}
			return sig
		})
		db := g.home + "/keys-" + name
		g.run(nil, "rpmkeys", "--dbpath", db, "--import", g.file("key.asc", k.PublicArmored()))
		rpmkeys := func(pkg []byte) bool {
			out, _, err := g.try(nil, "rpmkeys", "--dbpath", db, "--checksig", g.file("checked.rpm", pkg))
			return err == nil && strings.Contains(out, "signatures OK")
		}
		if !rpmkeys(signed) {
			t.Errorf("%s: rpmkeys does not take the signature", name)
		}
		if by, err := ring(t, k).VerifyRPM(bytes.NewReader(signed), someday); err != nil || by != k.Fingerprint() {
			t.Errorf("%s: %q, %v", name, by, err)
		}
		header := flip(signed, bytes.LastIndex(signed, []byte("/opt/")))
		if _, err := ring(t, k).VerifyRPM(bytes.NewReader(header), someday); rpmkeys(header) || err == nil || !strings.Contains(err.Error(), "the content does not match") {
			t.Errorf("%s: changed header: %v", name, err)
		}
		payload := flip(signed, len(signed)-5)
		if _, err := ring(t, k).VerifyRPM(bytes.NewReader(payload), someday); rpmkeys(payload) || err == nil || !strings.Contains(err.Error(), "does not match its digest") {
			t.Errorf("%s: changed payload: %v", name, err)
		}
	}
}

func TestRPMRefuses(t *testing.T) {
	g := newGnuPG(t)
	unsigned := buildRPM(t, g)
	archive := ring(t, key(t, "archive"))
	if _, err := archive.VerifyRPM(bytes.NewReader(unsigned), time.Time{}); !errors.Is(err, sign.ErrNoSignature) {
		t.Errorf("unsigned: %v", err)
	}
	g.gpg(fixture(t, "other.key"), "", "--import")
	gpg, err := exec.LookPath("gpg")
	if err != nil {
		t.Fatal(err)
	}
	for _, extra := range [][]string{nil, {"--rpmv3"}} { // rpmv3 adds a signature over header and payload
		path := g.file("signed.rpm", unsigned)
		g.run(nil, "rpmsign", append(extra, "--addsign", "--define", "__gpg "+gpg, "--define", "_gpg_name other@example.org", path)...)
		signed := readFile(t, path)
		if by, err := ring(t, key(t, "other")).VerifyRPM(bytes.NewReader(signed), time.Time{}); err != nil || by != key(t, "other").Fingerprint() {
			t.Errorf("signed by rpmsign %q: %v", extra, err)
		}
		var unknown *sign.UnknownSignerError
		if _, err := archive.VerifyRPM(bytes.NewReader(signed), time.Time{}); !errors.As(err, &unknown) {
			t.Errorf("unknown signer: %v", err)
		}
		for _, n := range []int{0, 10, 96, 100, 112, 500, 1000, len(signed) - 1} {
			if _, err := ring(t, key(t, "other")).VerifyRPM(bytes.NewReader(signed[:n]), time.Time{}); err == nil {
				t.Errorf("cut at %d: accepted", n)
			}
		}
	}
}
