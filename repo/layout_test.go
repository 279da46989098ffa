package repo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/repo/store"
)

// unlisted is a store that cannot be listed, as a web server.
type unlisted struct{ store.Reader }

func (unlisted) List(context.Context, string) ([]store.Entry, error) {
	return nil, errors.ErrUnsupported
}

func TestDiscover(t *testing.T) {
	for _, test := range []struct {
		name     string
		files    []string // with content after a blank; "a -> b" is a link
		unlisted bool
		wanted   []string
		want     []string // format, suite, folder, base, aliases
	}{
		{
			name: "ours",
			files: []string{
				"apt/dists/bookworm/Release", "apt/generations/bookworm/1/Release", "apt/pool/bookworm/main/x.deb",
				"yum/el9/repodata/repomd.xml", "yum/el9/generations/1/repodata/repomd.xml", "yum/el9/Packages/p/repodata/x", ".wain/dists/x/Release",
			},
			want: []string{"apt bookworm apt/dists/bookworm apt", "yum el9 yum/el9/repodata yum/el9"},
		},
		{
			name:  "at the root",
			files: []string{"dists/a/Release 1", "dists/b/c/Release 2", "pool/dists/x/Release", "repodata/repomd.xml"},
			want:  []string{"apt a dists/a .", "apt b/c dists/b/c .", "yum  repodata ."},
		},
		{
			name:  "in folders",
			files: []string{"debian/public/dists/a/Release", "rpm/9/x86_64/repodata/repomd.xml", "rpm/9/aarch64/repodata/repomd.xml"},
			want: []string{
				"apt a debian/public/dists/a debian/public",
				"yum aarch64 rpm/9/aarch64/repodata rpm/9/aarch64", "yum x86_64 rpm/9/x86_64/repodata rpm/9/x86_64",
			},
		},
		{
			name: "links in dists",
			files: []string{
				"dists/trusty-2026/Release Codename: trusty", "dists/trusty -> trusty-2026",
				"dists/bookworm/Release Suite: stable\nCodename: bookworm", "dists/oldest -> bookworm",
			},
			want: []string{"apt bookworm dists/bookworm . oldest", "apt trusty dists/trusty . trusty-2026"},
		},
		{
			name:  "damaged",
			files: []string{"dists/a/main/binary-amd64/Packages", "dists/empty/", "repodata/old.xml.gz"},
			want:  []string{"apt a dists/a .", "yum  repodata ."},
		},
		{
			name:  "adopted",
			files: []string{"el9/repodata/repomd.xml", "el9/generations/1/repodata/repomd.xml", "dists/a/Release", "generations/a/1/Release", "x/generations/repodata/repomd.xml"},
			want:  []string{"apt a dists/a .", "yum el9 el9/repodata el9", "yum generations x/generations/repodata x/generations"},
		},
		{
			name:  "a first publish that died",
			files: []string{"apt/generations/bookworm/1/main/binary-amd64/Packages.gz", "yum/el9/generations/1/repodata/repomd.xml", "yum/el9/Packages/p/x.rpm"},
		},
		{name: "flat", files: []string{"x/Packages.gz", "x/Release", "y/Packages"}, want: []string{"apt  x x", "apt  y y"}},
		{name: "a loop", files: []string{"a/b/loop -> ..", "dists/x/Release", "dists/y -> ."}, want: []string{"apt x dists/x . y/x y/y/x y/y/y/x y/y/y/y/x y/y/y/y/y/x y/y/y/y/y/y/x y/y/y/y/y/y/y/x y/y/y/y/y/y/y/y/x"}},
		{
			name:   "wanted",
			files:  []string{"dists/a/Release 1", "dists/b/Release 2", "el9/repodata/repomd.xml"},
			wanted: []string{"b", "el9"},
			want:   []string{"apt b dists/b .", "yum el9 el9/repodata el9"},
		},
		{name: "wanted and absent", files: []string{"dists/a/Release"}, wanted: []string{"b"}, want: []string{`no suite "b" here; there is a`}},
		{name: "nothing", files: []string{"a/b/c"}},
		{
			name: "ours over HTTP", unlisted: true,
			files: []string{
				`suites.json {"schema":"wain/suites/1","suites":[{"format":"apt","name":"a","base":"apt"},{"format":"yum","name":"el9","base":"yum/el9"}]}`,
				"apt/dists/a/InRelease 1", "yum/el9/repodata/repomd.xml 2",
			},
			want: []string{"apt a apt/dists/a apt", "yum el9 yum/el9/repodata yum/el9"},
		},
		{
			name: "suites.json leads out", unlisted: true,
			files: []string{`suites.json {"schema":"wain/suites/1","suites":[{"format":"apt","name":"a","base":"../x"}]}`},
			want:  []string{`look for suites: suites.json: suite "a": its base "../x" is no path within the repository`},
		},
		{name: "a yum URL", unlisted: true, files: []string{"repodata/repomd.xml 1"}, want: []string{"yum  repodata ."}},
		{name: "a flat URL", unlisted: true, files: []string{"Packages.gz 1"}, want: []string{"apt  . ."}},
		{name: "a flat URL, not compressed", unlisted: true, files: []string{"Packages 1", "InRelease 1"}, want: []string{"apt  . ."}},
		{name: "a URL with a folder Packages", unlisted: true, files: []string{"Packages 1"}},
		{name: "a yum URL with a folder Packages", unlisted: true, files: []string{"repodata/repomd.xml 1", "Packages 1", "Release 1"}, want: []string{"yum  repodata ."}},
		{
			name: "wanted over HTTP", unlisted: true, wanted: []string{"a/b", "el9", "flat/"},
			files: []string{"dists/a/b/Release 1", "yum/el9/repodata/repomd.xml 1", "flat/Packages 1", "flat/Release 1"},
			want:  []string{"apt a/b dists/a/b .", "apt  flat flat", "yum el9 yum/el9/repodata yum/el9"},
		},
		{name: "nothing over HTTP", unlisted: true, files: []string{"dists/a/Release"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			layOut(t, dir, test.files)
			var at store.Reader = store.NewFolder(dir, store.FolderOptions{})
			if test.unlisted {
				at = unlisted{at}
			}
			found, err := discover(t.Context(), at, test.wanted)
			var got []string
			for _, tr := range found {
				line := tr.format + " " + tr.suite + " " + tr.folder + " " + tr.base
				got = append(got, strings.Join(append([]string{line}, tr.aliases...), " "))
			}
			if err != nil {
				got = append(got, err.Error())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("trees (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiscoverLargeFile(t *testing.T) {
	dir := t.TempDir()
	layOut(t, dir, []string{"dists/a/Release"})
	if err := os.Truncate(filepath.Join(dir, "dists/a/Release"), maxReleaseSize+1); err != nil {
		t.Fatal(err)
	}
	_, err := discover(t.Context(), store.NewFolder(dir, store.FolderOptions{}), nil)
	var large *SizeError
	if !errors.As(err, &large) {
		t.Errorf("%v, want a *SizeError", err)
	}
}

// layOut makes files, folders and links.
func layOut(t *testing.T, dir string, files []string) {
	t.Helper()
	for _, line := range files {
		name, text, _ := strings.Cut(line, " ")
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, isLink := strings.CutPrefix(text, "-> "); isLink {
			err = os.Symlink(target, file)
		} else if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(file, 0o755)
		} else {
			err = os.WriteFile(file, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
