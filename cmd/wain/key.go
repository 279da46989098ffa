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
	cmd := group(&cobra.Command{
		Use:   "key",
		Short: "Make, show, check and export OpenPGP signing keys",
		Long: `Make, show, check and export the OpenPGP keys that sign packages and repositories.

A key is named by a file, or by --key env:VARIABLE, or it is the configured one:
WAIN_KEY (the key itself) or WAIN_KEY_FILE. Commands that sign take several: --key
more than once, several armored blocks in one file or variable, several files in
WAIN_KEY_FILE with colons between. A passphrase comes from WAIN_PASSPHRASE, or
from the file that WAIN_PASSPHRASE_FILE names: one a line, each tried with each
key. Neither is ever printed.`,
		Example: `  wain key show archive.key`,
	})
	cmd.AddCommand(newKeyNewCommand(con), newKeyShowCommand(con), newKeyCheckCommand(con), newKeyExportCommand(con))
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
		Args:    operands(0, 0, ""),
		RunE:    func(*cobra.Command, []string) error { return runKeyNew(opts, con) },
	}
	cmd.Flags().StringVar(&opts.name, "name", "", "whose key it is")
	cmd.Flags().StringVar(&opts.email, "email", "", "an address for questions about it")
	cmd.Flags().StringVarP(&opts.output, "output", "o", "", "`file` for the private key")
	completeFiles(cmd, "", "output")
	return cmd
}

func runKeyNew(opts keyNewOptions, con *console) error {
	files, err := opts.files()
	if err != nil {
		return err
	}
	created, err := con.publishTime()
	if err != nil {
		return err
	}
	if con.dryRun {
		return con.showNewKey(keyDocument{Schema: keySchema, UserIDs: []string{}, Changed: true, Warnings: []string{}}, files)
	}
	key, err := sign.Generate(opts.name, opts.email, created)
	if err != nil {
		return err
	}
	revocation, err := key.Revocation()
	if err != nil {
		return err
	}
	files[0].data, files[1].data = key.PrivateArmored(), revocation
	files[2].data, files[3].data = key.PublicArmored(), key.PublicBinary()
	if err := writeKeyFiles(files); err != nil {
		return err
	}
	doc := con.describeKey(key.Certificate())
	doc.Changed = true
	return con.showNewKey(doc, files)
}

// files are the private key, its revocation, and the public half in two forms.
// None of them may exist.
func (o keyNewOptions) files() ([]keyFile, error) {
	if o.name == "" || o.output == "" {
		return nil, usagef("wain key new needs --name and -o")
	}
	base := strings.TrimSuffix(o.output, filepath.Ext(o.output))
	files := []keyFile{
		{path: o.output, mode: 0o600},
		{path: base + ".rev", mode: 0o600},
		{path: base + ".asc", mode: 0o644},
		{path: base + ".gpg", mode: 0o644},
	}
	for _, f := range files[1:] {
		if f.path == o.output {
			return nil, usagef("-o %s: that ending is taken by a file beside the private key; choose another, as in archive.key", o.output)
		}
	}
	for _, f := range files {
		if _, err := os.Lstat(f.path); err == nil {
			return nil, &keyExistsError{f.path}
		}
	}
	return files, nil
}

// keyExistsError is a file that a new key would overwrite.
type keyExistsError struct{ path string }

func (e *keyExistsError) Error() string {
	return fmt.Sprintf("write key: %s exists, and keys are never overwritten", e.path)
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
		Use:   "show [FILE]",
		Short: "Print a key's fingerprint, owner, algorithm and dates",
		Long: `Print a key's fingerprint, owner, algorithm and dates, and what clients hold
against it. FILE is a private or a public key; no passphrase is needed.`,
		Example: `  wain key show archive.key`,
		Args:    operands(0, 1, ""),
		RunE:    func(_ *cobra.Command, args []string) error { return runKeyShow(ref, args, con) },
	}
	cmd.Flags().StringVar(&ref, "key", "", "the key: a file, or env:VARIABLE")
	completeFiles(cmd, "", "key")
	return cmd
}

