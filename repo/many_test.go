package repo_test

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wain/fixtures/reader"
	"wain/repo"
)

// A publisherRun is one process of many, and what became of it.
type publisherRun struct {
	task   task
	kill   bool          // it may be killed
	within time.Duration // from outside, at a random moment in this time
	cmd    *exec.Cmd
	code   int // exit code; -1: killed
	out    strings.Builder
}

// crowd runs processes, so many at once, and kills those that shall be.
func crowd(t *testing.T, atOnce int, runs []*publisherRun) {
	t.Helper()
	var wg sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for _, run := range runs {
		run.cmd = run.task.process(t)
		run.cmd.Stderr = &run.out
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			if err := run.cmd.Start(); err != nil {
				t.Error(err)
				return
			}
			if run.within > 0 {
				time.Sleep(rand.N(run.within))
				_ = run.cmd.Process.Kill()
			}
			_ = run.cmd.Wait()
			run.code = run.cmd.ProcessState.ExitCode()
		})
	}
	wg.Wait()
}

// TestManyPublishers: eight processes publish to one folder at once, every third is killed at some moment, and what the
// others published is there (case 6).
func TestManyPublishers(t *testing.T) {
	publishers, rounds := 8, 3
	if soaking() {
		rounds = 25
	}
	dir, in := filepath.Join(memory(t), "repo"), dist(t)
	start := task{Do: "publish", Dir: dir, Paths: []string{deb("0", "amd64").write(t, in), rpm("0", "amd64").write(t, in)}}
	start.must(t)
	var runs []*publisherRun
	for i := range publishers * rounds {
		m := deb(fmt.Sprintf("1.%d", i), "amd64")
		m.name = fmt.Sprintf("python-project%d", i%5)
		runs = append(runs, &publisherRun{task: task{Do: "publish", Dir: dir, Paths: []string{m.write(t, in)}}})
		if i%3 == 0 {
			runs[i].kill, runs[i].within = true, 200*time.Millisecond
		}
	}
	crowd(t, publishers, runs)
	crashFree(t, dir, -1, "after the kills")
	got := shown(t, dir)["apt"]
	for i, run := range runs {
		if run.code != 0 && !run.kill {
			t.Errorf("a publisher that nobody killed: exit %d: %s", run.code, &run.out)
		}
		want := fmt.Sprintf("python-project%d 1.%d amd64", i%5, i)
		if run.code == 0 && !slices.Contains(got, want) {
			t.Errorf("%s was published and is not there", want)
		}
	}
	again := task{Do: "publish", Dir: dir, Paths: []string{in}}
	again.must(t)
	crashFree(t, dir, len(runs)+1, "published again")
}

// TestManyPublishersOfOne: eight processes publish one package, and all say that it is published; then eight publish
// other bytes under one name, version and architecture each, and exactly one wins (cases 6, 10).
func TestManyPublishersOfOne(t *testing.T) {
	dir := filepath.Join(memory(t), "repo")
	in := dist(t, deb("0", "amd64"), rpm("0", "amd64"))
	var same, other []*publisherRun
	for i := range 8 {
		same = append(same, &publisherRun{task: task{Do: "publish", Dir: dir, Paths: []string{in}}})
		m := deb("1", "amd64")
		m.text = fmt.Sprint("build ", i)
		other = append(other, &publisherRun{task: task{Do: "publish", Dir: dir, Paths: []string{dist(t, m)}}})
	}
	crowd(t, 8, same)
	for _, run := range same {
		if run.code != 0 {
			t.Errorf("the same package: exit %d: %s", run.code, &run.out)
		}
	}
	crashFree(t, dir, 1, "one package eight times")
	described, err := repo.Describe(t.Context(), folder(dir))
	if err != nil || described.Generation != 1 {
		t.Errorf("%+v, %v: the same package again made a generation", described, err)
	}
	crowd(t, 8, other)
	codes := map[int]int{}
	for _, run := range other {
		codes[run.code]++
	}
	if codes[0] != 1 || codes[4] != 7 {
		t.Errorf("exit codes %v, want one 0 and seven 4", codes)
	}
	crashFree(t, dir, 2, "one of eight builds")
}

// TestJumpingClocks: publishers whose clocks are hours apart publish in turns. Each date is later than the last and
// none is ahead of the real clock by more than a second (case 1), since those ahead wait.
func TestJumpingClocks(t *testing.T) {
	dir := filepath.Join(memory(t), "repo")
	var last time.Time
	for i, offset := range []time.Duration{0, -time.Hour, -5 * time.Hour, 0, -24 * time.Hour, 0} {
		do := task{Do: "publish", Dir: dir, Paths: []string{dist(t, deb(fmt.Sprintf("1.%d", i), "amd64"), rpm(fmt.Sprintf("1.%d", i), "amd64"))}}
		do.Time = noon.Add(offset)
		do.must(t)
		described, err := repo.Describe(t.Context(), folder(dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range described.Suites {
			if s.Name == "bookworm" {
				if !s.Date.After(last) || s.Date.After(noon.Add(time.Duration(i)*time.Second)) {
					t.Errorf("publish %d at %s is dated %s, the last one %s", i, do.Time, s.Date, last)
				}
				last = s.Date
			}
		}
	}
	crashFree(t, dir, 6, "six clocks")
	// By the real clock, a publish that is faster than dates can tell waits.
	apt := aptReader(verifier(t, key(t, house)), reader.Folder(dir), nil)
	for i := range 3 {
		do := task{Do: "publish", Dir: dir, Awaits: true, Time: time.Now(), Paths: []string{dist(t, deb(fmt.Sprintf("2.%d", i), "amd64"))}}
		do.must(t)
		_, bad := apt.Open(t.Context())
		good(t, "by the real clock", bad)
	}
}
