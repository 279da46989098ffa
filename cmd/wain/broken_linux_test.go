package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"wain/fixtures"
)

// A session runs wain in a folder with the fixture project, as a script does.
type session struct {
	*testing.T
	dir string
}

func newSession(t *testing.T) *session {
	s := &session{t, t.TempDir()}
	for path, data := range project() {
		s.write(path, data)
	}
	key, err := os.ReadFile("../../fixtures/keys/archive.key")
	if err != nil {
		t.Fatal(err)
	}
	s.write("archive.key", key)
	s.mkdir("tmp")
	return s
}

func (s *session) path(name string) string { return filepath.Join(s.dir, name) }

func (s *session) write(name string, data []byte) {
	s.Helper()
	if err := put(s.path(name), data); err != nil {
		s.Fatal(err)
	}
}

func (s *session) mkdir(name string) {
	s.Helper()
	if err := os.MkdirAll(s.path(name), 0o755); err != nil {
		s.Fatal(err)
	}
}

func (s *session) command(args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command("wain", args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nowhere", "TMPDIR=" + s.path("tmp"), "WAIN_KEY_FILE=archive.key", "SOURCE_DATE_EPOCH=1764000000"}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	return cmd, &out
}

// run runs wain to its end and compares the exit code.
func (s *session) run(code int, args ...string) string {
	s.Helper()
	cmd, out := s.command(args...)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		s.Fatalf("wain %s: exit code %d, not %d\n%s", strings.Join(args, " "), got, code, out)
	}
	return out.String()
}

func (s *session) snapshot(name string) []string {
	s.Helper()
	list, err := snapshot(s.path(name))
	if err != nil {
		s.Fatal(err)
	}
	return list
}

// mount gives a folder a file system of its own with little room.
func (s *session) mount(name, size string) {
	s.Helper()
	s.mkdir(name)
	if err := unix.Mount("tmpfs", s.path(name), "tmpfs", 0, "mode=0755,size="+size); err != nil {
		s.Fatalf("mount a small tmpfs: %v", err)
	}
	s.Cleanup(func() {
		if err := unix.Unmount(s.path(name), unix.MNT_DETACH); err != nil {
			s.Error(err)
		}
	})
}

func (s *session) convert(version, output string) []string {
	s.write("dist/"+fixtures.WheelFilename("myproject-"+version), fixtures.Wheel("myproject-"+version))
	return []string{
		"convert", "dist/" + fixtures.WheelFilename("myproject-"+version), "--lock", "requirements.txt",
		"-f", "wheelhouse", "-t", "debian12", "-t", "el9", "-o", output,
	}
}

const fullHint = "wain: hint: make room, or name another temporary folder in TMPDIR, and run the same command again; nothing partial was kept"

// A full disk under the output or the temporary folder leaves no package, none
// of the other target either.
func TestFullDiskConvert(t *testing.T) {
	fixtures.NeedRoot(t)
	for _, full := range []string{"out", "tmp"} {
		t.Run(full, func(t *testing.T) {
			s := newSession(t)
			s.mount(full, "16k")
			args := s.convert("1.2.3", "out/packages")
			before := s.snapshot("")
			text := s.run(exitFailed, args...)
			if !strings.Contains(text, "no space left on device") || !strings.Contains(text, fullHint) {
				t.Errorf("the error does not say what to do:\n%s", text)
			}
			if diff := cmp.Diff(before, s.snapshot("")); diff != "" {
				t.Errorf("something partial is left (-before +after):\n%s", diff)
			}
		})
	}
}

