package repo

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"wain/repo/apt"
	"wain/repo/deb"
	"wain/repo/rpm"
	"wain/repo/store"
	"wain/repo/yum"
)

// An incoming package was read from a file and waits to be published.
type incoming struct {
	entry
	source    string // the file, as found
	href      string // of its file, relative to the suite's base
	component string // apt
	name      suiteName
	stored    bool   // its file is there already
	waits     bool   // it was added and is not published
	link      string // in the store: the object that its file is
	naked     bool   // an .rpm without a signature
	ignored   string // the suite that was given, where the package's own record is another one
}

// readPackages finds and reads all packages under the options' paths, in the order of the paths.
func readPackages(ctx context.Context, o Options) (packages []incoming, warnings []string, err error) {
	files, err := findPackages(o.Paths)
	if err != nil {
		return nil, nil, err
	}
	if len(files) == 0 && len(o.Paths) > 0 {
		return nil, nil, &NoPackagesError{Paths: o.Paths}
	}
	packages = make([]incoming, len(files))
	errs := make([]error, len(files))
	debs := &deb.Reader{}
	var done atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, o.Jobs))
	for i, file := range files {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			packages[i], errs[i] = readPackage(file, o, debs)
			o.progress(Event{Step: "read", Label: file, Done: int(done.Add(1)), Total: len(files)})
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	for _, p := range packages {
		if p.ignored != "" {
			warnings = append(warnings, fmt.Sprintf("%s goes to %s, which it was made for, not to %s", p.source, p.name.suite, p.ignored))
		}
	}
	if o.Signer != nil {
		warnings = append(warnings, nakedWarning(packages)...)
	}
	return packages, warnings, errors.Join(errs...)
}

// nakedWarning speaks of .rpm files that a signed repository's clients refuse all the same.
func nakedWarning(packages []incoming) []string {
	var sources []string
	for _, p := range packages {
		if p.naked {
			sources = append(sources, p.source)
		}
	}
	switch len(sources) {
	case 0:
		return nil
	case 1:
		return []string{sources[0] + " is not signed: dnf and zypper refuse it where gpgcheck=1"}
	}
	return []string{fmt.Sprintf("%s and %d more are not signed: dnf and zypper refuse them where gpgcheck=1", sources[0], len(sources)-1)}
}

// findPackages lists the files under paths: those named, and in folders those whose names end like a package's.
func findPackages(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		stat, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("find packages: %w", err)
		}
		if !stat.IsDir() {
			files = append(files, path)
			continue
		}
		err = filepath.WalkDir(path, func(at string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if e.IsDir() {
				if _, err := os.Lstat(filepath.Join(at, store.Private)); err == nil {
					return fs.SkipDir
				}
				return nil
			}
			if ending := filepath.Ext(at); ending != ".deb" && ending != ".rpm" {
				return nil
			}
			if stat, err := os.Stat(at); err == nil && stat.IsDir() {
				return nil
			}
			files = append(files, at)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("find packages: %w", err)
		}
	}
	return files, nil
}

// readPackage reads one package, decides its suite, and renders what the indexes say of it.
func readPackage(file string, o Options, debs *deb.Reader) (incoming, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|unix.O_NONBLOCK, 0) // a named pipe is not waited for
	if err != nil {
		return incoming{}, &PackageError{Source: file, Err: err}
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return incoming{}, &PackageError{Source: file, Err: err}
	}
	if !stat.Mode().IsRegular() {
		return incoming{}, &PackageError{Source: file, Err: errors.New("not a regular file")}
	}
	magic := make([]byte, 8)
	if n, err := f.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return incoming{}, &PackageError{Source: file, Err: err}
	} else if n == 0 {
		return incoming{}, &PackageError{Source: file, Err: errors.New("the file is empty")}
	}
	in := incoming{source: file, component: cmp.Or(o.Component, defaultComponent)}
	switch {
	case bytes.Equal(magic, []byte("!<arch>\n")) || strings.HasSuffix(file, ".deb"):
		return in.readDeb(f, stat.Size(), o, debs)
	case bytes.HasPrefix(magic, []byte{0xed, 0xab, 0xee, 0xdb}) || strings.HasSuffix(file, ".rpm"):
		return in.readRpm(f, stat.Size(), o)
	default:
		return incoming{}, &PackageError{Source: file, Err: errors.New("neither a .deb nor an .rpm")}
	}
}

func (in incoming) readDeb(r io.ReaderAt, size int64, o Options, debs *deb.Reader) (incoming, error) {
	p, err := debs.Read(r, size)
	if err != nil {
		return in, &PackageError{Source: in.source, Err: err}
	}
	if kind := p.Control.Get("Package-Type"); kind != "" && kind != "deb" {
		return in, &PackageError{Source: in.source, Err: fmt.Errorf("a package of type %q is none that apt installs from a suite", kind)}
	}
	if err := in.place(formatApt, debSuite(p), o.Suite, o.Channel); err != nil {
		return in, err
	}
	in.setDeb(p, apt.PoolPath(in.name.release, in.component, p))
	return in, nil
}

// setDeb describes a .deb that lies at href.
func (in *incoming) setDeb(p *deb.Package, href string) {
	in.href = href
	in.entry = entry{
		Package: Package{
			Name: p.Name, Version: p.Version, Architecture: p.Architecture,
			Path: in.name.join(href), Size: p.Size, SHA256: p.SHA256,
		},
		texts: map[string][]byte{kindPackages: apt.Stanza(p, href)},
	}
}

func (in incoming) readRpm(r io.ReaderAt, size int64, o Options) (incoming, error) {
	p, err := rpm.Read(r, size)
	if err != nil {
		return in, &PackageError{Source: in.source, Err: err}
	}
	if err := in.place(formatYum, rpmSuite(p), o.Suite, o.Channel); err != nil {
		return in, err
	}
	in.setRpm(p, yum.PoolPath(p))
	return in, nil
}

// setRpm describes an .rpm that lies at href.
func (in *incoming) setRpm(p *rpm.Package, href string) {
	record := yum.Records(p, href)
	// Copies, since the originals hold on to the whole header and to room for more.
	in.naked, in.href, in.component = !p.Signed, href, ""
	in.entry = entry{
		Package: Package{
			Name: strings.Clone(p.Name), Version: p.EVR(), Architecture: strings.Clone(p.Arch),
			Path: in.name.join(href), Size: p.Size, SHA256: p.SHA256,
		},
		texts: map[string][]byte{"primary": slices.Clone(record.Primary), "filelists": slices.Clone(record.Filelists), "other": slices.Clone(record.Other)},
	}
}

// place decides the suite: the one that the package was made for, else the given one; with the channel appended.
func (in *incoming) place(format, recorded, given, channel string) error {
	release := recorded
	if recorded != "" && given != "" && given != recorded {
		in.ignored = given
	}
	if release == "" {
		release = given
	}
	if release == "" || !validSuite(release) {
		return &SuiteError{Source: in.source, Suite: release}
	}
	in.name = suiteName{format: format, suite: release, release: release}
	if channel != "" {
		in.name.suite += "-" + channel
	}
	return nil
}
