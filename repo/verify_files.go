package repo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"wain/repo/deb"
	"wain/repo/rpm"
)

// VerifyFiles checks package files by themselves, whatever their names: that every part is whole, the digests within an
// .rpm, and the package's own signature where o.Verifier judges one. Of o, only the Verifier, Unsigned, Jobs and
// Progress matter. A finding's path is the file as given.
//
// A file that cannot be read is an error; one that is no package is a finding.
func VerifyFiles(ctx context.Context, files []string, o VerifyOptions) ([]Finding, error) {
	v := newVerification(o)
	progress := oneAtATime(o.Progress)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, o.Jobs))
	for i, file := range files {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := v.verifyFile(file); err != nil {
				return fmt.Errorf("verify: %w", err)
			}
			if progress != nil {
				progress(Event{Step: "verify", Label: file, Done: i + 1, Total: len(files)})
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return v.sorted(), nil
}

func (v *verification) verifyFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return err
	}
	if !stat.Mode().IsRegular() {
		return fmt.Errorf("%s: not a file", name)
	}
	var magic [8]byte
	n, err := f.ReadAt(magic[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	shown := filepath.ToSlash(name)
	switch {
	case strings.HasPrefix(string(magic[:n]), "!<arch>"):
		err = v.debFile(shown, f, stat.Size())
	case strings.HasPrefix(string(magic[:n]), "\xed\xab\xee\xdb"):
		err = v.rpmFile(shown, f, stat.Size())
	default:
		v.find("package-damaged", shown, "neither a .deb nor an .rpm: it begins with % x", magic[:n])
	}
	return err
}

// damage makes a finding of a package's fault, and leaves other errors.
func (v *verification) damage(name string, err error) error {
	var isDeb *deb.Error
	var isRpm *rpm.Error
	if !errors.As(err, &isDeb) && !errors.As(err, &isRpm) {
		return err
	}
	v.find("package-damaged", name, "%v", err)
	return nil
}

func (v *verification) rpmFile(name string, f io.ReaderAt, size int64) error {
	p, err := rpm.Read(f, size)
	if err != nil {
		return v.damage(name, err)
	}
	var signature error
	if judge := v.options.Verifier; judge != nil && judge.Package != nil && p.Signed {
		_, signature = judge.Package(bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 64<<10))
	}
	v.packageSignature(name, p, signature)
	return nil
}

func (v *verification) debFile(name string, f io.ReaderAt, size int64) error {
	if _, err := deb.Read(f, size); err != nil {
		return v.damage(name, err)
	}
	if v.options.Verifier == nil || v.options.Verifier.Content == nil {
		return nil
	}
	signed, signature := debParts(f, size)
	switch {
	case signature == nil:
		if !v.options.Unsigned {
			v.find("signature-missing", name, "there is no member _gpgorigin: apt and dpkg do not ask for one, debsig-verify does")
		}
	case len(signature) >= maxSignature:
		v.find("signature-bad", name, "_gpgorigin is too large for a signature")
	default:
		if _, err := v.options.Verifier.Content(io.MultiReader(signed...), signature); err != nil {
			v.badSignature(name, fmt.Errorf("_gpgorigin: %w", err))
		}
	}
	return nil
}

// debParts returns what a package's own signature is over, and that signature; nil where there is none. The archive was
// read before, so its headers hold.
func debParts(f io.ReaderAt, size int64) (signed []io.Reader, signature []byte) {
	const magic, header = 8, 60
	for at := int64(magic); at+header <= size; {
		var h [header]byte
		if _, err := f.ReadAt(h[:], at); err != nil {
			return signed, signature
		}
		length, err := strconv.ParseInt(strings.TrimRight(string(h[48:58]), " "), 10, 64)
		if err != nil || length < 0 {
			return signed, signature
		}
		member := io.NewSectionReader(f, at+header, length)
		switch name := strings.TrimRight(string(h[:16]), " /"); {
		case name == "_gpgorigin" && signature == nil:
			signature, _ = io.ReadAll(io.LimitReader(member, maxSignature))
		case name == "debian-binary", strings.HasPrefix(name, "control.tar"), strings.HasPrefix(name, "data.tar"):
			signed = append(signed, member)
		}
		at += header + length + length%2
	}
	return signed, signature
}
