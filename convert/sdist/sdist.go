package sdist

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"wain/convert/pep"
)

// The tools that build.
const (
	Pip = "pip" // the interpreter's own
	UV  = "uv"
)

// The ways in which a build is kept from the network.
const (
	Namespace   = "namespace"   // by the kernel: there is none
	Environment = "environment" // by settings that a build may ignore
	Open        = "open"        // not at all: Options.Network
)

// Options says what to build and with what.
type Options struct {
	Archive  string   // path of the sdist
	Filename string   // its name; "" is Archive's last component
	SHA256   [32]byte // what its bytes have to be
	Project  string   // in any spelling
	Version  pep.Version

	Python      string    // what the wheel is for: "3.11", "3.13t" for the free-threaded one
	Interpreter string    // path of that Python
	Tags        []pep.Tag // that the target takes; the wheel has to have one of them. None: not judged
	Tool        string    // Pip or UV
	UV          string    // path of uv, where it is the tool

	FindLinks []string  // folders with wheels of build requirements
	Network   bool      // the build may use the network, and take build requirements from Indexes
	Indexes   []string  // URLs, the first being the main one; none: the tool's default
	Epoch     time.Time // SOURCE_DATE_EPOCH, another one is another entry of the cache; zero is the first time that a zip file can hold, the same for everybody

	Cache string   // folder, made if need be
	Env   []string // the caller's environment, as of os.Environ; what is passed on: see the package comment
}

// Built is a wheel that was made here.
type Built struct {
	Path   string `json:"-"`      // of the wheel
	Log    string `json:"-"`      // path of what the build printed
	Cached bool   `json:"-"`      // it was there already
	SHA256 string `json:"sha256"` // of the sdist, hexadecimal

	Wheel       string `json:"wheel"`        // file name
	WheelSHA256 string `json:"wheel_sha256"` // hexadecimal
	Tool        string `json:"tool"`         // Pip or UV
	ToolVersion string `json:"tool_version"`
	Python      string `json:"python"`    // all of its version, "3.11.2"
	Platform    string `json:"platform"`  // "linux-x86_64-glibc2.36"
	Isolation   string `json:"isolation"` // Namespace, Environment or Open
}

// Build gives a wheel of the sdist, from the cache or by building it. What is
// wrong with the sdist, the tools or the result is an *Error.
func Build(ctx context.Context, o Options) (*Built, error) {
	if o.Filename == "" {
		o.Filename = filepath.Base(o.Archive)
	}
	b := &build{Options: o}
	if err := b.check(); err != nil {
		return nil, err
	}
	// The tools run in another folder.
	b.Cache, b.UV = absolute(b.Cache), absolute(b.UV)
	// 1. What builds.
	if err := b.probe(ctx); err != nil {
		return nil, err
	}
	// 2. What was built before; the lock is held until this build is done.
	unlock, err := b.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if built := b.cached(); built != nil {
		return built, nil
	}
	// 3. The build, in a folder that becomes the cache's entry.
	return b.run(ctx)
}

// build is one build on its way.
type build struct {
	Options
	python    pythonFacts
	version   string // of the tool
	isolation string
	// attributes start a process in that isolation.
	attributes func() *syscall.SysProcAttr
}

func (b *build) fail(rule, format string, args ...any) *Error {
	return &Error{Archive: b.Filename, Rule: rule, Detail: fmt.Sprintf(format, args...)}
}

// check refuses what cannot be built before anything runs.
func (b *build) check() error {
	version, err := pep.ParseSdistFilename(b.Filename, b.Project)
	if err != nil {
		return b.fail("sdist-name", "%v", err)
	}
	if version.Compare(b.Version) != 0 {
		return b.fail("sdist-name", "the file is version %s, not %s", version, b.Version)
	}
	switch {
	case b.Tool != Pip && b.Tool != UV:
		return b.fail("sdist-tool", "no such build tool: %q; there are %s and %s", b.Tool, Pip, UV)
	case b.Tool == UV && b.UV == "":
		return b.fail("sdist-tool", "uv is not installed")
	case b.Interpreter == "":
		return b.fail("sdist-python", "no Python %s is installed here", b.Python)
	case b.Cache == "":
		return b.fail("sdist-cache", "no cache folder")
	}
	for _, index := range b.indexes() {
		// The build sees its own environment.
		if u, err := url.Parse(index); err != nil || u.User != nil {
			return b.fail("sdist-index", "an index with credentials is not handed to a build, which runs foreign code; download its build requirements to a folder")
		}
	}
	return nil
}

// copyArchive gives the build a copy of the very bytes that were expected.
func (b *build) copyArchive(dir string) (string, error) {
	in, err := os.Open(b.Archive)
	if err != nil {
		return "", fmt.Errorf("read sdist %s: %w", b.Filename, err)
	}
	defer in.Close()
	path := filepath.Join(dir, b.Filename)
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return "", fmt.Errorf("copy sdist %s: %w", b.Filename, err)
	}
	defer out.Close()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(out, sum), in); err != nil {
		return "", fmt.Errorf("copy sdist %s: %w", b.Filename, err)
	}
	if got := [32]byte(sum.Sum(nil)); got != b.SHA256 {
		return "", b.fail("sdist-hash", "its SHA-256 is %x, expected was %x", got, b.SHA256)
	}
	return path, out.Close()
}

// hexSum is the expected hash as text.
func (b *build) hexSum() string { return hex.EncodeToString(b.SHA256[:]) }

// checkWheel judges what the tool left: one wheel, of the project, that fits.
func (b *build) checkWheel(dir string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(found) != 1 {
		return "", b.fail("sdist-result", "the build left %d wheels instead of one", len(found))
	}
	name := filepath.Base(found[0])
	if info, err := os.Lstat(found[0]); err != nil || !info.Mode().IsRegular() {
		return "", b.fail("sdist-result", "%s is no regular file", name)
	}
	f, err := pep.ParseWheelFilename(name)
	switch {
	case err != nil:
		return "", b.fail("sdist-result", "%v", err)
	case f.Name != pep.Normalize(b.Project):
		return "", b.fail("sdist-result", "the build made %s, a wheel of another project than %s", name, b.Project)
	case f.Version.Compare(b.Version) != 0:
		return "", b.fail("sdist-result", "the build made %s, of another version than %s", name, b.Version)
	case !b.fits(f.Tags):
		return "", b.fail("sdist-result", "the build made %s, which is not for the target", name)
	}
	return name, nil
}

func (b *build) fits(tags []pep.Tag) bool {
	if len(b.Tags) == 0 {
		return true
	}
	for _, tag := range tags {
		for _, taken := range b.Tags {
			if tag == taken {
				return true
			}
		}
	}
	return false
}

// Error says why an sdist is not built.
type Error struct {
	Archive string // the sdist's file name
	// Rule is "sdist-name", "sdist-hash", "sdist-tool", "sdist-python",
	// "sdist-index", "sdist-cache", "sdist-build" or "sdist-result".
	Rule   string
	Detail string
	Log    string   // path of what the build printed; "" when nothing was built
	Tail   []string // the last lines of it, without control characters
}

func (e *Error) Error() string {
	text := fmt.Sprintf("build sdist %s: %s (%s)", e.Archive, e.Detail, e.Rule)
	if e.Log != "" {
		text += "\nthe whole log is " + e.Log
	}
	if len(e.Tail) > 0 {
		text += "\n  | " + strings.Join(e.Tail, "\n  | ")
	}
	return text
}
