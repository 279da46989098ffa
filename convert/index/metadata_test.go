package index_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index"
	"wain/convert/index/cache"
	"wain/fixtures"
)

// metadata has each of the compared fields.
const metadata = `Metadata-Version: 2.1
Name: Demo.Pkg
Version: 1.0
Summary: a summary
Requires-Dist: Flask >=2 ; python_version < "4"
Requires-Dist: zope.interface
Requires-Python: >=3.9, <4
Provides-Extra: Fast_Lane

Name: this is the description
`

// zipped is a wheel with a METADATA.
func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{"demo_pkg-1.0.dist-info/METADATA": text} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestMetadata compares what an index says of a wheel's METADATA with the
// wheel's own.
func TestMetadata(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(metadata, old, new, 1) }
	tests := map[string]struct {
		beside  string
		says    string // of the metadata, in JSON; "" is its true hash
		field   string // of the error; "-" is its hash; "" for success
		message string
		warning string
	}{
		"the same":                    {beside: metadata},
		"announced without a hash":    {beside: metadata, says: "true"},
		"other spelling":              {beside: strings.NewReplacer("Demo.Pkg", "demo-pkg", "1.0\n", "1.0\r\n", "Flask >=2 ; python_version < \"4\"", "Flask>=2; python_version<'4'", ">=3.9, <4", "<4,>=3.9", "Fast_Lane", "fast-lane").Replace(metadata)},
		"another order":               {beside: change("Requires-Dist: zope.interface\n", "") + "", field: "Requires-Dist", message: `has another Requires-Dist than its index says: "zope-interface", not none`},
		"another summary":             {beside: change("a summary", "another")},
		"name":                        {beside: change("Demo.Pkg", "other"), field: "Name", message: `has another Name than its index says: "demo-pkg", not "other"`},
		"version":                     {beside: change("1.0", "2.0"), field: "Version", message: `"1", not "2"`},
		"a requirement more":          {beside: change("Requires-Python", "Requires-Dist: evil\nRequires-Python"), field: "Requires-Dist", message: `none, not "evil"`},
		"a folded requirement":        {beside: change(" >=2 ; python", "\n >=2 ;\n\tpython")},
		"Requires-Python":             {beside: change("<4", "<5"), field: "Requires-Python", message: `"<4,>=3.9", not "<5,>=3.9"`},
		"an extra less":               {beside: change("Provides-Extra: Fast_Lane\n", ""), field: "Provides-Extra", message: `"fast-lane", not none`},
		"not the announced one":       {beside: metadata + "x", says: `{"sha256":"` + sum256(metadata).Hex + `"}`, field: "-", message: "has another hash than its index says"},
		"announced in another way":    {beside: metadata, says: `{"sha512":"` + sum512(metadata).Hex + `"}`},
		"absent":                      {warning: "the metadata that ours announces beside URL/demo_pkg-1.0-py3-none-any.whl is not to be had, and not compared: the server answers 404 Not Found"},
		"not announced and different": {beside: change("Demo.Pkg", "other"), says: "false"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			const wheel = "demo_pkg-1.0-py3-none-any.whl"
			body := zipped(t, metadata)
			says := test.says
			if says == "" {
				says = `{"sha256":"` + sum256(test.beside).Hex + `"}`
			}
			s := newSite(t, map[string]http.HandlerFunc{
				"/demo-pkg/": jsonPage(fmt.Sprintf(`{"files":[{"url":"/%s?x=1","core-metadata":%s}]}`, wheel, says)),
				"/" + wheel:  file(body),
			})
			if test.beside != "" {
				s.routes["/"+wheel+".metadata"] = file(test.beside)
			}
			c, err := cache.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			x := remote(t, index.Options{Cache: c, Indexes: []index.Remote{{Name: "ours", URL: s.URL}}})
			list := candidates(t, x, "demo-pkg")
			for range 2 {
				var f *index.File
				if f, err = x.Fetch(t.Context(), list[0], []index.Hash{sum256(body)}); err == nil {
					f.Close()
				}
			}
			var e *index.MetadataError
			switch {
			case test.field == "" && err != nil:
				t.Fatal(err)
			case test.field != "" && (!errors.As(err, &e) || e.Field != strings.Trim(test.field, "-") || !strings.Contains(err.Error(), test.message)):
				t.Fatalf("%v, want %s", err, test.message)
			}
			if got := strings.ReplaceAll(strings.Join(x.Warnings(), "\n"), s.URL, "URL"); got != test.warning {
				t.Errorf("warnings %q, want %q", got, test.warning)
			}
			asked := 0
			for _, r := range s.requests() {
				if strings.HasSuffix(r, ".metadata?x=1") {
					asked++
				}
			}
			if want := 1; test.says != "false" && asked != want || test.says == "false" && asked != 0 {
				t.Errorf("the metadata was asked for %d times", asked)
			}
			if test.field != "" {
				return
			}
			// Another run finds it in the cache, offline too.
			x = remote(t, index.Options{Cache: c, Indexes: []index.Remote{{Name: "ours", URL: s.URL}}, Offline: true})
			f, err := x.Fetch(t.Context(), candidates(t, x, "demo-pkg")[0], nil)
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
		})
	}
}

