package repo

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"wain/repo/page"
	"wain/repo/store"
)

// VerifyOptions say what to verify, and against which keys.
type VerifyOptions struct {
	// Store holds the repository. Nil stands for the folder Dir.
	Store store.Reader
	Dir   string

	// Suites are those to look into; none: all. They are needed where the store cannot be listed and has no suites.json.
	Suites []string

	// Verifier judges signatures. Nil means that they only have to be there.
	Verifier *Verifier

	// Unsigned accepts a repository without any signature.
	Unsigned bool

	// Time is what dates in the repository are compared with. Zero means that they only have to be dates.
	Time time.Time

	// MaxAge is how long ago an index may have been dated; zero: any time. It needs Time.
	MaxAge time.Duration

	// IndexesOnly leaves the packages themselves alone: signatures, indexes and what they say are judged. It is what a
	// client does before it installs anything.
	IndexesOnly bool

	// Jobs is how many packages are read at once; less than one means one.
	Jobs int

	// Progress is called as in [Options], with the step "verify".
	Progress func(Event)
}

// A Verifier judges signatures with the keys that it trusts.
type Verifier struct {
	Clear    func(message []byte) (text []byte, fingerprint string, err error)
	Detached func(data, signature []byte) (fingerprint string, err error)

	// Key judges a file of public keys from which hosts learn whom to trust: an error says why it is not the trusted
	// keys', or that another key is in it. Nil means that the file only has to be there.
	Key func(file []byte) error

	// Package judges the signature within an .rpm. Nil leaves it alone.
	Package func(pkg io.Reader) (fingerprint string, err error)

	// Content judges a detached signature over a stream: the one within a .deb. Nil leaves it alone.
	Content func(content io.Reader, signature []byte) (fingerprint string, err error)

	// Rule names the fault that an error of these functions is: "signature-unknown" for an unknown signer,
	// "signature-expired" for an expired key or signature; empty for any other. Nil knows of no such difference.
	Rule func(err error) string
}

// A Finding is one difference between what a repository says and what it is.
type Finding struct {
	Rule   string `json:"rule"` // stable: signature-bad, index-differs, package-missing, …
	Path   string `json:"path"` // in the repository
	Detail string `json:"detail"`
}

// Verify checks every published suite as a strict client would, and every package in it, from the published files
// alone, whoever made them: signatures, dates, the digests and size of each index in each form and by hash, presence
// and digest of each package, what the indexes say of it against what it says of itself, the signature within an .rpm,
// and files that no index names. docs/formats.md lists the rules. Findings are ordered by path and rule.
//
// The error matches [ErrNoRepository] where nothing is published, and is an *UnknownSuiteError where a suite of o.Suites
// is absent. Reading errors of the store are errors too, and so are *LayoutError, *LimitError and *SizeError: what is
// larger is not looked into.
func Verify(ctx context.Context, o VerifyOptions) ([]Finding, error) {
	if o.Store == nil {
		o.Store = store.NewFolder(o.Dir, store.FolderOptions{})
	}
	trees, err := discover(ctx, o.Store, o.Suites)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	if len(trees) == 0 {
		return nil, fmt.Errorf("verify %s: %w", o.Dir, ErrNoRepository)
	}
	v := newVerification(o)
	if err := v.whose(ctx); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	for _, t := range trees {
		if err := v.verifyTree(ctx, t); err != nil {
			return nil, fmt.Errorf("verify %s: %w", t.folder, err)
		}
	}
	for _, check := range []func(context.Context, []tree) error{v.verifyKey, v.verifyPackages, v.verifyPool, v.verifyOurs} {
		if err := check(ctx, trees); err != nil {
			return nil, fmt.Errorf("verify: %w", err)
		}
	}
	return v.sorted(), nil
}

// A verification gathers findings.
type verification struct {
	options VerifyOptions
	at      store.Reader
	ours    bool     // made by this package: all that it writes has to be there, and records can be compared byte for byte
	state   bool     // its state is there
	signed  bool     // some suite is
	keys    []string // the key files that clients of single suites fetch

	mu       sync.Mutex
	findings []Finding
	more     int // findings above the bound

	packages map[string]*claim // by path
	kept     int64             // bytes of their stanzas
}

func newVerification(o VerifyOptions) *verification {
	return &verification{options: o, at: o.Store, packages: map[string]*claim{}}
}

// sorted returns the findings in their order.
func (v *verification) sorted() []Finding {
	slices.SortFunc(v.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Detail, b.Detail))
	})
	found := slices.Compact(v.findings)
	if v.more > 0 {
		found = append(found, Finding{"too-many-findings", ".", fmt.Sprintf("%d more are not shown", v.more)})
	}
	return found
}

// whose finds out whether the repository is ours.
func (v *verification) whose(ctx context.Context) error {
	head, err := readBounded(ctx, v.at, headName, maxReleaseSize)
	if err != nil {
		return err
	}
	suites, err := readBounded(ctx, v.at, suitesName, maxReleaseSize)
	if err != nil {
		return err
	}
	v.state = head != nil
	_, err = page.ParseSuites(suites)
	v.ours = v.state || err == nil
	return nil
}

