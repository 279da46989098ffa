package repo_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo"
)

// cut takes the second half off a file.
func cut(t *testing.T, file string) {
	t.Helper()
	stat, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, stat.Size()/2); err != nil {
		t.Fatal(err)
	}
}

// TestRescanBrokenIndex: an index that cannot be trusted is no empty suite. Nothing is written.
func TestRescanBrokenIndex(t *testing.T) {
	freight := func(t *testing.T) string {
		return fixtures.FreightLike(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0")...)
	}
	reprepro := func(t *testing.T) string {
		return fixtures.Reprepro(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0")...)
	}
	createrepo := func(t *testing.T) string { return fixtures.Createrepo(t, tools(t, "rpm", "1.0")...) }
	remove := func(t *testing.T, file string) {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	const index = "dists/bookworm/main/binary-amd64/Packages"
	for _, test := range []struct {
		name   string
		tree   func(*testing.T) string
		damage func(*testing.T, string)
		files  []string // patterns; the damage is done to all
		good   bool     // all packages are known all the same
	}{
		{"Packages.gz is cut", freight, cut, []string{index + ".gz"}, false},
		{"Packages is cut", freight, cut, []string{index}, false},
		{"all forms are gone", freight, remove, []string{index, index + ".gz"}, false},
		{"one form is gone", freight, remove, []string{index + ".gz"}, true},
		{"InRelease alone", reprepro, remove, []string{"dists/bookworm/Release", "dists/bookworm/Release.gpg"}, true},
		{"no Release at all", reprepro, remove, []string{"dists/bookworm/Release", "dists/bookworm/Release.gpg", "dists/bookworm/InRelease"}, false},
		{"primary is cut", createrepo, cut, []string{"repodata/*primary.xml.*"}, false},
		{"primary is gone", createrepo, remove, []string{"repodata/*primary.xml.*"}, false},
		{"filelists is cut", createrepo, cut, []string{"repodata/*filelists.xml.*"}, true},
		{"repomd.xml is gone", createrepo, remove, []string{"repodata/repomd.xml"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := test.tree(t)
			damaged := ""
			for _, pattern := range test.files {
				damaged = glob(t, filepath.Join(dir, pattern))
				test.damage(t, damaged)
			}
			before := below(t, dir)
			result, err := rescan(t, dir, func(o *repo.Options) {
				if o.Suite = "el9"; !strings.HasPrefix(test.files[0], "dists/") {
					o.Origin = "Example"
				}
			})
			if test.good {
				if err != nil || len(result.Suites[0].Added) != 1 {
					t.Errorf("%+v, %v", result, err)
				}
				return
			}
			var adopt *repo.AdoptError
			if !errors.As(err, &adopt) {
				t.Fatalf("%+v, %v: want an *AdoptError", result, err)
			}
			if len(test.files) == 1 && filepath.Base(adopt.Path) != filepath.Base(damaged) {
				t.Errorf("it names %s, not %s", adopt.Path, damaged)
			}
			if diff := cmp.Diff(before, below(t, dir)); diff != "" {
				t.Errorf("files (-before +after):\n%s", diff)
			}
		})
	}
}

// TestRescanSigned: signatures are not taken off without a word, nor given by another key.
func TestRescanSigned(t *testing.T) {
	lost := t.TempDir()
	publish(t, options(t, lost, dist(t, deb("1.2.3", "amd64"), rpm("1.2.3", "amd64"))))
	if err := os.RemoveAll(filepath.Join(lost, ".wain")); err != nil {
		t.Fatal(err)
	}
	freight := fixtures.FreightLike(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0")...)
	unsigned := fixtures.Createrepo(t, tools(t, "rpm", "1.0")...)
	subkey := t.TempDir() // what its subkey signed, with a key.asc that a person wrote
	o := options(t, subkey, dist(t, deb("1.2.3", "amd64")))
	o.Signer = signer(key(t, "subkey"))
	publish(t, o)
	if err := os.RemoveAll(filepath.Join(subkey, ".wain")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(subkey, "key.asc"), []byte("mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{lost, freight} {
		before := below(t, dir)
		if _, err := rescan(t, dir, func(o *repo.Options) { o.Signer, o.Unsigned = nil, true }); !errors.Is(err, repo.ErrSigned) {
			t.Errorf("unsigned over signatures: %v, want ErrSigned", err)
		}
		if diff := cmp.Diff(before, below(t, dir)); diff != "" {
			t.Errorf("files (-before +after):\n%s", diff)
		}
	}
	for _, test := range []struct {
		name, dir, key string
		warnings       int
	}{
		{"another key after a lost state", lost, "next", 2},
		{"the same key", lost, house, 0},
		{"another key than freight's", freight, house, 1},
		{"freight's key", freight, "archive", 0},
		{"a subkey of the same key", subkey, "subkey", 0},
		{"another key than the subkey's", subkey, house, 1},
		{"another key, and freight's is handed out", freight, house + " archive", 1},
		{"nobody signed", unsigned, house, 0},
		{"a dry run without a key", lost, "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(t, test.dir)
			o.Origin, o.Rescan, o.DryRun, o.Time = "", true, true, noon.Add(time.Hour)
			signs, handed, _ := strings.Cut(test.key, " ")
			if o.Signer = nil; signs != "" {
				o.Signer = signer(key(t, signs))
			}
			if handed != "" {
				o.Signer.PublicBinary = append(key(t, handed).PublicBinary(), o.Signer.PublicBinary...)
			}
			if test.dir == unsigned {
				o.Origin, o.Suite = "Example", "el9"
			}
			result, err := repo.Publish(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			said := 0
			for _, warning := range result.Warnings {
				if strings.Contains(warning, "hosts refuse the repository until") {
					said++
				}
			}
			if said != test.warnings {
				t.Errorf("warnings: %q, want %d of the key", result.Warnings, test.warnings)
			}
		})
	}
}
