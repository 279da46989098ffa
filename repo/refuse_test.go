package repo_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/repo"
	"wain/repo/store"
)

// TestPublishRefuses: each refusal leaves the repository as it was, and no trace of what was good.
func TestPublishRefuses(t *testing.T) {
	foreign := deb("2.0", "amd64")
	foreign.suite = ""
	slash := deb("2.0", "amd64")
	slash.suite = "../x"
	good := deb("1.3.0", "amd64")
	broken := errors.New("the token was pulled out")
	dir := t.TempDir()
	publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"))))
	for _, test := range []struct {
		name   string
		change func(o *repo.Options)
		want   string // in the message
		as     func(error) bool
	}{
		{"no signer", func(o *repo.Options) { o.Signer = nil }, "no signing key", is(repo.ErrNoSigner)},
		{"unsigned after signed", func(o *repo.Options) { o.Signer, o.Unsigned = nil, true }, "is signed", is(repo.ErrSigned)},
		{"no time", func(o *repo.Options) { o.Time = time.Time{} }, "no time", nil},
		{"another origin", func(o *repo.Options) { o.Origin = "Other" }, `origin is "Example Archive" and cannot become "Other"`, as[*repo.IdentityError]},
		{"another label", func(o *repo.Options) { o.Label = "Other" }, `label is "Example Archive"`, as[*repo.IdentityError]},
		{"an origin of two lines", func(o *repo.Options) { o.Origin = "a\nb" }, "control characters", as[*repo.OptionError]},
		{"a suite with a slash", func(o *repo.Options) { o.Suite = "bookworm/updates" }, "bookworm/updates", as[*repo.SuiteError]},
		{"a channel with a slash", func(o *repo.Options) { o.Channel = "../x" }, "../x", as[*repo.SuiteError]},
		{"a package without suite", func(o *repo.Options) { o.Paths = []string{dist(t, good, foreign)} }, "names no suite", as[*repo.SuiteError]},
		{"a package of a bad suite", func(o *repo.Options) { o.Paths = []string{dist(t, slash)} }, "cannot be one", as[*repo.SuiteError]},
		{"an absent path", func(o *repo.Options) { o.Paths = []string{"absent"} }, "absent", is(os.ErrNotExist)},
		{"a folder without packages", func(o *repo.Options) { o.Paths = []string{t.TempDir()} }, "no .deb or .rpm", as[*repo.NoPackagesError]},
		{"not a package", beside(t, good, "x.txt", "hello"), "neither a .deb nor an .rpm", as[*repo.PackageError]},
		{"an empty package", beside(t, good, "x.deb", ""), "the file is empty", as[*repo.PackageError]},
		{"a broken deb", beside(t, good, "x.deb", "!<arch>\nhello"), "x.deb", as[*repo.PackageError]},
		{"a broken rpm", beside(t, good, "x.rpm", "\xed\xab\xee\xdbhello"), "x.rpm", as[*repo.PackageError]},
		{"a bad base URL", func(o *repo.Options) { o.BaseURL = "https://example.org/$(id)" }, "shell characters", as[*repo.OptionError]},
		{"a signer that fails", func(o *repo.Options) {
			o.Signer.Clear = func([]byte, time.Time) ([]byte, error) { return nil, broken }
		}, "sign InRelease", is(broken)},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := snapshot(t, dir)
			o := options(t, dir, dist(t, good))
			test.change(&o)
			result, err := repo.Publish(t.Context(), o)
			if err == nil || result != nil {
				t.Fatalf("Publish = %+v, %v", result, err)
			}
			if !strings.Contains(err.Error(), test.want) || test.as != nil && !test.as(err) {
				t.Errorf("%v; want %q", err, test.want)
			}
			if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
				t.Errorf("the tree changed (-before +after):\n%s", diff)
			}
		})
	}
}

// beside publishes a file next to a good package, once as a part of the folder and once by its name.
func beside(t *testing.T, good made, name, content string) func(*repo.Options) {
	return func(o *repo.Options) {
		dir := dist(t, good)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		o.Paths = []string{dir, filepath.Join(dir, name)}
	}
}

func TestPublishNeedsOrigin(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	o := options(t, dir, dist(t, deb("1.2.3", "amd64")))
	o.Origin = ""
	if _, err := repo.Publish(t.Context(), o); !errors.Is(err, repo.ErrNoOrigin) {
		t.Errorf("%v, want ErrNoOrigin", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("a refused first publish left a folder")
	}
}

// TestPublishEveryBadPackage gathers what is wrong with all files.
func TestPublishEveryBadPackage(t *testing.T) {
	in := dist(t, deb("1.2.3", "amd64"))
	for _, name := range []string{"a.deb", "b.rpm"} {
		if err := os.WriteFile(filepath.Join(in, name), []byte("nothing of the sort"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := repo.Publish(t.Context(), options(t, t.TempDir(), in))
	if err == nil || !strings.Contains(err.Error(), "a.deb") || !strings.Contains(err.Error(), "b.rpm") {
		t.Errorf("%v; want both files named", err)
	}
}

// TestPublishForeign does not take over what another tool, or a lost state, left.
func TestPublishForeign(t *testing.T) {
	for _, lost := range []string{"apt/dists/stable/Release", "yum/el9/repodata/repomd.xml"} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(lost)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, lost), []byte("Origin: Other\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		var foreign *repo.ForeignError
		if _, err := repo.Publish(t.Context(), options(t, dir, dist(t, deb("1.2.3", "amd64")))); !errors.As(err, &foreign) {
			t.Errorf("%s: %v, want a *ForeignError", lost, err)
		}
	}
}

// TestPublishDamagedState stops at a state that is not what was written.
func TestPublishDamagedState(t *testing.T) {
	for _, pattern := range []string{"head.json", "generations/*.json", "tables/*.json", "segments/*.json", "segments/*.parts"} {
		dir := t.TempDir()
		publish(t, options(t, dir, dist(t, deb("1.2.3", "amd64"))))
		names, err := filepath.Glob(filepath.Join(dir, ".wain", pattern))
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		data, err := os.ReadFile(names[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(names[0], data[:len(data)-3], 0o644); err != nil {
			t.Fatal(err)
		}
		var damaged *repo.StateError
		if _, err := repo.Publish(t.Context(), options(t, dir, dist(t, deb("1.3.0", "amd64")))); !errors.As(err, &damaged) {
			t.Errorf("%s cut: %v, want a *StateError", pattern, err)
		}
	}
}

// TestPublishChangedSource meets a file that is rewritten between reading and copying.
func TestPublishChangedSource(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repo")
	path := deb("1.2.3", "amd64").write(t, t.TempDir())
	o := options(t, dir, path)
	o.Progress = func(e repo.Event) {
		if e.Step == "copy" {
			other := deb("1.2.3", "amd64")
			other.text = "other"
			if err := os.Rename(other.write(t, t.TempDir()), path); err != nil {
				t.Error(err)
			}
		}
	}
	var wrong *store.ContentError
	if _, err := repo.Publish(t.Context(), o); !errors.As(err, &wrong) {
		t.Errorf("%v, want a *store.ContentError", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("a failed first publish left a folder")
	}
}

func is(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }

func as[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}
