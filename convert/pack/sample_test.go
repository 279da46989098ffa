package pack_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wain/convert/pack"
	"wain/convert/venv"
)

// tree gives the entries for files and links, with every directory above them,
// parents first. A body of "-> x" makes a link to x; a name that ends with "!"
// an executable file.
func tree(bodies map[string]string) []venv.Entry {
	entries := make(map[string]venv.Entry)
	for name, body := range bodies {
		mode := fs.FileMode(0o644)
		if n, ok := strings.CutSuffix(name, "!"); ok {
			name, mode = n, 0o755
		}
		e := venv.Entry{Path: name, Mode: mode, Size: int64(len(body)), SHA256: sha256.Sum256([]byte(body))}
		if link, ok := strings.CutPrefix(body, "-> "); ok {
			e = venv.Entry{Path: name, Mode: fs.ModeSymlink | 0o777, Link: link}
		} else {
			e.Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
			if _, in, ok := strings.Cut(name, "site-packages/"); ok {
				e.Origin, _, _ = strings.Cut(in, "/")
				e.Origin, _, _ = strings.Cut(e.Origin, "-")
			}
		}
		entries[name] = e
		for d := path.Dir(name); d != "/"; d = path.Dir(d) {
			entries[d] = venv.Entry{Path: d, Mode: fs.ModeDir | 0o755}
		}
	}
	var list []venv.Entry
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		list = append(list, entries[name])
	}
	return list
}

const (
	dir  = "/opt/venvs/myproject"
	site = dir + "/lib/python3.11/site-packages"
)

// appFiles is a small environment; version is in a module whose size does not
// change with it.
func appFiles(version string) map[string]string {
	return map[string]string{
		dir + "/pyvenv.cfg":                                  "home = /usr/bin\ninclude-system-site-packages = false\n",
		dir + "/bin/python":                                  "-> /usr/bin/python3.11",
		dir + "/bin/myproject!":                              "#!" + dir + "/bin/python\nfrom myproject import V\nprint(V)\n",
		"/usr/bin/myproject":                                 "-> " + dir + "/bin/myproject",
		site + "/myproject/__init__.py":                      "from .version import V\n",
		site + "/myproject/version.py":                       "V = '" + version + "'\n",
		site + "/myproject/data/{{ name }} [x].txt":          "not a pattern\n",
		site + "/myproject/broken.py":                        "print 'of another time'\n",
		site + "/myproject-" + version + ".dist-info/RECORD": "",
		site + "/requests/__init__.py":                       "\n",
		site + "/requests-2.32.3.dist-info/RECORD":           "",
		site + "/requests-2.32.3.dist-info/LICENSE":          "Apache License\n",
	}
}

// spec gives a package of appFiles.
func spec(format, version string) pack.Spec {
	s := pack.Spec{
		Format: format, Name: "python-myproject", Version: version, Arch: "all",
		Summary:     "Greets whoever asks.",
		Description: "It greets.\n\n.. note:: in many languages\n",
		Homepage:    "https://example.org/myproject",
		License:     "MIT AND Apache-2.0",
		Maintainer:  "Example Team <team@example.org>",
		Depends:     []string{"python3.11"},
		Target:      "debian12", Suite: "bookworm",
		Time: time.Unix(1_700_000_000, 0), Dir: dir, Python: "3.11", PythonPath: "/usr/bin/python3.11",
		Compression: "zstd",
		Entries:     tree(appFiles(version)),
		Components: []pack.Component{
			{Project: "myproject", Version: version, License: "MIT", Authors: []string{"A. Uthor <a@example.org>"}},
			{Project: "requests", Version: "2.32.3", License: "Apache-2.0", LicenseFiles: []string{site + "/requests-2.32.3.dist-info/LICENSE"}},
		},
	}
	if format == "rpm" {
		s.Arch, s.Release, s.Target, s.Suite = "noarch", "1.el9", "el9", "el9"
		s.Depends = []string{"python(abi) = 3.11", "/usr/bin/python3.11"}
	}
	return s
}

// write gives the package's bytes.
func write(t testing.TB, s pack.Spec) []byte {
	t.Helper()
	b, err := tryWrite(t, t.TempDir(), s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func tryWrite(t testing.TB, folder string, s pack.Spec) ([]byte, error) {
	t.Helper()
	stage, err := pack.NewStage(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := stage.Add(context.Background(), s.Entries, 2); err != nil {
		return nil, fmt.Errorf("add: %w", err)
	}
	var b bytes.Buffer
	err = pack.Write(context.Background(), stage, s, &b)
	return b.Bytes(), err
}

// bodyOf reads an entry.
func bodyOf(t testing.TB, e venv.Entry) string {
	t.Helper()
	if e.Open == nil {
		return ""
	}
	r, err := e.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// mergeTree gives the tree of all the files together.
func mergeTree(t testing.TB, all ...map[string]string) []venv.Entry {
	t.Helper()
	files := make(map[string]string)
	for _, m := range all {
		maps.Copy(files, m)
	}
	return tree(files)
}

// member is one member of an ar file.
type member struct {
	name string
	body []byte
}

// members gives the members of a deb.
func members(t testing.TB, deb []byte) iter.Seq[member] {
	return func(yield func(member) bool) {
		for b := deb[len("!<arch>\n"):]; len(b) > 0; {
			size, err := strconv.Atoi(strings.TrimSpace(string(b[48:58])))
			if err != nil {
				t.Fatal(err)
			}
			if !yield(member{strings.TrimRight(string(b[:16]), " /"), b[60 : 60+size]}) {
				return
			}
			b = b[60+size+size%2:]
		}
	}
}
