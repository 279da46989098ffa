package lock_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
	"wain/convert/pep"
	"wain/fixtures"
)

// reading is what a requirements file says, as pip and as we understand it.
type reading struct {
	Error        string
	Requirements []requirement
	FindLinks    []string `json:"find_links"`
	IndexURLs    []string `json:"index_urls"`
}

type requirement struct {
	Name, Specifier, Marker, Link, From string
	Extras, Hashes                      []string
	Editable, Constraint                bool
}

// variables are what the tests' files may name.
var variables = map[string]string{"VERSION": "1.5", "NAME_1": "flask", "OPTIONS": "--hash=" + hashA, "COMMENT": "a==1 #b"}

// askPip has pip's own parser read files, in the order given.
func askPip(t *testing.T, paths []string) []reading {
	t.Helper()
	fixtures.NeedTool(t, "python3")
	run := func(args ...string) (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.Command("python3", args...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8"}
		for k, v := range variables {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
		stderr := &bytes.Buffer{}
		cmd.Stderr = stderr
		return cmd, stderr
	}
	if cmd, _ := run("-c", "import pip"); cmd.Run() != nil {
		fixtures.NeedTool(t, "pip: python3 has no module pip")
	}
	script, err := filepath.Abs("testdata/oracle.py")
	if err != nil {
		t.Fatal(err)
	}
	cmd, stderr := run(script)
	cmd.Dir = filepath.Dir(paths[0]) // pip resolves paths against it, we against the file
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ask pip: %v\n%s", err, stderr)
	}
	var readings []reading
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var r reading
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		readings = append(readings, r)
	}
	if len(readings) != len(paths) {
		t.Fatalf("pip answered %d of %d", len(readings), len(paths))
	}
	return readings
}

// plain brings pip's answer into the form of ours. Constraints are left out:
// ours show in what Select does with them.
func (r reading) plain() reading {
	p := reading{FindLinks: r.FindLinks, IndexURLs: r.IndexURLs}
	for _, q := range r.Requirements {
		if q.Constraint {
			continue
		}
		q.Name, q.Editable = pep.Normalize(q.Name), false
		q.From = strings.ReplaceAll(q.From, "/nested/../", "/")
		for i, e := range q.Extras {
			q.Extras[i] = pep.Normalize(e)
		}
		slices.Sort(q.Extras)
		if v, ok := strings.CutPrefix(q.Specifier, "==="); ok {
			q.Specifier = "==" + v
		}
		if q.Link != "" {
			q.Specifier = ""                                     // in the file's name
			q.Link = strings.TrimSuffix(unescape(q.Link), "[x]") // extras
		}
		q.Extras, q.Hashes = orNil(q.Extras), orNil(slices.Compact(q.Hashes))
		p.Requirements = append(p.Requirements, q)
	}
	// What two files include is there twice.
	p.Requirements = slices.CompactFunc(p.Requirements, func(a, b requirement) bool { return a.From == b.From })
	p.FindLinks, p.IndexURLs = orNil(p.FindLinks), orNil(p.IndexURLs)
	return p
}

// unescape: versions of pip differ in what they escape.
func unescape(link string) string {
	if s, err := url.PathUnescape(link); err == nil {
		return s
	}
	return link
}