// verifyTree checks one suite, under each of its names.
func (v *verification) verifyTree(ctx context.Context, t tree) error {
	if t.format == formatYum {
		return v.verifyYum(ctx, t)
	}
	if t.flat {
		return v.verifyApt(ctx, t, false)
	}
	for i, name := range append([]string{t.suite}, t.aliases...) {
		t.suite, t.folder = name, path.Join(t.base, "dists", name)
		if err := v.verifyApt(ctx, t, i > 0); err != nil {
			return err
		}
	}
	return nil
}

// A claim is what indexes say of one file.
type claim struct {
	format string    // formatApt, formatYum or formatSource
	name   [3]string // name, version and architecture
	path   string    // in the store
	index  string    // that says so
	tree   string    // the folder of its suite
	href   string    // the path as the index has it
	size   int64
	sums   map[string]string // hexadecimal, by kind

	stanza  []byte      // apt
	header  [2]int64    // yum: where the header begins and ends; both 0: not said
	records [3][32]byte // yum, ours: SHA-256 of the records in primary, filelists and other
}

// key tells two packages of one name, version and architecture.
func (c *claim) key() string { return c.tree + "\n" + strings.Join(c.name[:], "\n") }

// same reports whether two claims are about the same bytes, as far as they have digests in common.
func (c *claim) same(d *claim) bool {
	if c.size != d.size {
		return false
	}
	for kind, sum := range c.sums {
		if other := d.sums[kind]; other != "" && other != sum {
			return false
		}
	}
	return true
}

func (v *verification) find(rule, path, format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.findings) >= maxFindings {
		v.more++
		return
	}
	v.findings = append(v.findings, Finding{Rule: rule, Path: path, Detail: detail(format, args...)})
}

// detail is a finding's text, within bounds: foreign text may be in it.
func detail(format string, args ...any) string {
	const most = 2000
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "; ") // joined errors
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// read returns a small file's content; an absent one is nil and no error.
func (v *verification) read(ctx context.Context, name string, limit int64) ([]byte, error) {
	return readBounded(ctx, v.at, name, limit)
}

// take counts what an index says. Two indexes must say the same of one file.
func (v *verification) take(b *batch) error {
	for _, f := range b.findings {
		v.find(f.Rule, f.Path, "%s", f.Detail)
	}
	for i := range b.claims {
		c := &b.claims[i]
		have := v.packages[c.path]
		if have == nil {
			if v.kept += int64(len(c.stanza)); v.kept > maxKept {
				return &LimitError{"bytes of stanzas", maxKept}
			}
			if len(v.packages) >= maxPackages {
				return &LimitError{"packages", maxPackages}
			}
			v.packages[c.path] = c
			continue
		}
		if !have.same(c) {
			v.find("indexes-disagree", c.path, "%s and %s give it different contents", have.index, c.index)
		}
		for kind, sum := range c.sums {
			if have.sums[kind] == "" {
				have.sums = maps.Clone(have.sums)
				have.sums[kind] = sum
			}
		}
	}
	return nil
}

// duplicates looks for packages that a suite has twice. seen is the suite's.
func (v *verification) duplicates(b *batch, seen map[string]*claim) {
	inIndex := map[string]bool{}
	for i := range b.claims {
		c := &b.claims[i]
		if c.format == formatSource {
			continue
		}
		key := c.key()
		have := seen[key]
		switch {
		case have == nil:
			seen[key] = c
		case !have.same(c):
			v.find("conflicting-package", c.index, "%s is there twice with other content: %s and %s", strings.Join(c.name[:], " "), have.href, c.href)
		case inIndex[key]:
			v.find("duplicate-package", c.index, "%s is there twice: %s and %s", strings.Join(c.name[:], " "), have.href, c.href)
		}
		inIndex[key] = true
	}
}

// detached checks a detached signature over data. It reports whether one is there.
func (v *verification) detached(ctx context.Context, data []byte, path string) (bool, error) {
	signature, err := v.read(ctx, path, maxSignature)
	if err != nil || signature == nil {
		return false, err
	}
	v.signed = true
	if v.options.Verifier == nil {
		return true, nil
	}
	if _, err := v.options.Verifier.Detached(data, signature); err != nil {
		v.badSignature(path, err)
	}
	return true, nil
}

// badSignature notes what a verifier says of a signature.
func (v *verification) badSignature(path string, err error) {
	text := strings.NewReplacer("verify: ", "", "verify package: ", "").Replace(err.Error())
	v.find(v.signatureRule(err), path, "%s", text)
}

// signatureRule names what an error of the verifier is.
func (v *verification) signatureRule(err error) string {
	if judge := v.options.Verifier; judge != nil && judge.Rule != nil {
		if rule := judge.Rule(err); rule != "" {
			return rule
		}
	}
	return "signature-bad"
}

// verifyKey wants the key that clients fetch to be there, in every form, and to be the trusted one: a host that is new
// takes whatever it finds there.
func (v *verification) verifyKey(ctx context.Context, _ []tree) error {
	if !v.ours || !v.signed {
		return nil
	}
	for _, name := range append([]string{"key.asc", "key.gpg"}, v.keys...) {
		key, err := v.read(ctx, name, maxKeyFile)
		if err != nil {
			return err
		}
		if len(key) == 0 {
			v.find("key-missing", name, "clients fetch the key from here")
			continue
		}
		if v.options.Verifier == nil || v.options.Verifier.Key == nil {
			continue
		}
		if err := v.options.Verifier.Key(key); err != nil {
			v.find("key-differs", name, "clients fetch the key from here: %v", err)
		}
	}
	return nil
}
