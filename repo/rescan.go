package repo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"wain/repo/deb"
	"wain/repo/rpm"
	"wain/repo/yum"
)

// A scan reads published suites anew, whoever published them: which packages there are, its indexes say; what they are,
// the packages themselves do.
type scan struct {
	now     *current
	options Options
	wanted  *edits
	left    []string // what was left out, and why
	debs    deb.Reader
}

// rescan adds the published suites to the edits. Their packages stay where they are, and so do the suites.
func (e *editor) scan(ctx context.Context, now *current, o Options, wanted *edits) error {
	trees, err := discover(ctx, now.at, nil)
	if err != nil {
		return err
	}
	if len(trees) == 0 {
		return ErrNoRepository
	}
	s := &scan{now: now, options: o, wanted: wanted}
	names, err := s.names(ctx, trees)
	if err != nil {
		return err
	}
	var errs []error
	for i, t := range trees {
		if err := s.tree(ctx, t, names[i]); err != nil {
			errs = append(errs, err)
		}
	}
	e.result.Warnings = append(e.result.Warnings, s.left...)
	return errors.Join(errs...)
}

// tree reads one suite.
func (s *scan) tree(ctx context.Context, t tree, name suiteName) error {
	if err := s.signatures(ctx, t); err != nil {
		return err
	}
	v := newVerification(VerifyOptions{Store: s.now.at, Unsigned: true})
	if err := v.verifyTree(ctx, t); err != nil {
		return fmt.Errorf("rescan %s: %w", t.folder, err)
	}
	scanned := &scannedSuite{folder: t.folder}
	for _, alias := range t.aliases {
		if freightBuild.MatchString(strings.TrimPrefix(alias, t.suite)) {
			s.wanted.stale = append(s.wanted.stale, path.Join(t.base, "dists", alias))
		}
	}
	read := s.release
	if t.format == formatYum {
		read = s.repomd
	}
	indexes, err := read(ctx, t, scanned)
	if err != nil {
		return err
	}
	if err := s.judge(ctx, t, v, indexes); err != nil {
		return err
	}
	s.sources(v)
	packages, err := s.packages(ctx, name, v)
	if err != nil {
		return err
	}
	s.wanted.suites = append(s.wanted.suites, suiteEdit{name: name, scanned: scanned, add: packages})
	return nil
}

// freightBuild is what freight names the folder after that its suite is a link to: the time of the build. It would be
// taken for a suite of its own, once the link leads elsewhere.
var freightBuild = regexp.MustCompile(`^-\d{8}T\d{6}Z$`)

// sources says which source packages are left out.
func (s *scan) sources(v *verification) {
	var lists []string
	for _, c := range v.packages {
		if c.format == formatSource && !slices.Contains(lists, c.index) {
			lists = append(lists, c.index)
			s.left = append(s.left, c.index+": source packages are left out")
		}
	}
}

// release takes what an apt suite's Release says of the suite, and of the repository where nobody said it yet.
func (s *scan) release(ctx context.Context, t tree, scanned *scannedSuite) (indexed, error) {
	file, text, fields, err := readRelease(ctx, s.now.at, t)
	if err != nil {
		return indexed{}, err
	}
	if text == nil {
		return indexed{}, &AdoptError{file, errors.New("there is no such file")}
	}
	x := indexed{release: string(text)}
	yes := func(field string) bool { return strings.EqualFold(fields.Get(field), "yes") }
	scanned.config = SuiteConfig{
		Description: fields.Get("Description"), NotAutomatic: yes("NotAutomatic"),
		ButAutomaticUpgrades: yes("ButAutomaticUpgrades"), SignedBy: fields.Get("Signed-By") != "",
		Contents: strings.Contains(x.release, "/Contents-"), Translation: strings.Contains(x.release, "/i18n/Translation-en"),
	}
	if strings.Contains(x.release, "/Packages.zst") {
		scanned.config.Compression = "zst"
	}
	date, dateErr := releaseTime(fields.Get("Date"))
	until, untilErr := releaseTime(fields.Get("Valid-Until"))
	if dateErr == nil && untilErr == nil && until.After(date) {
		scanned.config.ValidFor = until.Sub(date)
	}
	scanned.date, scanned.released = date, releasedAs(fields, t.suite)
	if have := s.known(t); have != nil {
		scanned.config = have.Config
	}
	scanned.architectures = slices.DeleteFunc(strings.Fields(fields.Get("Architectures")), func(a string) bool { return a == "source" })
	scanned.components = strings.Fields(fields.Get("Components"))
	id := &s.wanted.identity
	if !s.now.exists() {
		id.origin, id.label = cmp.Or(id.origin, fields.Get("Origin")), cmp.Or(id.label, fields.Get("Label"))
	}
	for _, field := range []struct{ name, have, want string }{{"origin", fields.Get("Origin"), id.origin}, {"label", fields.Get("Label"), id.label}} {
		if field.want != "" && field.have != "" && field.want != field.have && !id.change {
			return x, &IdentityError{Field: field.name, Have: field.have, Got: field.want}
		}
	}
	return x, nil
}