func orNil(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// ours reads a file with the package under test.
func ours(path string) (reading, error) {
	l, err := lock.Read(path, lock.Options{Getenv: func(k string) string { return variables[k] }, AllowUnhashed: true})
	if err != nil {
		return reading{}, err
	}
	r := reading{FindLinks: l.FindLinks, IndexURLs: l.ExtraIndexURLs}
	if l.IndexURL != "" {
		r.IndexURLs = append([]string{l.IndexURL}, r.IndexURLs...)
	}
	for _, p := range l.Pins() {
		q := requirement{Name: p.Name, Extras: orNil(p.Extras), Link: unescape(p.URL), From: fmt.Sprintf("-r %s (line %d)", p.File, p.Line)}
		if p.Marker != nil {
			q.Marker = p.Marker.String()
		}
		switch {
		case p.Origin != "":
			q.Link = unescape(p.Origin)
		case p.Path != "" && p.URL == "":
			q.Link = "file://" + p.Path
		case p.URL == "":
			q.Specifier = "==" + p.Version
		}
		for _, h := range p.Hashes {
			q.Hashes = append(q.Hashes, h.String())
		}
		r.Requirements = append(r.Requirements, q)
	}
	return r, nil
}

// stricter are the rules that pip's parser does not have: what pip accepts may
// break these and no others.
var stricter = []string{
	lock.RuleUnpinned, lock.RuleUnhashed, lock.RuleBuild, lock.RuleHash, lock.RuleStrayText, lock.RuleName, lock.RuleConstraint, lock.RuleShared,
}

// compare holds our reading of files against pip's. It tells how many both
// read.
func compare(t *testing.T, paths []string) (both int) {
	t.Helper()
	for i, theirs := range askPip(t, paths) {
		text, err := os.ReadFile(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		got, err := ours(paths[i])
		var e *lock.Error
		switch {
		case errors.As(err, &e):
			if theirs.Error != "" {
				continue
			}
			for _, issue := range e.Issues {
				if !slices.Contains(stricter, issue.Rule) {
					t.Errorf("pip reads, and we do not: %v\n%q", issue, text)
				}
			}
		case err != nil:
			t.Error(err)
		case theirs.Error != "":
			t.Errorf("we read, and pip does not: %s\n%q", theirs.Error, text)
		default:
			both++
			if diff := cmp.Diff(theirs.plain(), got); diff != "" {
				t.Errorf("%q (-pip +wain):\n%s", text, diff)
			}
		}
	}
	return both
}

// TestPip reads the files of testdata/pip, which hold every part of the
// grammar, as pip does.
func TestPip(t *testing.T) {
	paths, err := filepath.Glob("testdata/pip/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for i := range paths {
		if paths[i], err = filepath.Abs(paths[i]); err != nil {
			t.Fatal(err)
		}
	}
	if both := compare(t, paths); both != len(paths) {
		t.Errorf("only %d of %d files are read by both", both, len(paths))
	}
}

// TestPipRandom reads files put together at random.
func TestPipRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	dir := write(t, map[string]string{
		"sub.txt":  "sub==1 \\\n #A",
		"con.txt":  "con==1",
		"wheels/x": "",
	})
	var paths []string
	for i := range 300 {
		path := filepath.Join(dir, fmt.Sprintf("r%d.txt", i))
		if err := os.WriteFile(path, []byte(randomFile(random)), 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	both := compare(t, paths)
	t.Logf("both read %d of %d", both, len(paths))
	if both < len(paths)/4 {
		t.Errorf("both read %d of %d files only: too little was compared", both, len(paths))
	}
}

// randomFile joins pieces of lines; most results are valid.
func randomFile(random *rand.Rand) string {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	var b strings.Builder
	for range 1 + random.IntN(4) {
		switch random.IntN(5) {
		case 0:
			b.WriteString(pick(
				"-i https://i.example.org/simple", "--extra-index-url=https://e.example.org/s", "--no-index", "-f wheels", "-fwheels",
				`--find-links "no such"`, "-r sub.txt", "-r 'sub.txt'", "-c con.txt", "--pre --no-index", "--only-bin :all:", "  --prefer-binary",
				"# -r sub.txt \\", "", "--trusted-host h", "--require-hashes", "--extra-index-url 'https://a.example.org'  --extra-index-url https://b.example.org",
			))
		default:
			b.WriteString(pick(
				"flask==3.0", "Zope.Interface==5.0", "celery[redis,Auth_x]==5.1.0", "a @ https://h.example.org/a-1.0-py3-none-any.whl",
				"https://h.example.org/b-2.0-py3-none-any.whl", "d (==1.0)", "e == 1.0+local.1", "g==${VERSION}", "${NAME_1}==1",
				"h[]==1", "i==1.0a1", pick("j==1", "'j==1'"), pick("k==2", "k>=1"), "${COMMENT}", "$VERSION==1", "l==1#2", "m==1 ${OPTIONS}",
				"n@https://h.example.org/n-1.0-py3-none-any.whl", " o==1", "\tp==1", "r @ git+https://h.example.org/r.git@v1", "-e git+https://h.example.org/s.git#egg=s&subdirectory=x", "git+ssh://git@h.example.org/t.git@v1#egg=T_t",
				"-e 'git+https://h.example.org/u.git#egg=u[x]'", "file:///srv/q-1.0-py3-none-any.whl",
			))
			b.WriteString(pick("", "", "", ` ; python_version > "3"`, `;sys_platform=='linux' and (os_name=="posix" or extra=='x')`,
				` ; python_version > '3' or os_name in "a - b" and 'x' != os_name`, " ;", pick("", " ; nonsense")))
			for range random.IntN(3) {
				b.WriteString(pick(" --hash="+hashA, " --hash "+hashB, ` --hash="`+hashC+`"`, " \\\n  --hash="+hashA, " \\\r\n --hash="+hashB,
					" --hash '"+hashC+"' ", " --pre", "\\\n", " \\\\\n", " -- "))
			}
		}
		b.WriteString(pick("", "", "", " # c", "#no", "\t# c -r sub.txt", " #", " # \\"))
		b.WriteString(pick("\n", "\n", "\n", "\r\n", "\r", "\u2028", "\f", "\x1c", " \\\n", "\\\n", " \n\n", "\u0085", "\v"))
	}
	return b.String()
}