// TestProvenance: attestations are read and reported; that they are not to be
// had is a warning.
func TestProvenance(t *testing.T) {
	text, wheel, hash := wheelText("greetings")
	const object = `{"version":1,"attestation_bundles":[
		{"publisher":{"kind":"GitHub","repository":"acme/greetings","workflow":"release\u001b[2J.yml","claims":{}},"attestations":[{}]},
		{"publisher":{"kind":"Google","email":"a@example.org"},"attestations":[]},{}]}`
	tests := map[string]struct {
		serve   http.HandlerFunc
		want    []string
		warning string
	}{
		"good":      {jsonPage(object), []string{"GitHub acme/greetings release [2J.yml", "Google a@example.org"}, ""},
		"absent":    {nil, nil, "the server answers 404 Not Found"},
		"no object": {page("<html>"), nil, "it is no provenance object"},
		"newer":     {jsonPage(`{"version":2}`), nil, "it is of version 2, and 1 is known"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, map[string]http.HandlerFunc{
				"/greetings/": page(`<a href="/` + wheel + `" data-provenance="/integrity?token=hunter2">`), "/" + wheel: file(text),
			})
			if test.serve != nil {
				s.routes["/integrity"] = test.serve
			}
			c, err := cache.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for _, offline := range []bool{false, true} {
				x := remote(t, index.Options{Cache: c, Indexes: []index.Remote{{Name: "ours", URL: s.URL}}, Offline: offline})
				f, err := x.Fetch(t.Context(), candidates(t, x, "greetings")[0], []index.Hash{hash})
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				var want *index.Provenance
				if test.want != nil {
					want = &index.Provenance{URL: s.URL + "/integrity", Publishers: test.want}
				}
				if diff := cmp.Diff(want, f.Provenance); diff != "" {
					t.Errorf("provenance (-want +got):\n%s", diff)
				}
				if got := strings.Join(x.Warnings(), "\n"); !offline && (test.warning == "") != (got == "") || !strings.Contains(got, test.warning) && !offline || strings.Contains(got, "hunter2") {
					t.Errorf("warnings %q, want %q", got, test.warning)
				}
			}
		})
	}
}

// comparer gives a function that fetches a wheel whose METADATA is own from an
// index that says it is beside.
func comparer(t testing.TB) func(beside, own string) error {
	t.Helper()
	var beside, wheel string
	client := doer(func(r *http.Request) (*http.Response, error) {
		body := wheel
		if strings.HasSuffix(r.URL.Path, ".metadata") {
			body = beside
		}
		return &http.Response{StatusCode: 200, Request: r, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body))}, nil
	})
	x := remote(t, index.Options{Client: client})
	n := 0
	return func(a, own string) error {
		beside, wheel = a, zipped(t, own)
		n++
		c, err := index.Direct(fmt.Sprintf("https://index.example.org/%d/demo_pkg-1.0-py3-none-any.whl", n))
		if err != nil {
			t.Fatal(err)
		}
		c.HasMetadata = true
		f, err := x.Fetch(t.Context(), c, nil)
		if err == nil {
			f.Close()
		}
		return err
	}
}

