package repo_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"wain/fixtures"
	"wain/repo"
	"wain/repo/store"
)

// disk mounts a small file system of memory until the test ends.
func disk(t *testing.T, options string) string {
	t.Helper()
	fixtures.NeedRoot(t)
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Fatalf("mount a small tmpfs: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// large is a package that does not compress.
func large(version string, size int) made {
	m := deb(version, "amd64")
	noise := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	m.text = string(noise)
	return m
}

// refused publishes with an error that matches want, and not a byte of the tree may differ.
func refused(t *testing.T, o repo.Options, dir string, want error) {
	t.Helper()
	before := snapshot(t, dir)
	_, err := repo.Publish(t.Context(), o)
	if !errors.Is(err, want) {
		t.Fatalf("%v, want %v", err, want)
	}
	after := snapshot(t, dir)
	delete(before, ".wain") // its time: the staged files were in there
	delete(after, ".wain")
	for name := range after {
		if before[name] != after[name] {
			t.Errorf("%s: %s, was %s", name, after[name], before[name])
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d files, were %d", len(after), len(before))
	}
}

// TestFullDisk publishes on a real file system without room: an error, and not a byte of the tree differs (case 8).
func TestFullDisk(t *testing.T) {
	dir := filepath.Join(disk(t, "size=1m"), "repo")
	publish(t, options(t, dir, dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64"))))
	for _, packages := range [][]made{{large("1.2.3", 2<<20)}, {rpm("1.2.3", "amd64"), large("1.2.3", 2<<20)}} {
		refused(t, options(t, dir, dist(t, packages...)), dir, syscall.ENOSPC)
	}
	sound(t, dir)
	publish(t, options(t, dir, dist(t, deb("1.2.4", "amd64"))))
	sound(t, dir)
}

// TestDiskFillsAnywhere publishes with less and less room, so that the disk is full at one moment after another: by
// bytes and by inodes (case 8). Whenever it fails, readers find the old repository or the new one, and with room again
// the next publish works.
func TestDiskFillsAnywhere(t *testing.T) {
	first, second := dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64")), dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))
	for _, test := range []struct {
		limit      string
		from, step int
		noLinks    bool
	}{{"size", 64 << 10, 24 << 10, false}, {"nr_inodes", 24, 6, false}, {"size", 128 << 10, 8 << 10, true}, {"nr_inodes", 40, 2, true}} {
		t.Run(fmt.Sprintf("%s,noLinks=%v", test.limit, test.noLinks), func(t *testing.T) {
			failed, worked := 0, 0
			for limit := test.from; worked < 2; limit += test.step {
				if limit > test.from+60*test.step {
					t.Fatalf("%s=%d is too little", test.limit, limit)
				}
				mounted := disk(t, fmt.Sprintf("%s=%d", test.limit, limit))
				dir := filepath.Join(mounted, "repo")
				when := fmt.Sprintf("%s=%d", test.limit, limit)
				do := func(path string) error {
					o := options(t, dir, path)
					o.Store = store.NewFolder(dir, store.FolderOptions{NoSymlinks: test.noLinks, NoHardLinks: test.noLinks})
					_, err := repo.Publish(t.Context(), o)
					return err
				}
				if err := do(first); err != nil {
					if !errors.Is(err, syscall.ENOSPC) {
						t.Fatalf("%s: the first publish: %v", when, err)
					}
					if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("%s: the first publish left %v", when, tree(t, dir))
					}
					continue
				}
				err := do(second)
				switch {
				case err == nil:
					worked++
				case errors.Is(err, syscall.ENOSPC):
					failed++
					shown(t, dir)
					crashFree(t, dir, -1, when)
				default:
					t.Fatalf("%s: %v", when, err)
				}
				if err := syscall.Mount("tmpfs", mounted, "tmpfs", syscall.MS_REMOUNT, test.limit+"=16777216"); err != nil {
					t.Fatal(err)
				}
				if err := do(second); err != nil {
					t.Fatalf("%s, with room: %v", when, err)
				}
				crashFree(t, dir, 2, when+", with room")
			}
			if failed == 0 {
				t.Error("the disk was never full in the second publish")
			}
		})
	}
}

// TestReadOnly publishes into what cannot be written: an error that says so, the tree as it was; and readers need no
// right to write (case 8).
func TestReadOnly(t *testing.T) {
	t.Run("file system", func(t *testing.T) {
		mounted := disk(t, "size=4m")
		dir := filepath.Join(mounted, "repo")
		publish(t, options(t, dir, dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64"))))
		if err := syscall.Mount("tmpfs", mounted, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		o := options(t, dir, dist(t, deb("1.2.3", "amd64")))
		refused(t, o, dir, syscall.EROFS)
		sound(t, dir)
		if err := syscall.Mount("tmpfs", mounted, "tmpfs", syscall.MS_REMOUNT, "size=4m"); err != nil {
			t.Fatal(err)
		}
		publish(t, o)
		sound(t, dir)
	})
	t.Run("folder of somebody else", func(t *testing.T) {
		fixtures.NeedRoot(t)
		dir := t.TempDir()
		open(t, dir)
		publish(t, options(t, dir, dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64"))))
		in := dist(t, deb("1.2.3", "amd64"))
		open(t, in)
		before := snapshot(t, dir)
		if out, err := asNobody(t, task{Do: "publish", Dir: dir, Paths: []string{in}}); err == nil || !strings.Contains(out, "permission denied") {
			t.Errorf("%v, want permission denied:\n%s", err, out)
		}
		after := snapshot(t, dir)
		for name := range after {
			if before[name] != after[name] {
				t.Errorf("%s: %s, was %s", name, after[name], before[name])
			}
		}
		// One who may write goes on with what another has begun.
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			return errors.Join(err, os.Lchown(path, nobody, nobody))
		})
		if err != nil {
			t.Fatal(err)
		}
		if out, err := asNobody(t, task{Do: "publish", Dir: dir, Paths: []string{in}}); err != nil {
			t.Errorf("%v:\n%s", err, out)
		}
		crashFree(t, dir, 2, "published by its new owner")
	})
}

const nobody = 65534

// asNobody does a task in a process without rights of its own, in a repository that was root's.
func asNobody(t *testing.T, do task) (string, error) {
	t.Helper()
	home := t.TempDir()
	open(t, home)
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(home, "publisher") // the test binary's own folder is closed to others
	if err := errors.Join(os.WriteFile(copied, program, 0o755), os.MkdirAll(filepath.Join(home, "fixtures/keys"), 0o755),
		os.Mkdir(filepath.Join(home, "repo"), 0o755),
		os.WriteFile(filepath.Join(home, "fixtures/keys", house+".key"), fixtures.Key(house+".key"), 0o644)); err != nil {
		t.Fatal(err)
	}
	cmd := do.process(t)
	cmd.Path, cmd.Dir = copied, filepath.Join(home, "repo")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// open lets everybody into a folder of the test and those above it.
func open(t *testing.T, dir string) {
	t.Helper()
	for at := dir; len(at) > len(os.TempDir()); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFileSystems publishes from one file system to another, and without links (case 9). NFS is left out: it needs a
// server in the kernel, which a test cannot start; its locks are in TestFolderThatCannotBe and in store/lock.go's notes.
func TestFileSystems(t *testing.T) {
	t.Run("packages on another", func(t *testing.T) {
		library := disk(t, "size=4m")
		dir := t.TempDir()
		for _, version := range []string{"1.2.2", "1.2.3"} {
			deb(version, "amd64").write(t, library)
			rpm(version, "amd64").write(t, library)
			publish(t, options(t, dir, library))
		}
		crashFree(t, dir, 2, "from another file system")
	})
	t.Run("pool on another", func(t *testing.T) {
		dir := t.TempDir()
		pool := disk(t, "size=4m")
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, "apt"), 0o755), os.Symlink(pool, filepath.Join(dir, "apt/pool"))); err != nil {
			t.Fatal(err)
		}
		for _, version := range []string{"1.2.2", "1.2.3"} {
			publish(t, options(t, dir, dist(t, deb(version, "amd64"), rpm(version, "amd64"))))
		}
		crashFree(t, dir, 2, "with the pool on another file system")
	})
	for name, o := range map[string]store.FolderOptions{
		"no symbolic links": {NoSymlinks: true}, "no hard links": {NoHardLinks: true}, "no links": {NoSymlinks: true, NoHardLinks: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			lifeOn(t, dir, store.NewFolder(dir, o))
		})
	}
	t.Run("exFAT", func(t *testing.T) {
		dir := exFAT(t)
		lifeOn(t, dir, folder(dir))
		if target, err := os.Readlink(filepath.Join(dir, "apt/dists/bookworm")); err == nil {
			t.Errorf("a symbolic link to %s: this is no file system without them", target)
		}
	})
}

// lifeOn publishes four times and reads after each.
func lifeOn(t *testing.T, dir string, s store.Store) {
	t.Helper()
	for i := range 4 {
		version := fmt.Sprintf("1.%d", i)
		o := options(t, dir, dist(t, deb(version, "amd64"), rpm(version, "amd64")))
		o.Store, o.Time = s, noon.Add(time.Duration(i)*20*time.Hour)
		publish(t, o)
		if got := shown(t, dir); len(got["apt"]) != i+1 || len(got["yum"]) != i+1 {
			t.Errorf("readers find %v after %d publishes", got, i+1)
		}
		sound(t, dir)
		if again := publish(t, o); again.Changed {
			t.Error("the same again changed the repository")
		}
	}
}

// exFAT mounts a file system that has neither kind of link, no owners, no modes, and the same file for names in upper
// and lower case.
func exFAT(t *testing.T) string {
	t.Helper()
	fixtures.NeedRoot(t)
	fixtures.NeedTool(t, "mkfs.exfat", "mount.exfat-fuse", "fusermount", "losetup")
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skipf("no file systems in user space on this machine: %v", err)
	}
	work := t.TempDir()
	image, dir := filepath.Join(work, "image"), filepath.Join(work, "mounted")
	if err := errors.Join(os.WriteFile(image, nil, 0o600), os.Truncate(image, 64<<20), os.Mkdir(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.exfat", image).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.exfat: %v\n%s", err, out)
	}
	device, err := exec.Command("losetup", "--find", "--show", image).CombinedOutput()
	loop := strings.TrimSpace(string(device))
	if err != nil {
		t.Skipf("no loop devices on this machine: %v\n%s", err, device)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("losetup", "--detach", loop).CombinedOutput(); err != nil {
			t.Errorf("losetup: %v\n%s", err, out)
		}
	})
	if out, err := exec.Command("mount.exfat-fuse", loop, dir).CombinedOutput(); err != nil {
		t.Skipf("no file systems in user space on this machine: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("fusermount", "-u", "-z", dir).CombinedOutput(); err != nil {
			t.Errorf("unmount: %v\n%s", err, out)
		}
	})
	return dir
}

// TestFolderMeddled: the publisher's state is taken away between two runs or within one, and the repository is moved.
func TestFolderMeddled(t *testing.T) {
	in := dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64"))
	second := dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))
	t.Run("moved", func(t *testing.T) {
		work := t.TempDir()
		dir := filepath.Join(work, "one")
		publish(t, options(t, dir, in))
		moved := filepath.Join(work, "two", "deeper")
		if err := errors.Join(os.Mkdir(filepath.Dir(moved), 0o755), os.Rename(dir, moved)); err != nil {
			t.Fatal(err)
		}
		crashFree(t, moved, 1, "moved")
		publish(t, options(t, moved, second))
		crashFree(t, moved, 2, "moved, published again")
	})
	t.Run("state removed while it publishes", func(t *testing.T) {
		template := filepath.Join(memory(t), "repo")
		start := task{Do: "publish", Dir: template, Paths: []string{in}}
		start.must(t)
		before := shown(t, template)
		done := task{Do: "publish", Dir: copyTree(t, template), Paths: []string{second}}
		done.must(t)
		after := shown(t, done.Dir)
		for at := 1; ; at += 2 {
			do := task{Do: "publish", Dir: copyTree(t, template), Paths: []string{second}}
			met := false
			do.fault = func(step int, _, _ string) error {
				if step == at {
					met = true
					return os.RemoveAll(filepath.Join(do.Dir, ".wain"))
				}
				return nil
			}
			_, err := do.run(t.Context())
			oldOrNew(t, do.Dir, before, after, fmt.Sprintf(".wain removed in step %d (%v)", at, err))
			if !met {
				break
			}
		}
	})
}