func runKeyShow(ref string, args []string, con *console) error {
	key, err := con.namedKey(ref, args)
	if err != nil {
		return err
	}
	return con.showKey(con.describeKey(key))
}

func newKeyExportCommand(con *console) *cobra.Command {
	var ref string
	var binary bool
	cmd := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Print the public half of a key",
		Long: `Print the public half of a key: armored, for a file that ends in .asc, or with
--binary for one that ends in .gpg. Older versions of apt mind the difference.`,
		Example: `  wain key export archive.key`,
		Args:    operands(0, 1, ""),
		RunE:    func(_ *cobra.Command, args []string) error { return runKeyExport(ref, args, binary, con) },
	}
	cmd.Flags().StringVar(&ref, "key", "", "the key: a file, or env:VARIABLE")
	cmd.Flags().BoolVar(&binary, "binary", false, "binary instead of armored")
	completeFiles(cmd, "", "key")
	return cmd
}

// keyExportDocument is what `wain key export --json` prints, schema
// wain/key-export/1. Binary is in base64.
type keyExportDocument struct {
	Schema      string `json:"schema"`
	Changed     bool   `json:"changed"` // always false: nothing is written
	Fingerprint string `json:"fingerprint"`
	Armored     string `json:"armored"`
	Binary      []byte `json:"binary"`
}

func runKeyExport(ref string, args []string, binary bool, con *console) error {
	key, err := con.namedKey(ref, args)
	if err != nil {
		return err
	}
	if con.json {
		return con.document(keyExportDocument{"wain/key-export/1", false, key.Fingerprint(), string(key.Armored()), key.Binary()})
	}
	export := key.Armored()
	if binary {
		export = key.Binary()
	}
	_, err = con.stdout.Write(export)
	return err
}

// namedKey is the key of the argument, of the flag, or the configured one.
func (c *console) namedKey(ref string, args []string) (*sign.Certificate, error) {
	if ref != "" {
		if len(args) == 1 {
			return nil, usagef("name the key once: %s, or --key %s", args[0], ref)
		}
		args = []string{ref}
	}
	return c.certificate(args)
}

const keySchema = "wain/key/1"

// keyDocument is what `wain key new --json` and `wain key show --json` print,
// schema wain/key/1. Times are RFC 3339; expires is "" for a key that does not.
type keyDocument struct {
	Schema      string   `json:"schema"`
	Changed     bool     `json:"changed"`
	Fingerprint string   `json:"fingerprint"` // "" in a dry run: there is no key yet
	UserIDs     []string `json:"user_ids"`
	Algorithm   string   `json:"algorithm"`
	Created     string   `json:"created"`
	Expires     string   `json:"expires"`
	Problem     string   `json:"problem"`         // why clients refuse it today; "" when they do not
	Warnings    []string `json:"warnings"`        // what some clients, or later ones, hold against it
	Files       []string `json:"files,omitempty"` // that key new wrote, the private key first
}

// describeKey describes the part of a key that signs.
func (c *console) describeKey(key *sign.Certificate) keyDocument {
	now := c.now()
	part := key.SigningPart(now)
	doc := keyDocument{
		Schema:      keySchema,
		Fingerprint: key.Fingerprint(),
		UserIDs:     append([]string{}, key.UserIDs()...),
		Algorithm:   part.Algorithm,
		Created:     part.Created.UTC().Format(time.RFC3339),
		Warnings:    []string{},
	}
	if !part.Expires.IsZero() {
		doc.Expires = part.Expires.UTC().Format(time.RFC3339)
	}
	if err := key.Check(now); err != nil {
		doc.Problem = err.Error()
	}
	for _, w := range key.Warnings(now) {
		doc.Warnings = append(doc.Warnings, w.Detail)
	}
	return doc
}

// showNewKey prints what key new made, or would make.
func (c *console) showNewKey(doc keyDocument, files []keyFile) error {
	verb := "wrote"
	if c.dryRun {
		verb = "would write"
	}
	for _, f := range files {
		doc.Files = append(doc.Files, f.path)
		c.say("%s %s", verb, f.path)
	}
	if c.dryRun && !c.json {
		return nil
	}
	return c.showKey(doc)
}

func (c *console) showKey(doc keyDocument) error {
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