// repomd takes what a yum repository has beside its packages.
func (s *scan) repomd(ctx context.Context, t tree, scanned *scannedSuite) (indexed, error) {
	var x indexed
	data, err := readBounded(ctx, s.now.at, t.folder+"/repomd.xml", maxReleaseSize)
	if err != nil {
		return x, err
	}
	published, err := yum.ParseRepomd(data)
	if err != nil {
		return x, &AdoptError{t.folder + "/repomd.xml", err}
	}
	if seconds, err := strconv.ParseInt(published.Revision, 10, 64); err == nil {
		scanned.date = time.Unix(seconds, 0).UTC()
	}
	if have := s.known(t); have != nil {
		scanned.config = have.Config
	}
	scanned.tags = published.Tags
	for _, d := range published.Data {
		if d.Type == "primary" {
			x.primary = path.Join(t.base, d.Href)
		}
		if d.Type == "primary" && path.Ext(d.Href) == ".zst" {
			scanned.config.Compression = "zst"
		}
		if !yum.Carried(d.Type) || d.Base != "" {
			continue
		}
		if path.Dir(d.Href) != "repodata" {
			s.left = append(s.left, fmt.Sprintf("%s: %s is not in repodata, and is left out", t.folder, d.Href))
			continue
		}
		stored, err := readBounded(ctx, s.now.at, path.Join(t.base, d.Href), maxIndexSize)
		if err == nil {
			err = d.Check(stored)
		}
		if err != nil {
			s.left = append(s.left, fmt.Sprintf("%s: %s: %v: left out", t.folder, d.Href, err))
			continue
		}
		scanned.carried = append(scanned.carried, d)
	}
	return x, nil
}

// packages reads the packages that the indexes name.
func (s *scan) packages(ctx context.Context, name suiteName, v *verification) ([]incoming, error) {
	var claims []*claim
	for _, c := range v.packages {
		if c.format == name.format {
			claims = append(claims, c)
		}
	}
	slices.SortFunc(claims, func(a, b *claim) int { return cmp.Compare(a.path, b.path) })
	read := make([]*incoming, len(claims))
	errs := make([]error, len(claims))
	var mu sync.Mutex
	var done atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, s.options.Jobs))
	for i, c := range claims {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			in, err := s.read(ctx, name, c)
			if errors.Is(err, fs.ErrNotExist) {
				mu.Lock()
				defer mu.Unlock()
				s.left = append(s.left, fmt.Sprintf("%s: %s lists it, and its file is gone: left out", c.path, c.index))
				return nil
			}
			read[i], errs[i] = in, err
			s.options.progress(Event{Step: "read", Label: c.path, Done: int(done.Add(1)), Total: len(claims)})
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	slices.Sort(s.left)
	var packages []incoming
	for _, in := range read {
		if in != nil {
			packages = append(packages, *in)
		}
	}
	return packages, errors.Join(errs...)
}

// read reads one package where it lies.
func (s *scan) read(ctx context.Context, name suiteName, c *claim) (*incoming, error) {
	o, err := s.now.at.Open(ctx, c.path)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	in := &incoming{source: c.path, name: name, stored: true}
	if err := in.describe(o, o.Size(), c.href, &s.debs); err != nil {
		return nil, err
	}
	if name.format == formatApt {
		in.component = componentOf(c.index)
	}
	if sum := c.sums["SHA256"]; sum != "" && sum != in.SHA256 {
		return nil, &PackageError{Source: c.path, Err: fmt.Errorf("SHA-256 is %s, and %s says %s: put the right file back, or take it out of the index", in.SHA256, c.index, sum)}
	}
	return in, nil
}

// describe reads a package that lies at href already.
func (in *incoming) describe(r io.ReaderAt, size int64, href string, debs *deb.Reader) error {
	if in.name.format == formatApt {
		p, err := debs.Read(r, size)
		if err != nil {
			return &PackageError{Source: in.source, Err: err}
		}
		in.setDeb(p, href)
		return nil
	}
	p, err := rpm.Read(r, size)
	if err != nil {
		return &PackageError{Source: in.source, Err: err}
	}
	in.setRpm(p, href)
	return nil
}

// componentOf returns the component of an index at dists/SUITE/COMPONENT/binary-ARCHITECTURE/Packages.
func componentOf(index string) string {
	_, below, _ := strings.Cut("/"+index, "/dists/")
	_, below, _ = strings.Cut(below, "/")
	component, _, _ := strings.Cut(below, "/binary-")
	return cmp.Or(component, defaultComponent)
}
