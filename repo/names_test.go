package repo_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wain/fixtures"
	"wain/repo"
)

// TestClientOddNames has apt fetch, over HTTP, packages whose versions hold characters that URLs quote, and two that
// differ in their epoch alone; and fetches the rpms under each spelling that clients use. Cases 11 and 12.
func TestClientOddNames(t *testing.T) {
	fixtures.NeedTool(t, "apt-get")
	dir := t.TempDir()
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	packages := []made{deb("1:1.0~rc1+x-1", "amd64"), deb("2:1.0~rc1+x-1", "amd64"), rpm("1.0~rc1^git+x", "amd64"), rpm("1.0_x", "amd64")}
	packages[2].name = "c++lib_1.x"
	o := options(t, dir, dist(t, packages...))
	o.BaseURL = server.URL
	publish(t, o)
	sound(t, dir)
	for _, at := range []string{dir, filepath.Dir(dir)} { // apt's methods run as another user
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	host := newAptHost(t, dir, "amd64")
	_ = must(t, host.env, "apt-get", "-q", "update")
	seen := map[string]bool{}
	for _, m := range packages[:2] {
		into := t.TempDir()
		cmd := exec.Command("apt-get", "-q", "download", m.name+"="+m.version)
		cmd.Env, cmd.Dir = host.env, into
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("apt-get download %s: %v\n%s", m.version, err, out)
		}
		found, _ := filepath.Glob(filepath.Join(into, "*.deb"))
		if len(found) != 1 {
			t.Fatalf("%s: %q", m.version, found)
		}
		data, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		seen[sum(string(data))] = true
	}
	if len(seen) != 2 {
		t.Error("two packages that differ in their epoch alone are one file")
	}
	for name := range content(t, dir) {
		if !strings.HasSuffix(name, ".rpm") {
			continue
		}
		path := "/" + filepath.ToSlash(name)
		quoted := strings.NewReplacer("%2F", "/", "~", "%7e").Replace(url.QueryEscape(path))
		for _, spelling := range []string{path, (&url.URL{Path: path}).EscapedPath(), quoted} {
			r, err := http.Get(server.URL + spelling)
			if err != nil {
				t.Fatal(err)
			}
			r.Body.Close()
			if r.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", spelling, r.Status)
			}
		}
	}
}

// TestPublishOtherKinds: what is no binary package of a repository is refused by name. Case 25.
func TestPublishOtherKinds(t *testing.T) {
	control := func(architecture, kind string) string {
		return oddDeb(t, "Package: example\nVersion: 1\nArchitecture: "+architecture+"\nMaintainer: Ops <ops@example.org>\nWain-Suite: bookworm\nDescription: d\n"+kind)
	}
	for _, c := range []struct{ name, content, want string }{
		{"example_1_amd64.udeb", control("amd64", "Package-Type: udeb\n"), `"udeb"`},
		{"example-dbgsym_1_amd64.ddeb", control("amd64", "Package-Type: ddeb\n"), `"ddeb"`},
		{"any.deb", control("any", ""), `Architecture: "any"`},
		{"wildcard.deb", control("linux-any", ""), `Architecture: "linux-any"`},
		{"example_1.dsc", "Format: 3.0 (quilt)\nSource: example\n", "neither a .deb nor an .rpm"},
		{"example_1_amd64.changes", "Format: 1.8\nSource: example\n", "neither a .deb nor an .rpm"},
		{"example_1.orig.tar.xz", "\xfd7zXZ\x00more than magic", "neither a .deb nor an .rpm"},
	} {
		file := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(file, []byte(c.content), 0o644); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		_, err := repo.Publish(t.Context(), options(t, dir, file))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s: %v; want %q", c.name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%s: the folder holds %v", c.name, left)
		}
	}
	file := filepath.Join(t.TempDir(), "example.deb")
	if err := os.WriteFile(file, []byte(control("amd64", "Package-Type: deb\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	publish(t, options(t, t.TempDir(), file))
}

// oddDeb is a .deb with the given control file and nothing in it.
func oddDeb(t *testing.T, control string) string {
	t.Helper()
	archive := func(name, content string) string {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		if name != "" {
			if err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(content)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	file := "!<arch>\n"
	for _, m := range [][2]string{{"debian-binary", "2.0\n"}, {"control.tar", archive("./control", control)}, {"data.tar", archive("", "")}} {
		file += fmt.Sprintf("%-16s%-12d%-6d%-6d%-8s%-10d`\n", m[0], 0, 0, 0, "100644", len(m[1])) + m[1]
	}
	return file
}
