package convert_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert"
	"wain/convert/index"
	"wain/convert/pep"
	"wain/fixtures"
)

// A target that cannot be served has its reason told, and does not stop the
// others.
func TestOneTargetFails(t *testing.T) {
	b := newBench(t)
	o := b.options("debian12", "debian12/arm64", "debian13", "el9+python3.11")
	o.Sources = []string{b.wheel("native", "myproject-1.2.3", func(r *fixtures.Recipe) {
		r.Filename = "myproject-1.2.3-cp311-cp311-manylinux_2_17_x86_64.whl"
		r.Files = append(r.Files, fixtures.RecipeFile{Path: "myproject/_speed.so", Data: machineCode(t)})
	})}
	result, err := convert.Build(context.Background(), o)
	var none *index.NoWheelError
	if !errors.As(err, &none) || result == nil {
		t.Fatalf("result %v, error %v", result, err)
	}
	for _, want := range []string{"debian12-arm64: no wheel of myproject 1.2.3", "debian13: no wheel of myproject 1.2.3"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
	var made, failed []string
	for _, p := range result.Packages {
		made = append(made, p.Target)
		if _, err := os.Stat(p.Path); err != nil {
			t.Error(err)
		}
	}
	for _, f := range result.Failures {
		failed = append(failed, f.Target)
	}
	if !slices.Equal(made, []string{"debian12", "el9-python3.11"}) || !slices.Equal(failed, []string{"debian12-arm64", "debian13"}) {
		t.Errorf("made %q, failed %q", made, failed)
	}
	for _, name := range failed {
		if _, err := os.Stat(b.path("dist/" + name)); err == nil {
			t.Errorf("dist/%s is there", name)
		}
	}
}

// simpleServer is an index (PEP 503) of a folder of wheels, and counts what it
// is asked for.
func simpleServer(t *testing.T, wheels string) (url string, asked func() map[string]int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(wheels, "*.whl"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no wheels in %s (%v)", wheels, err)
	}
	var mu sync.Mutex
	count := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		count[r.URL.Path]++
		mu.Unlock()
		if file, ok := strings.CutPrefix(r.URL.Path, "/files/"); ok {
			http.ServeFile(w, r, filepath.Join(wheels, filepath.Base(file)))
			return
		}
		project := strings.Trim(strings.TrimPrefix(r.URL.Path, "/simple"), "/")
		w.Header().Set("Content-Type", "text/html")
		for _, name := range names {
			base := filepath.Base(name)
			if have, _, _ := strings.Cut(base, "-"); pep.Normalize(have) == project {
				fmt.Fprintf(w, "<a href=\"/files/%s\">%s</a>\n", base, base)
			}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/simple/", func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(count)
	}
}

// version changes the recipe of shouting 1.4 into one of another version.
func version(t *testing.T, r *fixtures.Recipe, number, tags string) {
	t.Helper()
	r.Filename = "shouting-" + number + "-" + tags + ".whl"
	for i := range r.Files {
		r.Files[i].Path = strings.Replace(r.Files[i].Path, "shouting-1.4", "shouting-"+number, 1)
	}
	metadata(t, r, "Version: 1.4", "Version: "+number)
}

// One run from one index serves deb and rpm, x86_64 and arm64, each with its own
// wheel, and asks for nothing twice.
func TestMatrixFromIndex(t *testing.T) {
	b := newBench(t)
	code := machineCode(t)
	arm := bytes.Clone(code)
	arm[18] = byte(elf.EM_AARCH64)
	for tags, data := range map[string][]byte{
		"cp311-cp311-manylinux_2_17_x86_64": code, "cp311-cp311-manylinux_2_17_aarch64": arm, "cp313-cp313-manylinux_2_17_aarch64": arm,
	} {
		b.wheel("wheelhouse", "shouting", func(r *fixtures.Recipe) {
			version(t, r, "1.5", tags)
			r.Files = append(r.Files, fixtures.RecipeFile{Path: "shouting/_speed.so", Data: data})
		})
	}
	o := b.options("debian12", "debian13/arm64", "el9+python3.11", "el9/arm64+python3.11")
	o.Sources, o.Lock = []string{"shouting==1.5"}, b.path("lock.txt")
	pin := "shouting==1.5"
	wheels, err := filepath.Glob(b.path("wheelhouse/shouting-1.5-*.whl"))
	if err != nil || len(wheels) != 3 {
		t.Fatalf("%q, %v", wheels, err)
	}
	for _, path := range wheels {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pin += fmt.Sprintf(" --hash=sha256:%x", sha256.Sum256(data))
	}
	b.write("lock.txt", []byte(pin+"\n"))
	var asked func() map[string]int
	o.Indexes = make([]index.Remote, 1)
	o.Indexes[0].URL, asked = simpleServer(t, b.path("wheelhouse"))
	o.FindLinks, o.CacheDir = nil, b.path("cache")
	var got []string
	for _, p := range build(t, o).Packages {
		got = append(got, p.Target+" "+p.Architecture+" "+strings.TrimPrefix(p.Wheels[0].Filename, "shouting-1.5-"))
	}
	want := []string{
		"debian12 amd64 cp311-cp311-manylinux_2_17_x86_64.whl",
		"debian13-arm64 arm64 cp313-cp313-manylinux_2_17_aarch64.whl",
		"el9-python3.11 x86_64 cp311-cp311-manylinux_2_17_x86_64.whl",
		"el9-aarch64-python3.11 aarch64 cp311-cp311-manylinux_2_17_aarch64.whl",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := len(asked()); n != 4 {
		t.Errorf("%d different requests", n)
	}
	for path, times := range asked() {
		if times != 1 {
			t.Errorf("%s is asked for %d times", path, times)
		}
	}
}

// A pin without a hash is fetched once as well, whatever number of targets
// takes it.
func TestUnhashedFetchedOnce(t *testing.T) {
	b := newBench(t)
	o := b.options("debian12", "debian13", "el9")
	o.Sources, o.Lock, o.AllowUnhashed = []string{"shouting==1.4"}, b.path("lock.txt"), true
	b.write("lock.txt", []byte("shouting==1.4\n"))
	var asked func() map[string]int
	o.Indexes = make([]index.Remote, 1)
	o.Indexes[0].URL, asked = simpleServer(t, b.path("wheelhouse"))
	o.FindLinks, o.CacheDir = nil, b.path("cache")
	if n := len(build(t, o).Packages); n != 3 {
		t.Errorf("%d packages", n)
	}
	for path, times := range asked() {
		if times != 1 {
			t.Errorf("%s is asked for %d times", path, times)
		}
	}
}

// Markers, Requires-Python, what wheels require and what the lock pins twice are
// judged for each target by itself.
func TestEachTargetByItself(t *testing.T) {
	b := newBench(t)
	b.wheel("wheelhouse", "shouting", func(r *fixtures.Recipe) { version(t, r, "1.5", "py3-none-any") })
	b.wheel("wheelhouse", "shouting", func(r *fixtures.Recipe) {
		version(t, r, "1.6", "py3-none-any")
		metadata(t, r, "Version: 1.6", "Version: 1.6\nRequires-Python: >=3.12")
	})
	b.wheel("wheelhouse", "shouting", func(r *fixtures.Recipe) {
		*r = fixtures.Recipe{Filename: "needy-1.0-py3-none-any.whl", Files: []fixtures.RecipeFile{
			{Path: "needy.py", Data: []byte("X = 1\n")},
			{Path: "needy-1.0.dist-info/METADATA", Data: []byte("Metadata-Version: 2.1\nName: needy\nVersion: 1.0\nRequires-Dist: shouting\n")},
		}}
	})
	b.write("lock.txt", []byte(`
shouting==1.5 ; platform_machine == "x86_64" and python_version > "3.9" and python_version < "3.13"
shouting==1.4 ; platform_machine == "aarch64"
shouting==1.6 ; python_version >= "3.13" or platform_machine == "s390x"
needy==1.0
`))
	o := b.options("debian12", "debian12/arm64", "debian13", "debian12/s390x", "el9")
	o.Sources, o.Lock, o.AllowUnhashed = []string{"needy==1.0"}, b.path("lock.txt"), true
	result, err := convert.Build(context.Background(), o)
	if result == nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range result.Packages {
		got = append(got, p.Target+" "+p.Wheels[1].Version)
	}
	if diff := cmp.Diff([]string{"debian12 1.5", "debian12-arm64 1.4", "debian13 1.6"}, got); diff != "" {
		t.Error(diff)
	}
	var python *convert.PythonError
	var missing *convert.MissingError
	if len(result.Failures) != 2 || !errors.As(result.Failures[0].Err, &python) || !errors.As(result.Failures[1].Err, &missing) {
		t.Errorf("error is %v", err)
	}
}
