package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wain/sign"
)

func newKeyCommand(con *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "key",
		Short: "Make, show and export OpenPGP signing keys",
		Long: `Make, show and export the OpenPGP keys that sign packages and repositories.

A key is named by a file, or by --key env:VARIABLE, or it is the configured one:
WAIN_KEY (the key itself) or WAIN_KEY_FILE. A passphrase comes from
WAIN_PASSPHRASE or WAIN_PASSPHRASE_FILE. Neither is ever printed.`,
		Example: `  wain key show archive.key`,
	}
	cmd.AddCommand(newKeyNewCommand(con), newKeyShowCommand(con), newKeyExportCommand(con))
	return cmd
}

type keyNewOptions struct{ name, email, output string }

func newKeyNewCommand(con *console) *cobra.Command {
	opts := keyNewOptions{}
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Make a key that every supported client accepts",
		Long: `Make a signing key that every supported client accepts: OpenPGP version 4,
RSA-4096, SHA-512, no expiry.

Writes the private key to the output file, and beside it a certificate that
revokes it (.rev), both readable by their owner alone; and its public half,
armored (.asc) and binary (.gpg). Existing files are never overwritten. The
private key has no passphrase: keep it as you keep a password, and the
revocation certificate somewhere else.`,
		Example: `  wain key new --name "Example Archive" --email ops@example.com -o archive.key`,
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return runKeyNew(opts, con) },
	}
	cmd.Flags().StringVar(&opts.name, "name", "", "whose key it is")
	cmd.Flags().StringVar(&opts.email, "email", "", "an address for questions about it")
	cmd.Flags().StringVarP(&opts.output, "output", "o", "", "`file` for the private key")
	return cmd
}

func runKeyNew(opts keyNewOptions, con *console) error {
	if opts.name == "" || opts.output == "" {
		return usagef("wain key new needs --name and -o")
	}
	base := strings.TrimSuffix(opts.output, filepath.Ext(opts.output))
	files := []keyFile{
		{path: opts.output, mode: 0o600},
		{path: base + ".rev", mode: 0o600},
		{path: base + ".asc", mode: 0o644},
		{path: base + ".gpg", mode: 0o644},
	}
	for _, f := range files[1:] {
		if f.path == opts.output {
			return usagef("-o %s: that ending is taken by a file beside the private key; choose another, as in archive.key", opts.output)
		}
	}
	for _, f := range files {
		if _, err := os.Lstat(f.path); err == nil {
			return fmt.Errorf("write key: %s exists, and keys are never overwritten", f.path)
		}
	}
	if con.dryRun {
		for _, f := range files {
			con.say("would write %s", f.path)
		}
		return nil
	}
	created, err := con.publishTime()
	if err != nil {
		return err
	}
	key, err := sign.Generate(opts.name, opts.email, created)
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	revocation, err := key.Revocation()
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	files[0].data, files[1].data = key.PrivateArmored(), revocation
	files[2].data, files[3].data = key.PublicArmored(), key.PublicBinary()
	if err := writeKeyFiles(files); err != nil {
		return err
	}
	return con.showKey(key)
}

// keyFile is one of the files that a new key is kept in.
type keyFile struct {
	path string
	data []byte
	mode os.FileMode
}

// writeKeyFiles writes all files or none.
func writeKeyFiles(files []keyFile) error {
	for i, f := range files {
		if err := writeNew(f.path, f.data, f.mode); err != nil {
			for _, written := range files[:i] {
				os.Remove(written.path)
			}
			return fmt.Errorf("write key: %w", err)
		}
	}
	return nil
}

// writeNew creates a file that did not exist, whole or not at all.
func writeNew(path string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = f.Chmod(mode)
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

func newKeyShowCommand(con *console) *cobra.Command {
	var ref string
	cmd := &cobra.Command{
		Use:     "show [FILE]",
		Short:   "Print a key's fingerprint, owner, algorithm and dates",
		Example: `  wain key show archive.key`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			key, err := con.namedKey(ref, args)
			if err != nil {
				return err
			}
			return con.showKey(key)
		},
	}
	cmd.Flags().StringVar(&ref, "key", "", "the key: a file, or env:VARIABLE")
	return cmd
}

func newKeyExportCommand(con *console) *cobra.Command {
	var ref string
	var binary bool
	cmd := &cobra.Command{
		Use:     "export [FILE]",
		Short:   "Print the public half of a key",
		Long:    "Print the public half of a key: armored, for a file that ends in .asc, or with\n--binary for one that ends in .gpg. Older versions of apt mind the difference.",
		Example: `  wain key export archive.key`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			key, err := con.namedKey(ref, args)
			if err != nil {
				return err
			}
			export := key.PublicArmored
			if binary {
				export = key.PublicBinary
			}
			_, err = con.stdout.Write(export())
			return err
		},
	}
	cmd.Flags().StringVar(&ref, "key", "", "the key: a file, or env:VARIABLE")
	cmd.Flags().BoolVar(&binary, "binary", false, "binary instead of armored")
	return cmd
}

// namedKey is the key of the argument, of the flag, or the configured one.
func (c *console) namedKey(ref string, args []string) (*sign.Key, error) {
	if len(args) == 1 {
		if ref != "" {
			return nil, usagef("name the key once: %s, or --key %s", args[0], ref)
		}
		ref = args[0]
	}
	key, err := c.loadKey(ref)
	if err == nil && key == nil {
		err = errNoKey
	}
	return key, err
}

// keyDocument is what `wain key new --json` and `wain key show --json` print,
// schema wain/key/1. Times are RFC 3339; expires is "" for a key that does not.
type keyDocument struct {
	Schema      string   `json:"schema"`
	Fingerprint string   `json:"fingerprint"`
	UserIDs     []string `json:"user_ids"`
	Algorithm   string   `json:"algorithm"`
	Created     string   `json:"created"`
	Expires     string   `json:"expires"`
	Problem     string   `json:"problem"`  // why clients refuse it today; "" when they do not
	Warnings    []string `json:"warnings"` // what some clients, or later ones, hold against it
}

func (c *console) showKey(key *sign.Key) error {
	doc := keyDocument{
		Schema:      "wain/key/1",
		Fingerprint: key.Fingerprint(),
		UserIDs:     key.UserIDs(),
		Algorithm:   key.Algorithm(),
		Created:     key.Created().UTC().Format(time.RFC3339),
		Warnings:    []string{},
	}
	if expires := key.Expires(); !expires.IsZero() {
		doc.Expires = expires.UTC().Format(time.RFC3339)
	}
	if err := key.Check(c.now()); err != nil {
		doc.Problem = err.Error()
	}
	for _, w := range key.Warnings(c.now()) {
		doc.Warnings = append(doc.Warnings, w.Detail)
	}
	if c.json {
		return c.document(doc)
	}
	c.line("fingerprint  " + doc.Fingerprint)
	for _, id := range doc.UserIDs {
		c.line("owner        " + id)
	}
	c.line("algorithm    " + doc.Algorithm)
	c.line("created      " + doc.Created)
	if doc.Expires == "" {
		doc.Expires = "never"
	}
	c.line("expires      " + doc.Expires)
	if doc.Problem != "" {
		c.warnf("%s", doc.Problem)
	}
	for _, w := range doc.Warnings {
		c.warnf("%s", w)
	}
	return nil
}

// publishTime is SOURCE_DATE_EPOCH, or now.
func (c *console) publishTime() (time.Time, error) {
	at, err := c.epoch()
	if err == nil && at.IsZero() {
		at = c.now().UTC().Truncate(time.Second)
	}
	return at, err
}
