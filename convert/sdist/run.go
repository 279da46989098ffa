package sdist

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// run builds. The caller holds the lock of the entry.
func (b *build) run(ctx context.Context) (*Built, error) {
	dir, err := b.folder()
	if err != nil {
		return nil, fmt.Errorf("build sdist %s: %w", b.Filename, err)
	}
	defer removeAll(dir)
	work := filepath.Join(dir, "work")
	archive, err := b.copyArchive(filepath.Join(work, "in"))
	if err != nil {
		return nil, err
	}
	if err := b.tool(ctx, dir, archive); err != nil {
		return nil, err
	}
	out := filepath.Join(work, "out")
	wheel, err := b.checkWheel(out)
	if err != nil {
		return nil, b.withLog(err, dir, nil)
	}
	if err := os.Rename(filepath.Join(out, wheel), filepath.Join(dir, wheel)); err != nil {
		return nil, fmt.Errorf("build sdist %s: %w", b.Filename, err)
	}
	if err := removeAll(work); err != nil {
		return nil, fmt.Errorf("build sdist %s: %w", b.Filename, err)
	}
	return b.keep(dir, wheel)
}

// folder makes the folder of this build, and removes what killed builds left:
// nobody else works on it now. A tool that has outlived its caller may still
// write to the old one, so that each has a name of its own.
func (b *build) folder() (string, error) {
	old, err := filepath.Glob(b.entry() + ".new-*")
	if err != nil {
		return "", err
	}
	for _, dir := range old {
		if err := removeAll(dir); err != nil {
			return "", err
		}
	}
	dir, err := os.MkdirTemp(filepath.Dir(b.entry()), filepath.Base(b.entry())+".new-*")
	if err != nil {
		return "", err
	}
	for _, folder := range []string{"in", "out", "home", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, "work", folder), 0o755); err != nil {
			return "", err
		}
	}
	return dir, os.Chmod(dir, 0o755) // others may read the cache
}

// tool runs pip or uv on the archive; what it prints goes to the log in dir.
func (b *build) tool(ctx context.Context, dir, archive string) error {
	file, err := os.Create(filepath.Join(dir, logName))
	if err != nil {
		return fmt.Errorf("build sdist %s: %w", b.Filename, err)
	}
	defer file.Close()
	log := &buildLog{file: file, left: maxLog}
	work := filepath.Join(dir, "work")
	program, args := b.command(archive, filepath.Join(work, "out"))
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = filepath.Join(work, "tmp")
	cmd.Env = b.environment(work)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = b.attributes()
	// The whole group dies with the build, and nothing that it leaves behind
	// with the log open is waited for.
	cmd.SysProcAttr.Setpgid = true
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it started and left
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, exec.ErrWaitDelay):
		return nil // the tool itself ended well
	case err != nil:
		return b.withLog(b.fail("sdist-build", "%s %s for Python %s: %v", b.Tool, b.version, b.Python, err), dir, log)
	}
	return nil
}

// command is the call of the tool.
func (b *build) command(archive, out string) (program string, args []string) {
	if b.Tool == UV {
		program = b.UV
		args = []string{
			"build", "--wheel", "--python", b.python.Executable, "--no-python-downloads", "--no-config", "--no-sources",
			"--no-cache", "--no-progress", "--color", "never", "--out-dir", out,
		}
		if !b.Network {
			args = append(args, "--offline")
		}
	} else {
		program = b.python.Executable
		// --use-pep517: build requirements come from where Options says, not
		// from what happens to be installed beside the interpreter.
		args = []string{
			"-I", "-m", "pip", "wheel", "--no-deps", "--use-pep517", "--no-cache-dir", "--disable-pip-version-check",
			"--no-input", "--progress-bar", "off", "--wheel-dir", out,
		}
	}
	if !b.Network {
		args = append(args, "--no-index")
	}
	for i, index := range b.indexes() {
		if i == 0 {
			args = append(args, "--index-url", index)
		} else {
			args = append(args, "--extra-index-url", index)
		}
	}
	for _, dir := range b.FindLinks {
		args = append(args, "--find-links", absolute(dir))
	}
	return program, append(args, archive)
}

func (b *build) indexes() []string {
	if !b.Network {
		return nil
	}
	return b.Indexes
}

// absolute is for programs that run in another folder. "" stays.
func absolute(path string) string {
	if path == "" {
		return ""
	}
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// withLog moves the log of a build that failed to where it stays, and adds its
// place and its end to the error.
func (b *build) withLog(err error, dir string, log *buildLog) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	final := b.entry() + ".log"
	if os.Rename(filepath.Join(dir, logName), final) == nil {
		e.Log = final
	}
	if log != nil {
		e.Tail = log.last()
	}
	return e
}

// removeAll removes a folder even where a build has taken the right to.
func removeAll(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil {
		return nil
	}
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}
