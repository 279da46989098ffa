package repo_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"wain/fixtures/reader"
	"wain/repo"
)

// crashFree wants a repository that is sound, with nothing staged, holding exactly so many packages in bookworm.
func crashFree(t *testing.T, dir string, want int, when string) {
	t.Helper()
	findings, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir, Verifier: verifier(t, key(t, house))})
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	for _, f := range findings {
		t.Errorf("%s: %s: %s: %s", when, f.Path, f.Rule, f.Detail)
	}
	if got := len(shown(t, dir)["apt"]); want >= 0 && got != want {
		t.Errorf("%s: readers find %d packages, want %d", when, got, want)
	}
}

// shown is what readers of bookworm and of el9 find, as lines of names and versions; a reader must find all that it
// is told of.
func shown(t *testing.T, dir string) map[string][]string {
	t.Helper()
	v := verifier(t, key(t, house))
	late := func() time.Time { return noon.AddDate(1, 0, 0) }
	apt, yum := aptReader(v, reader.Folder(dir), late), yumReader(v, reader.Folder(dir), late)
	good(t, "apt", apt.Look(t.Context()))
	good(t, "yum", yum.LookPinned(t.Context()))
	return map[string][]string{"apt": apt.Packages(), "yum": yum.Packages()}
}

// An operation is a task on a repository that was prepared for it.
type operation struct {
	name    string
	prepare []task
	task    task
}

// operations are all that change what readers see, each with changes to both formats.
func operations(t *testing.T) []operation {
	first := dist(t, deb("1.2.2", "amd64"), rpm("1.2.2", "amd64"))
	second := dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))
	one := task{Do: "publish", Paths: []string{first}}
	two := task{Do: "publish", Paths: []string{second}}
	staged := deb("1.2.3", "amd64")
	staged.suite = "bookworm-staging"
	other := deb("2.0", "amd64")
	other.name = "python-other"
	return []operation{
		{"publish", []task{one}, two},
		{"first", nil, one},
		{"add", []task{one}, task{Do: "add", Paths: []string{second}}},
		{"commit", []task{one, {Do: "add", Paths: []string{second}}}, task{Do: "commit"}},
		{"promote", []task{one, {Do: "publish", Paths: []string{dist(t, staged)}}}, task{Do: "promote", Suite: "bookworm"}},
		{"remove", []task{one, {Do: "publish", Paths: []string{dist(t, other)}}}, task{Do: "remove", Suite: "bookworm"}},
		{"rollback", []task{one, two}, task{Do: "rollback"}},
		{"prune", []task{one, two}, task{Do: "prune"}},
		{"suite", []task{one}, task{Do: "suite", Suite: "bookworm"}},
		{"refresh", []task{one, {Do: "suite", Suite: "bookworm"}}, task{Do: "refresh", Time: noon.AddDate(0, 0, 201)}},
		{"rescan", []task{one, two}, task{Do: "rescan"}},
		{"adopt", []task{one, two, {Do: "lose"}}, task{Do: "rescan"}},
	}
}

// template makes the repository that the operation starts from, and what readers find in it before and after.
func (op operation) template(t *testing.T, noLinks bool) (dir string, before, after map[string][]string) {
	t.Helper()
	dir = filepath.Join(memory(t), "repo")
	for _, do := range op.prepare {
		do.Dir, do.NoLinks = dir, noLinks
		do.must(t)
	}
	if len(op.prepare) > 0 {
		before = shown(t, dir)
	}
	done := op.task
	done.Dir, done.NoLinks = copyTree(t, dir), noLinks
	done.must(t)
	return dir, before, shown(t, done.Dir)
}

