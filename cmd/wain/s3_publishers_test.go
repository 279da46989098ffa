package main_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"wain/fixtures"
	"wain/fixtures/sample"
)

// TestS3Publishers: sixteen processes publish to one bucket, four more are killed at any moment. No package of the
// sixteen is lost, and the repository is sound without any further step but the next publish.
func TestS3Publishers(t *testing.T) {
	t.Parallel()
	server := fixtures.S3(t)
	dir, place := t.TempDir(), "s3://"+server.Bucket+"/publishers"
	const publishers, killed = 16, 4
	maker := sample.NewMaker()
	pkg := func(i int) string {
		path := filepath.Join(dir, fmt.Sprintf("app-%d_1.0_all.deb", i))
		if err := os.WriteFile(path, maker.Deb(sample.Package{Name: fmt.Sprintf("app-%d", i), Version: "1.0"}), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	wain := func(args ...string) *exec.Cmd {
		cmd := exec.Command(wainPath(t), args...)
		cmd.Env = append(server.Env(), "HOME="+dir, "WAIN_KEY_FILE=../../fixtures/keys/archive.key", "GOMAXPROCS=1")
		return cmd
	}
	publish := func(path string) *exec.Cmd {
		return wain("publish", path, "--repo", place, "--origin", "Example", "--suite", "bookworm")
	}
	var wg sync.WaitGroup
	start := time.Now()
	for i := range publishers + killed {
		cmd := publish(pkg(i))
		var out strings.Builder
		cmd.Stderr = &out
		wg.Go(func() {
			if err := cmd.Start(); err != nil {
				t.Error(err)
				return
			}
			if i >= publishers {
				time.Sleep(time.Duration(500+rand.IntN(5000)) * time.Millisecond)
				_ = cmd.Process.Signal(syscall.SIGKILL)
			}
			if err := cmd.Wait(); err != nil && i < publishers {
				t.Errorf("publisher %d: %v\n%s", i, err, out.String())
			}
		})
	}
	wg.Wait()
	t.Logf("%d publishers in %s", publishers, time.Since(start))
	if out, err := publish(pkg(publishers + killed)).CombinedOutput(); err != nil {
		t.Fatalf("the next publish: %v\n%s", err, out)
	}
	soundOrOrphans(t, wain("verify", place, "--key", "../../fixtures/keys/archive.asc", "--json"))
	list, err := wain("list", "--repo", place).Output()
	if err != nil {
		t.Fatal(err)
	}
	for i := range publishers {
		if !strings.Contains(string(list), fmt.Sprintf("app-%d ", i)) {
			t.Errorf("app-%d is lost", i)
		}
	}
}

// soundOrOrphans wants no findings but of what a killed publisher sent: nobody names it, and it is no fault.
func soundOrOrphans(t *testing.T, verify *exec.Cmd) {
	t.Helper()
	out, err := verify.Output()
	if err == nil {
		return
	}
	var document struct {
		Findings []struct{ Rule, Path, Detail string }
	}
	if json.Unmarshal(out, &document) != nil || len(document.Findings) == 0 {
		t.Fatalf("verify: %v\n%s", err, out)
	}
	for _, f := range document.Findings {
		if !strings.HasPrefix(f.Rule, "orphan") {
			t.Errorf("%s: %s: %s", f.Rule, f.Path, f.Detail)
		}
	}
}
