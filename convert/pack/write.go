package pack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"

	"wain/convert/venv"
)

// Write writes the package that s describes. The entries must have been added
// to the stage. Errors: a *SpecError before the first byte is written, one
// that wraps ErrNotStaged or ErrArmored, what Sign gave, or one of reading and writing.
func Write(ctx context.Context, stage *Stage, s Spec, w io.Writer) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	work, err := os.MkdirTemp(stage.dir, "package-")
	if err != nil {
		return fmt.Errorf("pack %s: %w", s.Name, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	info, err := newInfo(&s, stage, work)
	if err != nil {
		return fmt.Errorf("pack %s: %w", s.Name, err)
	}
	var packager nfpm.Packager = deb.Default
	complete := completeDeb
	if s.Format == "rpm" {
		packager, complete = rpm.DefaultRPM, completeRPM
	}
	if err := complete(info, &s, work); err != nil {
		return fmt.Errorf("pack %s: %w", s.Name, err)
	}

	sign := &signer{sign: s.Sign, binary: s.Format == "rpm"}
	if s.Sign != nil {
		info.Deb.Signature.SignFn = sign.Sign
		info.RPM.Signature.SignFn = sign.Sign
	}
	out := &output{ctx: ctx, w: w}
	err = packager.Package(info, out)
	// What nfpm makes of an error does not always unwrap.
	switch {
	case sign.err != nil:
		return fmt.Errorf("pack %s: sign: %w", s.Name, sign.err)
	case out.err != nil:
		return fmt.Errorf("pack %s: %w", s.Name, out.err)
	case err != nil:
		return fmt.Errorf("pack %s: %w", s.Name, err)
	}
	return nil
}

// ErrArmored is wrapped by the error of a Write whose Sign gave text for an
// rpm, whose header holds signatures in binary form only.
var ErrArmored = errors.New("the signature is armored, an rpm takes a binary one")

// signer holds a signature to its form, and remembers what went wrong.
type signer struct {
	sign   func(io.Reader) ([]byte, error)
	binary bool
	err    error
}

func (s *signer) Sign(r io.Reader) (sig []byte, err error) {
	sig, s.err = s.sign(r)
	if s.err == nil && s.binary && bytes.HasPrefix(sig, []byte("-----BEGIN")) {
		s.err = ErrArmored
	}
	return sig, s.err
}

// output is a writer that stops when its context does, and remembers why.
type output struct {
	ctx context.Context
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (n int, err error) {
	if o.err == nil {
		o.err = o.ctx.Err()
	}
	if o.err == nil {
		n, o.err = o.w.Write(p)
	}
	return n, o.err
}

// newInfo gives a fresh nfpm value with all that the formats share. Each
// packaging changes the value it is given.
func newInfo(s *Spec, stage *Stage, work string) (*nfpm.Info, error) {
	info := &nfpm.Info{
		Name:            s.Name,
		Arch:            s.Arch,
		Platform:        "linux", // else the architecture would begin with "-"
		Epoch:           s.Epoch,
		Version:         s.Version,
		VersionSchema:   "none",
		Release:         s.Release,
		Maintainer:      s.maintainer(),
		Homepage:        homepage(s.Homepage),
		License:         packageLicense(s),
		DisableGlobbing: true, // names may have brackets
		MTime:           s.stamp(),
	}
	info.Depends = append(info.Depends, s.Depends...)
	info.Provides = append(info.Provides, s.Provides...)

	for i := range s.Entries {
		e := &s.Entries[i]
		if e.Mode.IsDir() && s.Format == "rpm" && systemDir(e.Path) {
			continue // the distribution's filesystem package owns it
		}
		content, err := newContent(s, stage, e)
		if err != nil {
			return nil, err
		}
		info.Contents = append(info.Contents, content)
	}
	docs, err := documents(s)
	if err != nil {
		return nil, err
	}
	for i, d := range docs {
		name := filepath.Join(work, fmt.Sprintf("document-%d", i))
		if err := os.WriteFile(name, d.body, 0o600); err != nil {
			return nil, err
		}
		info.Contents = append(info.Contents, &files.Content{
			Source: name, Destination: d.path, Type: d.kind,
			FileInfo: fileInfo(s, 0o644, int64(len(d.body))),
		})
	}
	if s.Format == "rpm" {
		info.Contents = append(info.Contents, &files.Content{
			Destination: s.docDir(), Type: files.TypeDir, FileInfo: fileInfo(s, 0o755, 0),
		})
	}
	return info, nil
}

// newContent gives the content for one entry, with everything spelled out that
// nfpm would ask the host for.
func newContent(s *Spec, stage *Stage, e *venv.Entry) (*files.Content, error) {
	switch e.Mode.Type() {
	case fs.ModeDir:
		return &files.Content{Destination: e.Path, Type: files.TypeDir, FileInfo: fileInfo(s, 0o755, 0)}, nil
	case fs.ModeSymlink:
		// Without mode and size nfpm would look at what the link points to, here.
		return &files.Content{
			Source: e.Link, Destination: e.Path, Type: files.TypeSymlink,
			FileInfo: fileInfo(s, 0o777, int64(len(e.Link))),
		}, nil
	}
	body, err := stage.file(e)
	if err != nil {
		return nil, err
	}
	return &files.Content{
		Source: body, Destination: e.Path, Type: files.TypeFile,
		FileInfo: fileInfo(s, e.Mode.Perm(), e.Size),
	}, nil
}

func fileInfo(s *Spec, mode fs.FileMode, size int64) *files.ContentFileInfo {
	return &files.ContentFileInfo{Owner: "root", Group: "root", Mode: mode, MTime: s.stamp(), Size: size}
}

// writeScripts puts the maintainer scripts into work and gives their paths.
func writeScripts(s *Spec, work string) (map[string]string, error) {
	texts, err := scripts(s)
	if err != nil {
		return nil, err
	}
	paths := make(map[string]string, len(texts))
	for name, text := range texts {
		paths[name] = filepath.Join(work, name)
		if err := os.WriteFile(paths[name], []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return paths, nil
}
