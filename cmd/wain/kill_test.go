package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goreleaser/nfpm/v2"
	nfpmdeb "github.com/goreleaser/nfpm/v2/deb"
	nfpmrpm "github.com/goreleaser/nfpm/v2/rpm"

	"wain/fixtures"
	"wain/fixtures/reader"
	"wain/sign"
)

// small writes a .deb and an .rpm of one version that hold nothing, for bookworm and el9.
func small(t *testing.T, dir, version string) {
	t.Helper()
	info := &nfpm.Info{
		Name: "python-myproject", Arch: "amd64", Platform: "linux", Version: version, VersionSchema: "none", Release: "1",
		Maintainer: "Ops <ops@example.org>", Description: "A test package", MTime: time.Unix(1767322800, 0), License: "MIT",
	}
	var b bytes.Buffer
	for _, format := range []string{"deb", "rpm"} {
		b.Reset()
		of, packager := *info, nfpm.Packager(nfpmrpm.DefaultRPM)
		if format == "deb" {
			packager = nfpmdeb.Default
			of.Deb.Fields = map[string]string{"Wain-Suite": "bookworm"}
			of.Release = ""
		} else {
			of.Provides = []string{"wain(suite) = el9"}
			of.RPM = nfpm.RPM{BuildHost: "localhost", Summary: "A test package", Group: "Unspecified"}
		}
		if err := packager.Package(nfpm.WithDefaults(&of), &b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "python-myproject-"+version+"."+format), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKilledProcesses kills the program at random moments while readers poll. No reader finds anything but the old or
// the new repository, what was published stays, no run needs help, and what the dead leave does not add up (case 4).
func TestKilledProcesses(t *testing.T) {
	kills := 50
	if os.Getenv("WAIN_SOAK") != "" {
		kills = 500
	}
	work := t.TempDir()
	dir, dist := filepath.Join(work, "repo"), filepath.Join(work, "dist")
	if err := errors.Join(os.Mkdir(dist, 0o755), os.WriteFile(filepath.Join(work, "archive.key"), fixtures.Key("archive.key"), 0o600)); err != nil {
		t.Fatal(err)
	}
	// Days ago, dates need not be waited for.
	clock := time.Now().Add(-500 * time.Hour)
	publish := func() (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.Command(wainPath(t), "publish", "dist", "--repo", "repo", "--origin", "Example", "--base-url", "https://packages.example.org")
		clock = clock.Add(30 * time.Minute)
		cmd.Dir = work
		cmd.Env = []string{"PATH=/nowhere", "WAIN_KEY_FILE=archive.key", "TMPDIR=" + work, "SOURCE_DATE_EPOCH=" + strconv.FormatInt(clock.Unix(), 10)}
		out := &bytes.Buffer{}
		cmd.Stdout, cmd.Stderr = out, out
		return cmd, out
	}
	small(t, dist, "1.0")
	start := time.Now()
	if cmd, out := publish(); cmd.Run() != nil {
		t.Fatal(out)
	}
	usual := time.Since(start)
	crowd := reader.NewCrowd(t.Context())
	apt, yum := killReaders(t, reader.Folder(dir))
	crowd.Add("apt by hash, folder", 20*time.Millisecond, apt.Look)
	crowd.Add("yum, folder kept open", 20*time.Millisecond, yum.LookPinned)
	most, done, finished := 0, 1, 0
	for kill := range kills {
		small(t, dist, fmt.Sprintf("1.%d", kill+1))
		cmd, _ := publish()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(usual) * 5 / 4)))
		_ = cmd.Process.Kill()
		if cmd.Wait() == nil {
			finished++
		}
		most = max(most, leftovers(t, dir))
		if kill%10 == 9 {
			if cmd, out := publish(); cmd.Run() != nil {
				t.Fatalf("after kill %d, the next publish: %s", kill, out)
			}
			done = kill + 2
			published(t, dir, done)
			if n := leftovers(t, dir); n > 0 {
				t.Errorf("after kill %d and a publish, %d files are left of the dead", kill, n)
			}
			if folders, err := os.ReadDir(filepath.Join(dir, "apt/generations/bookworm")); err != nil || len(folders) > 6 {
				t.Errorf("after kill %d and a publish, %d generations have folders (%v)", kill, len(folders), err)
			}
		}
	}
	for _, tally := range crowd.Stop() {
		t.Log(tally)
		if len(tally.Bad) > 0 || tally.Views == 0 {
			t.Errorf("%s: %v bad of %d views", tally.Name, tally.Bad, tally.Views)
		}
	}
	t.Logf("%d kills, %d came too late; at most %d staged files were left", kills, finished, most)
	published(t, dir, done)
	verify := exec.Command(wainPath(t), "verify", "repo", "--key", "repo/key.asc")
	verify.Dir = work
	verify.Env = []string{"PATH=/nowhere", "TMPDIR=" + work}
	out, err := verify.Output()
	if verify.ProcessState.ExitCode() != 3 { // the packages themselves are not signed
		t.Errorf("wain verify: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "signature-missing yum/el9/Packages/") {
			t.Errorf("wain verify: %s", line)
		}
	}
}

// killReaders verify with the key that the test publishes with.
func killReaders(t *testing.T, from reader.Source) (*reader.Apt, *reader.Yum) {
	t.Helper()
	key, err := sign.Read(fixtures.Key("archive.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := sign.ReadPublic(key.PublicArmored())
	if err != nil {
		t.Fatal(err)
	}
	apt := &reader.Apt{Source: from, Base: "apt", Suite: "bookworm", Verify: func(message []byte) ([]byte, error) {
		text, _, err := ring.VerifyClear(message, time.Time{})
		return text, err
	}}
	yum := &reader.Yum{Source: from, Base: "yum/el9", Verify: func(data, signature []byte) error {
		_, err := ring.VerifyDetached(bytes.NewReader(data), signature, time.Time{})
		return err
	}}
	return apt, yum
}

// published wants readers to find so many packages in each suite.
func published(t *testing.T, dir string, want int) {
	t.Helper()
	apt, yum := killReaders(t, reader.Folder(dir))
	for _, f := range append(apt.Look(context.Background()), yum.LookPinned(context.Background())...) {
		t.Error(f)
	}
	if len(apt.Packages()) != want || len(yum.Packages()) != want {
		t.Errorf("%d and %d packages are published, want %d", len(apt.Packages()), len(yum.Packages()), want)
	}
}

// leftovers counts the files that only a publisher at work has: staged ones, and those about to be renamed.
func leftovers(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && !e.IsDir() && (strings.Contains(path, "/.wain/staged/") || strings.HasSuffix(path, ".linking") || strings.HasSuffix(path, ".placing")) {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