// A full disk leaves the repository as it was, for the first publish and for a
// later one, and the same publish works once there is room.
func TestFullDiskPublish(t *testing.T) {
	fixtures.NeedRoot(t)
	s := newSession(t)
	s.run(exitDone, s.convert("1.2.2", "old")...)
	s.run(exitDone, s.convert("1.2.3", "new")...)
	s.mount("disk", "512k")
	publish := func(folder string) []string {
		return []string{"publish", folder, "--repo", "disk/repo", "--origin", "Example"}
	}
	fails := func(room int, folder string) {
		t.Helper()
		s.fill(room)
		before := s.snapshot("disk")
		text := s.run(exitFailed, publish(folder)...)
		if !strings.Contains(text, "no space left on device") || !strings.Contains(text, fullHint) {
			t.Errorf("%d pages free: the error does not say what to do:\n%s", room, text)
		}
		if diff := cmp.Diff(before, s.snapshot("disk")); diff != "" {
			t.Errorf("%d pages free: something partial is left (-before +after):\n%s", room, diff)
		}
	}
	for _, room := range []int{0, 2, 8, 16} {
		fails(room, "old")
	}
	s.fill(-1)
	s.run(exitDone, publish("old")...)
	for _, room := range []int{0, 2, 8, 16} {
		fails(room, "new")
		s.run(exitDone, "verify", "-q", "disk/repo")
	}
	s.fill(-1)
	s.run(exitDone, publish("new")...)
	s.run(exitDone, "verify", "-q", "disk/repo")
}

// fill leaves so many pages free in the small file system; -1 frees it.
func (s *session) fill(room int) {
	s.Helper()
	path := s.path("disk/filler")
	if err := os.RemoveAll(path); err != nil {
		s.Fatal(err)
	}
	if room < 0 {
		return
	}
	var free unix.Statfs_t
	if err := unix.Statfs(s.path("disk"), &free); err != nil {
		s.Fatal(err)
	}
	s.write("disk/filler", make([]byte, (int64(free.Bavail)-int64(room))*int64(free.Bsize)))
}

// An interrupt while packages are made ends with 130 and leaves nothing.
func TestInterruptConvert(t *testing.T) {
	s := newSession(t)
	payload := make([]byte, 24<<20)
	rand.Read(payload)
	wheel, err := fixtures.BuildWheel(fixtures.Recipe{
		Filename: "large-1.0-py3-none-any.whl",
		Files:    []fixtures.RecipeFile{{Path: "large.bin", Data: payload, Store: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.write("large-1.0-py3-none-any.whl", wheel)
	before := s.snapshot("")
	s.interrupt("", func() bool {
		staged, err := os.ReadDir(s.path("tmp"))
		return err == nil && len(staged) > 0
	}, "convert", "large-1.0-py3-none-any.whl", "-t", "debian12")
	if diff := cmp.Diff(before, s.snapshot("")); diff != "" {
		t.Errorf("something partial is left (-before +after):\n%s", diff)
	}
}

// An interrupt while another publisher is waited for does the same.
func TestInterruptPublish(t *testing.T) {
	s := newSession(t)
	s.run(exitDone, s.convert("1.2.3", "packages")...)
	s.run(exitDone, "publish", "packages", "--repo", "repo", "--origin", "Example")
	lock, err := os.Open(s.path("repo/.wain/lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	before := s.snapshot("")
	s.interrupt("another publisher is at work on repo: waiting for it", nil, "publish", "packages", "--repo", "repo")
	if diff := cmp.Diff(before, s.snapshot("")); diff != "" {
		t.Errorf("the repository changed (-before +after):\n%s", diff)
	}
}

// interrupt sends SIGINT once ready, or once the text was printed where ready
// is nil, and expects the exit code and word of an interrupted run.
func (s *session) interrupt(text string, ready func() bool, args ...string) {
	s.Helper()
	cmd, _ := s.command(args...)
	log, err := os.Create(filepath.Join(s.TempDir(), "log"))
	if err != nil {
		s.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	printed := func() string {
		out, err := os.ReadFile(log.Name())
		if err != nil {
			s.Fatal(err)
		}
		return string(out)
	}
	if ready == nil {
		ready = func() bool { return strings.Contains(printed(), text) }
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for !ready() {
		if ctx.Err() != nil {
			_ = cmd.Process.Kill()
			s.Fatalf("wain did not come to the point: %s", printed())
		}
		time.Sleep(time.Millisecond)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		s.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(printed(), "wain: interrupted; nothing was written") {
		s.Errorf("exit code %d, and it printed %q", code, printed())
	}
}
