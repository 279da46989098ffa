package repo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"wain/repo/apt"
	"wain/repo/deb"
	"wain/repo/rpm"
	"wain/repo/store"
	"wain/repo/yum"
)

// verifyPackages compares every package with what is claimed of it.
func (v *verification) verifyPackages(ctx context.Context, _ []tree) error {
	if v.options.IndexesOnly {
		return nil
	}
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
				return fmt.Errorf("%s: %w", c.path, err)
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
	switch c.format {
	case formatApt:
		return v.compareDeb(ctx, c, o)
	case formatYum:
		return v.compareRpm(ctx, c, o)
	}
	return v.compareBytes(c, o, nil)
}

// compareBytes compares a file with the digests that an index gives, and says what else is wrong with it where they are
// its own.
func (v *verification) compareBytes(c *claim, o store.Object, damage error) error {
	whole := newMeter(vouched{sums: c.sums}.kinds()...)
	if _, err := io.Copy(whole, source{o}); err != nil {
		return err
	}
	if v.sameBytes(c, whole) && damage != nil {
		v.find("package-damaged", c.path, "%v", damage)
	}
	return nil
}

// damaged says what is wrong with a package that cannot be read.
func (v *verification) damaged(ctx context.Context, c *claim, damage error) error {
	if isStoreError(damage) {
		return damage
	}
	o, err := v.at.Open(ctx, c.path)
	if err != nil {
		return err
	}
	defer o.Close()
	return v.compareBytes(c, o, damage)
}

// sameBytes reports whether a file is what an index says.
func (v *verification) sameBytes(c *claim, whole *meter) bool {
	text := vouched{size: c.size, sums: c.sums}.differs(whole)
	if text != "" {
		v.find("package-differs", c.path, "%s as %s says", text, c.index)
	}
	return text == ""
}

// measured reads a package once: its bytes go to read, and to a meter for the digests that read does not take.
func measured(o io.Reader, c *claim, read func(io.ReaderAt) error) (*meter, error) {
	whole := newMeter(slices.DeleteFunc(vouched{sums: c.sums}.kinds(), func(kind string) bool { return kind == "SHA256" })...)
	bytes := io.TeeReader(source{o}, whole)
	if err := read(&onePass{r: bytes}); err != nil {
		return nil, err
	}
	_, err := io.Copy(io.Discard, bytes)
	return whole, err
}

// compareDeb compares a package with its stanza.
func (v *verification) compareDeb(ctx context.Context, c *claim, o store.Object) error {
	var p *deb.Package
	whole, err := measured(o, c, func(at io.ReaderAt) (err error) {
		p, err = deb.Read(at, o.Size())
		return err
	})
	if err != nil {
		return v.damaged(ctx, c, err)
	}
	if whole.known = p.SHA256; !v.sameBytes(c, whole) {
		return nil
	}
	stanza, err := deb.ParseParagraph(c.stanza)
	if err != nil {
		return nil // found before
	}
	text := apt.Stanza(p, c.href)
	if stanza.Get("Description-md5") != "" && p.Control.Get("Description-md5") == "" {
		text = apt.ShortStanza(p, c.href) // the rest is in Translation
	}
	want, err := deb.ParseParagraph(bytes.TrimRight(text, "\n"))
	if err != nil {
		v.find("package-damaged", c.path, "%v", err)
		return nil
	}
	for _, f := range want.Fields {
		// Fields that others leave out, or write in their own way, are no fault but where apt decides by them.
		if got := stanza.Get(f.Name); got != f.Value && (v.ours || decides(f.Name) && !sameRelation(got, f.Value)) {
			v.find("stanza-differs", c.path, "%s is %q, and %s says %q", f.Name, f.Value, c.index, got)
		}
	}
	return nil
}

// decides reports whether apt chooses, fetches or orders packages by a field of the control file.
func decides(field string) bool {
	return slices.Contains([]string{
		"Package", "Version", "Architecture", "Multi-Arch", "Essential", "Pre-Depends", "Depends", "Recommends",
		"Conflicts", "Breaks", "Replaces", "Provides", "MD5sum", "SHA1", "SHA256", "Size", "Filename",
	}, field)
}

// sameRelation compares the text of fields but for blanks, and takes a digest that an index leaves out.
func sameRelation(got, want string) bool {
	if got == "" && isHex(want) && len(want) >= 32 {
		return true
	}
	return bytes.Equal(bytes.Join(bytes.Fields([]byte(got)), nil), bytes.Join(bytes.Fields([]byte(want)), nil))
}

// compareRpm compares a package with its records.
func (v *verification) compareRpm(ctx context.Context, c *claim, o store.Object) error {
	var p *rpm.Package
	var signature error
	judge := v.options.Verifier
	whole, err := measured(o, c, func(at io.ReaderAt) (err error) {
		if judge == nil || judge.Package == nil {
			p, err = rpm.Read(at, o.Size())
			return err
		}
		p, err = both(at, o.Size(), func(content io.Reader) { _, signature = judge.Package(content) })
		return err
	})
	if err != nil {
		return v.damaged(ctx, c, err)
	}
	if whole.known = p.SHA256; !v.sameBytes(c, whole) {
		return nil
	}
	v.packageSignature(c.path, p, signature)
	v.compareRecord(c, p)
	return nil
}

// both reads a package, and hands its bytes to a second reader at the same time.
func both(at io.ReaderAt, size int64, second func(io.Reader)) (*rpm.Package, error) {
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		second(r)
		_, _ = io.Copy(io.Discard, r) // never keeps the first reader waiting
	}()
	content := &onePass{r: io.TeeReader(io.NewSectionReader(at, 0, size), w)}
	p, err := rpm.Read(content, size)
	if err != nil {
		w.CloseWithError(err)
	} else {
		w.Close()
	}
	<-done
	return p, err
}

// compareRecord compares a package with what primary says of it; in ours, byte for byte with all documents.
func (v *verification) compareRecord(c *claim, p *rpm.Package) {
	if want := [3]string{p.Name, p.EVR(), p.Arch}; want != c.name {
		v.find("record-differs", c.path, "it is %s, and %s says %s", want, c.index, c.name)
	}
	if want := [2]int64{p.HeaderStart, p.HeaderEnd}; c.header != want && c.header != [2]int64{} {
		v.find("header-range", c.path, "the header is at %d to %d, and %s says %d to %d", want[0], want[1], c.index, c.header[0], c.header[1])
	}
	if !v.ours {
		return
	}
	r := yum.Records(p, c.href)
	for i, want := range [][]byte{r.Primary, r.Filelists, r.Other} {
		if sha256.Sum256(want) != c.records[i] {
			v.find("record-differs", c.path, "%s of %s does not say what the package does", yumKinds()[i], c.index)
		}
	}
}

// packageSignature checks what gpgcheck=1 makes of a package: our own client configuration has that in it.
func (v *verification) packageSignature(path string, p *rpm.Package, err error) {
	switch {
	case v.options.Verifier == nil || v.options.Verifier.Package == nil:
	case !p.Signed:
		if !v.options.Unsigned {
			v.find("signature-missing", path, "the package is not signed: dnf and zypper refuse it where gpgcheck=1")
		}
	case err != nil:
		v.badSignature(path, err)
	}
}
