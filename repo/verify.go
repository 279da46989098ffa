package repo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"wain/repo/store"
)

// VerifyOptions say what to verify, and against which keys.
type VerifyOptions struct {
	// Store holds the repository. Nil stands for the folder Dir.
	Store store.Reader
	Dir   string

	// Verifier judges signatures. Nil means that they only have to be there.
	Verifier *Verifier

	// Unsigned accepts a repository without any signature.
	Unsigned bool

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
}

// A Finding is one difference between what a repository says and what it is.
type Finding struct {
	Rule   string `json:"rule"` // stable: signature-bad, index-differs, package-missing, …
	Path   string `json:"path"` // in the repository
	Detail string `json:"detail"`
}

// Verify checks every published suite as a strict client would, and every package in it, from the published files
// alone: signatures, the digest and size of each index in each form and by hash, presence and digest of each package,
// what the indexes say of it against what it says of itself, and the signature within an .rpm. Findings are ordered by path and rule.
//
// The error matches [ErrNoRepository] where nothing is published. Reading errors of the file system are errors too.
func Verify(ctx context.Context, o VerifyOptions) ([]Finding, error) {
	if o.Store == nil {
		o.Store = store.NewFolder(o.Dir, store.FolderOptions{})
	}
	trees, err := publishedTrees(ctx, o.Store)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	if len(trees) == 0 {
		return nil, fmt.Errorf("verify %s: %w", o.Dir, ErrNoRepository)
	}
	v := &verification{options: o, at: o.Store, packages: map[string]*claim{}}
	if _, err := o.Store.Size(ctx, headName); err == nil {
		v.ours = true
	}
	for _, name := range trees {
		check := v.verifyApt
		if name.format == formatYum {
			check = v.verifyYum
		}
		if err := check(ctx, name); err != nil {
			return nil, fmt.Errorf("verify %s: %w", name.tree(), err)
		}
	}
	if err := v.verifyKey(ctx); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	if !o.IndexesOnly {
		if err := v.verifyPackages(ctx); err != nil {
			return nil, fmt.Errorf("verify: %w", err)
		}
	}
	slices.SortFunc(v.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Detail, b.Detail))
	})
	return slices.Compact(v.findings), nil
}

// A verification gathers findings.
type verification struct {
	options VerifyOptions
	at      store.Reader
	ours    bool     // made by this package, so records can be compared byte for byte
	signed  bool     // some suite is
	keys    []string // the key files that clients of single suites fetch

	mu       sync.Mutex
	findings []Finding

	packages map[string]*claim // by path
}

// A claim is what indexes say of one package file.
type claim struct {
	format  string
	path    string // in the store
	index   string // that says so
	size    int64
	sha256  string
	records [][]byte // apt: the stanza; yum: primary, filelists, other where known
	href    string   // the path as the index has it
}

func (v *verification) find(rule, path, format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.findings = append(v.findings, Finding{Rule: rule, Path: path, Detail: fmt.Sprintf(format, args...)})
}

// read returns a file's content; an absent one is nil and no error.
func (v *verification) read(ctx context.Context, name string) ([]byte, error) {
	data, err := store.ReadFile(ctx, v.at, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if data == nil && err == nil {
		data = []byte{}
	}
	return data, err
}

// claim notes what an index says of a package; two indexes must say the same.
func (v *verification) claim(c claim) {
	have := v.packages[c.path]
	if have == nil {
		v.packages[c.path] = &c
		return
	}
	if have.size != c.size || have.sha256 != c.sha256 {
		v.find("indexes-disagree", c.path, "%s and %s give it different contents", have.index, c.index)
	}
}

// matches compares a file with the size and digest that something vouches for.
func (v *verification) matches(rule, path string, data []byte, size int64, sha256 string) bool {
	switch got := digest(data); {
	case int64(len(data)) != size:
		v.find(rule, path, "has %d bytes, not %d", len(data), size)
	case got != sha256:
		v.find(rule, path, "SHA-256 is %s, not %s", got, sha256)
	default:
		return true
	}
	return false
}

// detached checks a detached signature over data.
func (v *verification) detached(ctx context.Context, data []byte, path string) error {
	signature, err := v.read(ctx, path)
	if err != nil {
		return err
	}
	if signature == nil {
		if !v.options.Unsigned {
			v.find("signature-missing", path, "there is no signature")
		}
		return nil
	}
	v.signed = true
	if v.options.Verifier == nil {
		return nil
	}
	if _, err := v.options.Verifier.Detached(data, signature); err != nil {
		v.find("signature-bad", path, "%v", err)
	}
	return nil
}

// verifyKey wants the key that clients fetch to be there, in every form, and to be the trusted one: a host that is new
// takes whatever it finds there.
func (v *verification) verifyKey(ctx context.Context) error {
	if !v.ours || !v.signed {
		return nil
	}
	for _, name := range append([]string{"key.asc", "key.gpg"}, v.keys...) {
		key, err := v.read(ctx, name)
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

// verifyPackages compares every package with what is claimed of it.
func (v *verification) verifyPackages(ctx context.Context) error {
	progress := oneAtATime(v.options.Progress)
	var done atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, v.options.Jobs))
	for _, c := range v.packages {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := v.verifyPackage(ctx, c); err != nil {
				return err
			}
			if progress != nil {
				progress(Event{Step: "verify", Label: c.path, Done: int(done.Add(1)), Total: len(v.packages)})
			}
			return nil
		})
	}
	return g.Wait()
}

func (v *verification) verifyPackage(ctx context.Context, c *claim) error {
	o, err := v.at.Open(ctx, c.path)
	if errors.Is(err, fs.ErrNotExist) {
		v.find("package-missing", c.path, "%s lists it", c.index)
		return nil
	}
	if err != nil {
		return err
	}
	defer o.Close()
	if o.Size() != c.size {
		v.find("package-differs", c.path, "has %d bytes, and %s says %d", o.Size(), c.index, c.size)
		return nil
	}
	if c.format == formatApt {
		v.compareDeb(c, o)
	} else {
		v.compareRpm(c, o)
	}
	return nil
}
