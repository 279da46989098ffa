package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"wain/repo"
	"wain/sign"
)

type verifyOptions struct {
	key      string
	unsigned bool
	jobs     int
}

func newVerifyCommand(con *console) *cobra.Command {
	opts := verifyOptions{}
	cmd := &cobra.Command{
		Use:   "verify REPO",
		Short: "Check a repository as a strict client would",
		Long: `Check a repository folder as a strict client would, and more: every signature,
the size and digest of every index in each of its forms, every package with its
digest, what the indexes say of a package against what it says of itself, and
the signature within an .rpm, which dnf and zypper check as well.

The key to trust is --key, a public key file. Without it the repository's own
key.asc is taken, which proves that the repository is consistent, not whose it
is. Each finding is a line; any finding is exit code 3.`,
		Example: `  wain verify ./repo --key archive.asc`,
		Args:    operands(1, 1, "no REPO: name the folder of a repository"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runVerify(cmd.Context(), args[0], opts, con)
		},
	}
	cmd.Flags().StringVar(&opts.key, "key", "", "public key `file` to trust")
	cmd.Flags().BoolVar(&opts.unsigned, "unsigned", false, "accept a repository without any signature")
	cmd.Flags().IntVarP(&opts.jobs, "jobs", "j", runtime.NumCPU(), "how many packages to read at once")
	completeFiles(cmd, "asc", "key")
	return cmd
}

// verifyDocument is what `wain verify --json` prints, schema wain/verify/1.
type verifyDocument struct {
	Schema    string         `json:"schema"`
	Changed   bool           `json:"changed"`    // always false: nothing is written
	TrustedBy string         `json:"trusted_by"` // the key file; "" when nothing is signed
	Findings  []repo.Finding `json:"findings"`
}

// clockSkew is how far ahead of this host's clock a signature may be dated: a
// second publish within one second is dated one second later, and clocks differ.
// apt allows as much (Acquire::Max-FutureTime).
const clockSkew = 10 * time.Second

func runVerify(ctx context.Context, dir string, opts verifyOptions, con *console) error {
	if err := checkJobs(opts.jobs); err != nil {
		return err
	}
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	trusted := opts.key
	if trusted == "" && !opts.unsigned {
		trusted = con.ownKey(dir)
	}
	var verifier *repo.Verifier
	if trusted != "" {
		var err error
		if verifier, err = readVerifier(trusted, con.now().Add(clockSkew)); err != nil {
			return err
		}
	}
	findings, err := repo.Verify(ctx, repo.VerifyOptions{
		Dir: dir, Verifier: verifier, Unsigned: opts.unsigned, Jobs: opts.jobs,
		Progress: func(e repo.Event) { con.step(e.Step, e.Label, e.Done, e.Total) },
	})
	if err != nil {
		return err
	}
	if err := con.showFindings(trusted, findings); err != nil {
		return err
	}
	if len(findings) > 0 {
		return &differenceError{len(findings)}
	}
	con.say("%s: no findings", dir)
	return nil
}

// ownKey is the key file of a repository; "" where it has none, and signatures
// can only be missed.
func (c *console) ownKey(dir string) string {
	path := filepath.Join(dir, "key.asc")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	c.warnf("no --key: the repository's own key is taken, which proves consistency, not whose it is")
	return path
}

func (c *console) showFindings(trusted string, findings []repo.Finding) error {
	if c.json {
		return c.document(verifyDocument{
			Schema: "wain/verify/1", TrustedBy: trusted, Findings: append([]repo.Finding{}, findings...),
		})
	}
	for _, f := range findings {
		c.line(fmt.Sprintf("%s %s: %s", f.Rule, f.Path, f.Detail))
	}
	return nil
}

// readVerifier makes functions of the public keys in a file.
func readVerifier(path string, at time.Time) (*repo.Verifier, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	keys, err := sign.ReadPublic(data)
	if err != nil {
		return nil, &keyError{path, err}
	}
	return &repo.Verifier{
		Clear: func(message []byte) ([]byte, string, error) { return keys.VerifyClear(message, at) },
		Detached: func(data, signature []byte) (string, error) {
			return keys.VerifyDetached(bytes.NewReader(data), signature, at)
		},
		Key:     func(file []byte) error { return sameKeys(keys, file) },
		Package: func(pkg io.Reader) (string, error) { return keys.VerifyRPM(pkg, at) },
	}, nil
}

// sameKeys wants no key in a file but those of the ring.
func sameKeys(ring *sign.Keyring, file []byte) error {
	served, err := sign.ReadPublic(file)
	if err != nil {
		return err
	}
	for _, c := range served.Certificates() {
		trusted := slices.ContainsFunc(ring.Certificates(), func(t *sign.Certificate) bool { return t.Fingerprint() == c.Fingerprint() })
		if !trusted {
			return fmt.Errorf("key %s is in it, which is not trusted", c.Fingerprint())
		}
	}
	return nil
}
