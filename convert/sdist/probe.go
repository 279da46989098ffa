package sdist

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// pythonFacts is what an interpreter says of itself.
type pythonFacts struct {
	Executable     string
	Implementation string
	Version        string // "3.11"
	Full           string // "3.11.2"
	Free           bool   // free-threaded
	Platform       string // "linux-x86_64"
	Libc           string // "glibc2.36", "" when it cannot tell
	Pip            string // version, "" without pip
}

// facts prints them as JSON. sys.executable is the program itself where what was
// called is a wrapper that finds it.
const facts = `
import json, platform, sys, sysconfig
try:
    import pip
    pip = pip.__version__
except Exception:
    pip = ""
version = "%d.%d" % sys.version_info[:2]
print(json.dumps({
    "Executable": sys.executable,
    "Implementation": sys.implementation.name,
    "Version": version,
    "Full": platform.python_version(),
    "Free": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "Platform": sysconfig.get_platform(),
    "Libc": "".join(platform.libc_ver()),
    "Pip": pip,
}))
`

// probe asks the interpreter and the tool what they are, in the caller's home:
// they are the user's own programs, and may be wrappers that need it.
func (b *build) probe(ctx context.Context) error {
	out, err := b.ask(ctx, b.Interpreter, "-I", "-c", facts)
	if err != nil {
		return b.fail("sdist-python", "%s does not run: %v", b.Interpreter, err)
	}
	if err := json.Unmarshal(out, &b.python); err != nil {
		return b.fail("sdist-python", "%s does not answer as Python would: %v", b.Interpreter, err)
	}
	found := b.python.Version
	if b.python.Free {
		found += "t"
	}
	if b.python.Implementation != "cpython" || found != b.Python {
		return b.fail("sdist-python", "%s is %s %s, the target has CPython %s", b.Interpreter, b.python.Implementation, found, b.Python)
	}
	if !plainWord.MatchString(b.python.Platform) || !plainWord.MatchString("x"+b.python.Libc) {
		return b.fail("sdist-python", "%s names its platform %q %q", b.Interpreter, b.python.Platform, b.python.Libc)
	}
	b.version = b.python.Pip
	if b.Tool == UV {
		out, err := b.ask(ctx, b.UV, "--version")
		if err != nil {
			return b.fail("sdist-tool", "%s does not run: %v", b.UV, err)
		}
		if words := strings.Fields(string(out)); len(words) > 1 {
			b.version = words[1]
		}
	} else if b.version == "" {
		return b.fail("sdist-tool", "%s has no pip: install it (python3-pip), or uv", b.Interpreter)
	}
	b.isolation, b.attributes = Open, func() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
	if !b.Network {
		b.isolation, b.attributes = isolation(ctx, b.python.Executable, b.environment("/nonexistent"))
	}
	return nil
}

// plainWord matches what may be part of a file name.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// platform is what the cache tells apart beside the Python.
func (b *build) platform() string {
	if b.python.Libc == "" {
		return b.python.Platform
	}
	return b.python.Platform + "-" + b.python.Libc
}

// ask runs a program of the user's and gives what it prints.
func (b *build) ask(ctx context.Context, program string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var out, complaints limited
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(b.passed(), b.variable("HOME")...)
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		if text := bytes.TrimSpace(complaints.Bytes()); len(text) > 0 {
			return nil, &askError{err, clean(string(text))}
		}
		return nil, err
	}
	return out.Bytes(), nil
}

// askError is a program's failure with what it said.
type askError struct {
	err  error
	text string
}

func (e *askError) Error() string { return e.err.Error() + ": " + e.text }
func (e *askError) Unwrap() error { return e.err }
