package egg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"wain/convert/pep"
	"wain/convert/wheel"
)

// Result says what became of an egg.
type Result struct {
	Filename string   // of the wheel: "demo-1.0-py311-none-any.whl"
	Warnings []string // what was read around or left out and should be known, one a line
}

// Filename is the name of the wheel that an egg becomes; egg comes from
// pep.ParseEggFilename.
func Filename(egg pep.WheelFilename) string {
	var pythons []string
	for _, tag := range egg.Tags {
		pythons = append(pythons, tag.Python)
	}
	last := egg.Tags[len(egg.Tags)-1]
	return stem(egg) + "-" + strings.Join(pythons, ".") + "-" + last.ABI + "-" + last.Platform + ".whl"
}

// stem is what the names of the wheel, its .dist-info and its .data begin with.
func stem(egg pep.WheelFilename) string {
	return strings.ReplaceAll(egg.Name, "-", "_") + "-" + egg.Version.String()
}

// Convert writes the wheel of the egg at path, a zip file or a folder. What was
// written when there is an error is no wheel. An egg that breaks a rule is a
// *wheel.Error or several joined, a name that is none is pep's *SyntaxError.
func Convert(ctx context.Context, path string, w io.Writer) (*Result, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read egg: %w", err)
	}
	name := filepath.Base(path)
	if info.IsDir() {
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, fmt.Errorf("read egg: %w", err)
		}
		defer root.Close()
		return ConvertFolder(ctx, root.FS(), name, w)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read egg: %w", err)
	}
	defer f.Close()
	return ConvertArchive(ctx, f, info.Size(), name, w)
}

// ConvertArchive is Convert for the zip file of size bytes in r, called
// filename.
func ConvertArchive(ctx context.Context, r io.ReaderAt, size int64, filename string, w io.Writer) (*Result, error) {
	c, err := newConversion(filename)
	if err != nil {
		return nil, err
	}
	files, err := archiveFiles(r, size, filename)
	if err != nil {
		return nil, err
	}
	return c.run(ctx, files, w)
}

// ConvertFolder is Convert for the folder fsys, called filename.
func ConvertFolder(ctx context.Context, fsys fs.FS, filename string, w io.Writer) (*Result, error) {
	c, err := newConversion(filename)
	if err != nil {
		return nil, err
	}
	files, err := folderFiles(ctx, fsys)
	if err != nil {
		return nil, c.named(err)
	}
	return c.run(ctx, files, w)
}

// conversion is one egg on its way.
type conversion struct {
	name     pep.WheelFilename
	files    []file           // of the egg, in the order of names
	has      map[string]*file // by name
	out      []file           // of the wheel, without WHEEL and RECORD
	warnings []string
}

func newConversion(filename string) (*conversion, error) {
	name, err := pep.ParseEggFilename(path.Base(filename))
	if err != nil {
		return nil, err
	}
	return &conversion{name: name, has: map[string]*file{}}, nil
}

func (c *conversion) run(ctx context.Context, files []file, w io.Writer) (*Result, error) {
	c.files = files
	for i := range files {
		c.has[files[i].name] = &files[i]
	}
	// 1. What EGG-INFO says, and with it whether this is an egg at all.
	namespaces, err := c.readInfo()
	if err != nil {
		return nil, c.named(err)
	}
	// 2. The modules and data.
	if err := c.modules(namespaces); err != nil {
		return nil, c.named(err)
	}
	// 3. The bytes.
	if err := c.write(ctx, w); err != nil {
		return nil, c.named(err)
	}
	return &Result{Filename: Filename(c.name), Warnings: c.warnings}, nil
}

func (c *conversion) distInfo(base string) string { return stem(c.name) + ".dist-info/" + base }

func (c *conversion) warn(format string, args ...any) {
	c.warnings = append(c.warnings, fmt.Sprintf(format, args...))
}

// refuse makes an Error; named adds the egg's name.
func refuse(rule, path, format string, args ...any) *wheel.Error {
	return &wheel.Error{Rule: rule, Path: path, Detail: fmt.Sprintf(format, args...)}
}

// named gives err with the egg's name in it.
func (c *conversion) named(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all := joined.Unwrap()
		for i, e := range all {
			all[i] = c.named(e)
		}
		return errors.Join(all...)
	}
	var e *wheel.Error
	switch {
	case errors.As(err, &e):
		e.Wheel = c.name.Raw
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return fmt.Errorf("convert egg %s: %w", c.name.Raw, err)
}
