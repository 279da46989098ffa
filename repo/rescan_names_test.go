package repo_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
	"wain/repo"
)

// yumTrees makes a folder with a yum repository, of one package each, in every given folder of it.
func yumTrees(t *testing.T, folders ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i, name := range folders {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(at, 0o755); err != nil {
			t.Fatal(err)
		}
		file := tools(t, "rpm", []string{"1.0", "2.0", "3.0", "4.0"}[i])[0]
		fixtures.CopyFile(t, file, filepath.Join(at, filepath.Base(file)))
	}
	for _, name := range folders {
		if name == "." {
			fixtures.RunCreaterepo(t, dir, "--excludes", "*/*")
		} else {
			fixtures.RunCreaterepo(t, filepath.Join(dir, name))
		}
	}
	return dir
}

// bases are the suites of a repository with their bases.
func bases(t *testing.T, dir string) []string {
	t.Helper()
	r, err := repo.Describe(t.Context(), folder(dir))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range r.Suites {
		all = append(all, s.Name+" "+s.Base)
	}
	slices.Sort(all)
	return all
}

// TestRescanNames: what yum repositories are called, which have no name of their own.
func TestRescanNames(t *testing.T) {
	for _, test := range []struct {
		name    string
		folders []string
		suite   string
		want    []string
		refused []string // folders that the error names
	}{
		{"architectures", []string{"8/x86_64", "9/x86_64", "9/SRPMS"}, "", []string{"8-x86_64 8/x86_64", "9-SRPMS 9/SRPMS", "9-x86_64 9/x86_64"}, nil},
		{"twice", []string{"rpm/8/app", "rpm/9/app", "other"}, "", []string{"other other", "rpm-8-app rpm/8/app", "rpm-9-app rpm/9/app"}, nil},
		{"names of folders", []string{"el8", "rpm/el9"}, "", []string{"el8 el8", "el9 rpm/el9"}, nil},
		{"one, and a name is given", []string{"repos"}, "foo", []string{"foo repos"}, nil},
		{"the root and another", []string{".", "el9"}, "el8", []string{"el8 .", "el9 el9"}, nil},
		{"two of one name", []string{"a-b/x86_64", "a/b/x86_64"}, "", nil, []string{"a-b/x86_64/repodata", "a/b/x86_64/repodata"}},
		{"the given name is there", []string{".", "el9"}, "el9", nil, []string{"repodata", "el9/repodata"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := yumTrees(t, test.folders...)
			_, err := rescan(t, dir, func(o *repo.Options) { o.Origin, o.Suite = "Example", test.suite })
			if test.refused != nil {
				var adopt *repo.AdoptError
				if !errors.As(err, &adopt) || !strings.Contains(err.Error(), test.refused[0]) || !strings.Contains(err.Error(), test.refused[1]) {
					t.Errorf("%v: want an *AdoptError that names %q", err, test.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, bases(t, dir)); diff != "" {
				t.Errorf("suites (-want +got):\n%s", diff)
			}
			// Again, with the state and without, and without the name.
			for _, lost := range []bool{false, true} {
				if lost {
					if err := os.RemoveAll(filepath.Join(dir, ".wain")); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := rescan(t, dir, func(o *repo.Options) { o.Origin = "Example" }); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, bases(t, dir)); diff != "" {
					t.Errorf("suites after another rescan, state lost: %v (-want +got):\n%s", lost, diff)
				}
			}
			soundAdopted(t, dir)
		})
	}
}

// TestRescanNested is case 23: a suite whose name has a slash is refused for what it is.
func TestRescanNested(t *testing.T) {
	dir := fixtures.FreightLike(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0")...)
	if err := os.MkdirAll(filepath.Join(dir, "dists/stretch"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "dists/bookworm-20261120T120000Z"), filepath.Join(dir, "dists/stretch/updates")); err != nil {
		t.Fatal(err)
	}
	var adopt *repo.AdoptError
	if _, err := rescan(t, dir, nil); !errors.As(err, &adopt) || adopt.Path != "dists/stretch/updates" || !strings.Contains(err.Error(), "slash") {
		t.Errorf("%v: want an *AdoptError of dists/stretch/updates", err)
	}
}

// TestForeignTree: nothing is added to another publisher's tree, wherever that lies.
func TestForeignTree(t *testing.T) {
	for name, dir := range map[string]string{
		"freight":      fixtures.FreightLike(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0")...),
		"createrepo_c": yumTrees(t, "rpm/9/x86_64"),
	} {
		before := below(t, dir)
		o := options(t, dir, tools(t, "deb", "2.0")...)
		o.Suite = "bookworm"
		var foreign *repo.ForeignError
		for verb, commit := range map[string]func() error{
			"add":     func() error { _, err := repo.Add(t.Context(), o); return err },
			"publish": func() error { _, err := repo.Publish(t.Context(), o); return err },
		} {
			if err := commit(); !errors.As(err, &foreign) {
				t.Errorf("%s: %s: %v, want a *ForeignError", name, verb, err)
			}
		}
		if diff := cmp.Diff(before, below(t, dir)); diff != "" {
			t.Errorf("files (-before +after):\n%s", diff)
		}
	}
}

// TestRescanBoth: apt and yum at one root, with a suite that is named as a generation's folder might be.
func TestRescanBoth(t *testing.T) {
	dir := fixtures.FreightLike(t, fixtures.NewPublisherKey(t, "archive.key"), tools(t, "deb", "1.0")...)
	if err := os.Remove(filepath.Join(dir, "dists/bookworm")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "dists/bookworm-20261120T120000Z"), filepath.Join(dir, "dists/1-bookworm")); err != nil {
		t.Fatal(err)
	}
	file := tools(t, "rpm", "1.0")[0]
	fixtures.CopyFile(t, file, filepath.Join(dir, filepath.Base(file)))
	fixtures.RunCreaterepo(t, dir)
	if _, err := rescan(t, dir, func(o *repo.Options) { o.Suite = "el9" }); err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"1.1", "1.2"} {
		o := options(t, dir, tools(t, "rpm", version)...)
		o.Origin, o.Suite, o.Time = "", "el9", noon.AddDate(2, 0, 0)
		publish(t, o)
	}
	found, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Rule != "suite-unnamed" { // the folder has another name than Release says
			t.Errorf("%s %s: %s", f.Rule, f.Path, f.Detail)
		}
	}
}