// copyTree copies a repository; hard links become copies.
func copyTree(t *testing.T, dir string) string {
	t.Helper()
	copied := filepath.Join(memory(t), "repo")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return copied
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		to := filepath.Join(copied, below)
		switch {
		case e.IsDir():
			return os.Mkdir(to, 0o755)
		case e.Type() == fs.ModeSymlink:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(target, to)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return copied
}

// TestKillAtEveryStep: a publisher is killed in each step of its commit, whatever it does. Readers find the old or the
// new repository, and the next publish needs no help (case 4).
func TestKillAtEveryStep(t *testing.T) {
	stride := 11 // package store's own test stops at every step, without the kill
	if soaking() {
		stride = 1
	}
	third := dist(t, deb("1.2.4", "amd64"), rpm("1.2.4", "amd64"))
	for _, op := range operations(t) {
		t.Run(op.name, func(t *testing.T) {
			template, before, after := op.template(t, false)
			for at := 1; ; at += stride {
				do := op.task
				do.Dir, do.Kill = copyTree(t, template), at
				when := fmt.Sprintf("killed in step %d", at)
				killed := do.process(t).Run() != nil
				if !killed && at < 5 {
					t.Errorf("only %d steps", at)
				}
				oldOrNew(t, do.Dir, before, after, when)
				readopt(t, do, before)
				if op.task.Do == "publish" {
					do.Kill = 0
					do.must(t) // nothing is new where it came to count: it completes what the dead one began
					oldOrNew(t, do.Dir, after, after, when+", the same again")
				}
				healed(t, do.Dir, third, when)
				if !killed {
					break
				}
			}
		})
	}
}

// readopt adopts trees again where that did not come to count: nothing but a rescan may touch trees without a state.
func readopt(t *testing.T, do task, before map[string][]string) {
	t.Helper()
	_, err := os.Stat(filepath.Join(do.Dir, ".wain/head.json"))
	if errors.Is(err, fs.ErrNotExist) && before != nil {
		do.Kill, do.fault = 0, nil
		do.must(t)
	}
}

// oldOrNew wants readers of either format to find the repository as it was, or as it shall be.
func oldOrNew(t *testing.T, dir string, before, after map[string][]string, when string) {
	t.Helper()
	if _, err := os.Lstat(filepath.Join(dir, "apt/dists/bookworm")); before == nil && err != nil {
		return // nobody had a repository yet
	}
	if _, err := os.Lstat(filepath.Join(dir, "yum/el9/repodata")); before == nil && err != nil {
		return
	}
	for format, got := range shown(t, dir) {
		list := strings.Join(got, "\n")
		if list != strings.Join(before[format], "\n") && list != strings.Join(after[format], "\n") {
			t.Errorf("%s: readers of %s find %q, neither %q nor %q", when, format, got, before[format], after[format])
		}
	}
}

// healed publishes paths after a publisher died: it must work, leave a sound repository and nothing behind.
func healed(t *testing.T, dir, paths, when string) {
	t.Helper()
	again := task{Do: "publish", Dir: dir, Paths: []string{paths}}
	if _, err := again.run(t.Context()); err != nil {
		t.Fatalf("%s: the next publish: %v", when, err)
	}
	crashFree(t, dir, -1, when+", published again")
	if _, err := os.Stat(filepath.Join(dir, ".wain/staged")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: staged files are left", when)
	}
	if folders, err := os.ReadDir(filepath.Join(dir, "apt/generations/bookworm")); err != nil || len(folders) > 5 {
		t.Errorf("%s: %d generations are left (%v)", when, len(folders), err)
	}
}

// TestFaultAtEveryStep: an error in each step of a commit. Before the moment of the commit not a byte has changed;
// after it readers find the old or the new repository, and the next publish completes it (cases 4, 8).
func TestFaultAtEveryStep(t *testing.T) {
	third := dist(t, deb("1.2.4", "amd64"), rpm("1.2.4", "amd64"))
	for _, noLinks := range []bool{false, true} {
		for _, op := range operations(t) {
			t.Run(fmt.Sprintf("%s,noLinks=%v", op.name, noLinks), func(t *testing.T) {
				stride := 5
				if noLinks {
					stride = 7 // many more steps: a file at a time
				}
				if soaking() {
					stride = 1
				}
				template, before, after := op.template(t, noLinks)
				for at := 1; ; at += stride {
					if !faulted(t, op, at, template, noLinks, before, after, third) {
						break
					}
				}
			})
		}
	}
}

// faulted does the operation with a fault in one step; it reports whether there was such a step.
func faulted(t *testing.T, op operation, at int, template string, noLinks bool, before, after map[string][]string, third string) bool {
	t.Helper()
	do := op.task
	do.Dir, do.NoLinks = copyTree(t, template), noLinks
	snap := map[string]string{}
	if before != nil {
		snap = content(t, do.Dir)
	}
	act := ""
	do.fault = func(step int, verb, name string) error {
		if step == at {
			act = verb + " " + name
			return syscall.EIO
		}
		return nil
	}
	_, err := do.run(t.Context())
	if act == "" {
		return false
	}
	when := fmt.Sprintf("step %d, %s", at, act)
	if !errors.Is(err, syscall.EIO) {
		t.Errorf("%s: %v, want the fault", when, err)
	}
	if head, err := os.ReadFile(filepath.Join(do.Dir, ".wain/head.json")); err != nil || string(head) == snap[".wain/head.json"] {
		now := map[string]string{}
		if _, err := os.Stat(do.Dir); err == nil {
			now = content(t, do.Dir)
		}
		for name := range now {
			if now[name] != snap[name] {
				t.Errorf("%s: %s is changed or left", when, name)
			}
		}
		if len(now) < len(snap) {
			t.Errorf("%s: %d files, were %d", when, len(now), len(snap))
		}
	}
	if !noLinks { // file by file, a client without by-hash may find a mixture; the packages' names are canonical
		oldOrNew(t, do.Dir, before, after, when)
	}
	readopt(t, do, before)
	healing := task{Do: "publish", Dir: do.Dir, Paths: []string{third}, NoLinks: noLinks}
	if _, err := healing.run(t.Context()); err != nil {
		t.Errorf("%s: the next publish: %v", when, err)
	}
	crashFree(t, do.Dir, -1, when+", published again")
	return true
}