// TestMetadataByPip has pip compare the same pairs, put together at random.
func TestMetadataByPip(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 58))
	lines := []string{
		"Name: Demo.Pkg", "Name: demo-pkg", "Version: 1.0", "Version: 1.0.0", "Version: 1.0+x",
		"Requires-Dist: flask", "Requires-Dist: Flask", "Requires-Dist: flask>=1,<2", "Requires-Dist: flask <2, >=1", "Requires-Dist: a; extra == 'x'",
		"Requires-Dist: a ;extra==\"x\"", "requires-dist: flask", "Requires-Dist: flask[b,a]", "Requires-Dist: flask[a, b]", "Requires-Dist:\n flask>=1,<2",
		"Requires-Python: >=3.9", "Requires-Python: >= 3.9", "Requires-Python: >=3.9,<4", "Requires-Python: <4,>=3.9",
		"Provides-Extra: X_y", "Provides-Extra: x-y", "Provides-Extra: z", "Summary: one", "Summary: two", "Keywords: a,\n b", "",
	}
	var pairs [][2]string
	for range 200 {
		base := []string{"Metadata-Version: 2.1", lines[random.IntN(2)], lines[2+random.IntN(3)]}
		for range random.IntN(5) {
			line := lines[5+random.IntN(len(lines)-5)]
			// Of two Requires-Python it is open which counts.
			if !strings.HasPrefix(line, "Requires-Python") || !strings.Contains(strings.Join(base, "\n"), "Requires-Python") {
				base = append(base, line)
			}
		}
		other := slices.Clone(base)
		// One line becomes another one of the same field, or goes.
		i := 1 + random.IntN(len(other)-1)
		field, _, _ := strings.Cut(other[i], ":")
		same := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return !strings.HasPrefix(line, field+":") })
		switch {
		case i > 2 && random.IntN(4) == 0:
			other = slices.Delete(other, i, i+1)
		case len(same) > 0:
			other[i] = same[random.IntN(len(same))]
		}
		pairs = append(pairs, [2]string{strings.Join(base, "\n") + "\n\nbody\n", strings.Join(other, "\n") + "\n\nbody\n"})
	}
	question, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(fixtures.PythonTool(t, "pypiserver", "python"), "testdata/sidecar.py")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8"}
	cmd.Stdin, cmd.Stderr = bytes.NewReader(question), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ask pip: %v", err)
	}
	var answers []string
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	differ, compare := 0, comparer(t)
	for i, want := range answers {
		err := compare(pairs[i][0], pairs[i][1])
		var e *index.MetadataError
		got := ""
		if errors.As(err, &e) {
			got = e.Field
			differ++
		} else if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("pip finds %q to differ, we %q:\n%s----\n%s", want, got, pairs[i][0], pairs[i][1])
		}
	}
	if differ < 25 || differ > 175 {
		t.Errorf("%d of %d pairs differ: they prove little", differ, len(pairs))
	}
}

// FuzzMetadata: any text beside a wheel.
func FuzzMetadata(f *testing.F) {
	f.Add(metadata, metadata)
	f.Add("Name:\n\n", "Name: a\r\n b")
	f.Fuzz(func(t *testing.T, a, b string) {
		compare := comparer(t)
		if err := compare(a, a); err != nil {
			t.Errorf("differs from itself: %v", err)
		}
		if x, y := compare(a, b), compare(b, a); (x == nil) != (y == nil) {
			t.Errorf("differs in one direction alone: %v, %v", x, y)
		}
	})
}
