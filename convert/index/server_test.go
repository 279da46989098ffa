package index_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index"
	"wain/convert/index/auth"
	"wain/fixtures"
)

// TestServers finds and fetches every wheel of the fixtures, and a source
// archive, on real servers: pypiserver and devpi, which want a password, and a
// plain folder behind a web server, as an index and as a page of links.
func TestServers(t *testing.T) {
	folder := t.TempDir()
	fixtures.Wheelhouse(t, folder)
	const sdist = "greetings-2.1.0.tar.gz"
	if err := os.WriteFile(filepath.Join(folder, sdist), sdistBytes(t), 0o644); err != nil {
		t.Fatal(err)
	}
	const user, password = "alice", "s3cret:%@"
	tests := map[string]struct {
		start  func() string
		guards bool // wants the password
		flat   bool
	}{
		"pypiserver":    {start: func() string { return fixtures.PyPIServer(t, folder, user, password) }, guards: true},
		"devpi":         {start: func() string { return fixtures.Devpi(t, folder, user, password) }, guards: true},
		"static folder": {start: func() string { return static(t, byProject(t, folder)) }},
		"static page":   {start: func() string { return static(t, folder) }, flat: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			at, err := url.Parse(test.start())
			if err != nil {
				t.Fatal(err)
			}
			open := func(info *url.Userinfo) *index.Index {
				u := *at
				u.User = info
				if test.flat {
					return remote(t, index.Options{FindLinks: []string{u.String()}})
				}
				return remote(t, index.Options{Indexes: []index.Remote{{Name: "ours", URL: u.String()}}})
			}
			if test.guards {
				refused(t, open(nil))
				refused(t, open(url.UserPassword(user, "hunter2")))
			}
			x := open(url.UserPassword(user, password))
			for _, name := range fixtures.Names() {
				fetchFixture(t, x, name)
			}
			sources, err := x.Sources(t.Context(), "Greetings")
			if err != nil || len(sources) != 1 || sources[0].Name != sdist || sources[0].Version.String() != "2.1.0" {
				t.Fatalf("sources %+v, %v", sources, err)
			}
			f, err := x.FetchSource(t.Context(), sources[0], []index.Hash{sum256(string(sdistBytes(t)))})
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
			if test.guards {
				byAuth(t, at, url.UserPassword(user, password))
			}
			if test.flat {
				return
			}
			if list := candidates(t, x, "no-such-project"); len(list) > 0 {
				t.Errorf("an absent project: %v", names(list))
			}
		})
	}
}

// byAuth fetches through the client that knows where passwords are, from the
// index's URL or from a place named elsewhere.
func byAuth(t *testing.T, at *url.URL, info *url.Userinfo) {
	t.Helper()
	with := *at
	with.User = info
	for _, o := range []index.Options{
		{Indexes: []index.Remote{{Name: "ours", URL: with.String()}}},
		{Indexes: []index.Remote{{Name: "ours", URL: at.String()}}},
	} {
		client, err := auth.NewClient(auth.Options{Places: []string{with.String()}})
		if err != nil {
			t.Fatal(err)
		}
		o.Client = client
		fetchFixture(t, remote(t, o), "greetings")
	}
}

func sdistBytes(t testing.TB) []byte {
	t.Helper()
	recipe := fixtures.WheelRecipe("greetings")
	return []byte("this stands for an archive of " + recipe.Filename)
}

// refused: without the right password, nothing is found, and nothing is told.
func refused(t *testing.T, x *index.Index) {
	t.Helper()
	_, err := x.Candidates(t.Context(), "greetings")
	var status *index.StatusError
	if !errors.As(err, &status) || status.Code != 401 && status.Code != 403 || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("without the password: %v", err)
	}
}

// fetchFixture finds a fixture wheel by its project and fetches it.
func fetchFixture(t *testing.T, x *index.Index, name string) {
	t.Helper()
	want := fixtures.WheelFilename(name)
	project, _, _ := strings.Cut(want, "-")
	all := candidates(t, x, project)
	i := slices.IndexFunc(all, func(c index.Candidate) bool { return c.Filename.Raw == want })
	if i < 0 {
		t.Errorf("%s is not among %v", want, names(all))
		return
	}
	hash := sum256(string(fixtures.Wheel(name)))
	if len(all[i].Hashes) > 0 && all[i].Hashes[0] != hash {
		t.Errorf("%s has the hashes %v, want %s", want, all[i].Hashes, hash)
	}
	f, err := x.Fetch(t.Context(), all[i], []index.Hash{hash})
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	if f.SHA256 != hash.Hex {
		t.Errorf("%s: %s", want, f.SHA256)
	}
}

// static serves a folder as any web server does.
func static(t *testing.T, folder string) string {
	t.Helper()
	s := httptest.NewServer(http.FileServer(http.Dir(folder)))
	t.Cleanup(s.Close)
	return s.URL + "/"
}

// byProject is the folder's files with a folder for each project.
func byProject(t *testing.T, folder string) string {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, f := range files {
		project, _, _ := strings.Cut(f.Name(), "-")
		dir := filepath.Join(root, strings.ReplaceAll(strings.ToLower(project), "_", "-"))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(filepath.Join(folder, f.Name()), filepath.Join(dir, f.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestServersBoth: two real servers have a project; the first one's files are
// taken, and both are named.
func TestServersBoth(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	if err := errors.Join(fixtures.WriteWheels(one, "myproject-1.2.3"), fixtures.WriteWheels(two, "myproject-1.3.0", "greetings")); err != nil {
		t.Fatal(err)
	}
	x := remote(t, index.Options{Indexes: []index.Remote{
		{Name: "ours", URL: fixtures.PyPIServer(t, one, "", "")}, {Name: "theirs", URL: fixtures.PyPIServer(t, two, "", "")},
	}})
	if diff := cmp.Diff([]string{"myproject-1.2.3-py3-none-any.whl"}, names(candidates(t, x, "myproject"))); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
	fetchFixture(t, x, "greetings")
	want := []string{"myproject is on the index ours and on theirs: the files of ours are taken; assign the project to one of them to be sure"}
	if diff := cmp.Diff(want, x.Warnings()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
