package sign_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"wain/fixtures"
)

// gnupg is a GnuPG home of one test. Its agent ends with the test.
type gnupg struct {
	testing.TB
	home string
}

func newGnuPG(t testing.TB) *gnupg {
	t.Helper()
	fixtures.NeedTool(t, "gpg", "gpgconf", "gpgv")
	home, err := os.MkdirTemp("/tmp", "wg") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	g := &gnupg{t, home}
	g.file("gpg-agent.conf", []byte("s2k-count 65536\n")) // no time spent on protecting test keys
	t.Cleanup(func() {
		g.run(nil, "gpgconf", "--homedir", home, "--kill", "all")
		os.RemoveAll(home)
	})
	return g
}

// try runs a program with nothing of this machine's environment but PATH.
func (g *gnupg) try(stdin []byte, name string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.Command(name, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + g.home, "GNUPGHOME=" + g.home, "LC_ALL=C", "TZ=UTC"}
	cmd.Stdin = bytes.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

func (g *gnupg) run(stdin []byte, name string, args ...string) string {
	g.Helper()
	stdout, stderr, err := g.try(stdin, name, args...)
	if err != nil {
		g.Fatalf("%s %q: %v\n%s", name, args, err, stderr)
	}
	return stdout
}

// gpg runs gpg with a passphrase, unattended.
func (g *gnupg) gpg(stdin []byte, passphrase string, args ...string) string {
	g.Helper()
	return g.run(stdin, "gpg", append([]string{
		"--batch", "--yes", "--no-tty", "--quiet",
		"--pinentry-mode", "loopback", "--passphrase", passphrase,
	}, args...)...)
}

// file writes a file into the home and returns its path.
func (g *gnupg) file(name string, data []byte) string {
	g.Helper()
	path := filepath.Join(g.home, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		g.Fatal(err)
	}
	return path
}
