package lock_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
)

const (
	pylockHead = "lock-version = '1.0'\ncreated-by = 'x'\n"
	pylockA    = "[[packages]]\nname = 'a'\nversion = '1'\n"
)

// pylockWheel is a wheel of a, with more keys.
func pylockWheel(more string) string {
	return "wheels = [{url = 'https://h.example.org/a-1-py3-none-any.whl', hashes = {sha256 = '" + strings.Repeat("a", 64) + "'}" + more + "}]\n"
}

// TestPylockIssues has locks that break rules: file:line:column and rule.
func TestPylockIssues(t *testing.T) {
	a := pylockHead + pylockA
	tests := map[string]struct {
		text string
		want []string
	}{
		"no TOML":                      {pylockHead + "x = \n", []string{":3:5 syntax"}},
		"half a file":                  {(a + pylockWheel(""))[:100], []string{":6:24 syntax"}},
		"a key twice":                  {pylockHead + "created-by = 'y'\n", []string{":3:1 syntax"}},
		"another type":                 {a + "marker = 1\n", []string{":6:10 field"}},
		"another type, inside":         {a + pylockWheel(", size = '1'"), []string{":6:159 field"}},
		"a boolean for an integer":     {a + pylockWheel(", size = true"), []string{":6:159 field"}},
		"a fraction for an integer":    {a + pylockWheel(", size = 1.0"), []string{":6:159 field"}},
		"a table for an array":         {pylockHead + "[packages]\n", []string{":3:2 field"}},
		"a table for an array, full":   {pylockHead + strings.Replace(pylockA, "[[packages]]", "[packages]", 1) + pylockWheel(""), []string{":3:2 field"}},
		"a key of an array":            {pylockHead + "packages.name = 'a'\n", []string{":3:1 field"}},
		"a table of an array to come":  {pylockHead + "[packages.vcs]\ntype = 'git'\n", []string{":3:2 field"}},
		"a table for an array, inside": {a + "[packages.wheels]\npath = 'x'\n", []string{":6:11 field"}},
		"another case":                 {a + "Marker = 'x'\n" + pylockWheel(""), []string{":6:1 field"}},
		"another case, inside":         {a + pylockWheel(", Size = 1"), []string{":6:152 field"}},
		"no UTF-8":                     {pylockHead + "# caf\xe9\n", []string{":3:6 encoding"}},
		"a byte order mark":            {"\xef\xbb\xbf" + pylockHead, []string{":1:1 encoding"}},
		"UTF-16":                       {"\xff\xfe" + wide(pylockHead), []string{":1:1 encoding"}},
		"deep arrays":                  {pylockHead + "x = " + strings.Repeat("[", 200), []string{":3:105 size"}},
		"a deep key":                   {pylockHead + strings.Repeat("x.", 200) + "x = 1", []string{":3:202 size"}},
		"no version":                   {"created-by = 'x'\npackages = []\nlock-versions = 1", []string{" field"}},
		"a major version":              {"lock-version = '2.0'\npackages = 'else'\n", []string{":2:12 field"}},
		"a major version, alone":       {"lock-version = '2.0'\n[[packages]]\nname = 'x'", []string{" format-version"}},
		"no version at all":            {"lock-version = 'one'\n[[packages]]", []string{" field"}},
		"no tool and no packages":      {"lock-version = '1.0'\n", []string{" field", " field"}},
		"requires-python":              {pylockHead + "requires-python = '3'\npackages = []", []string{" field"}},
		"environments":                 {pylockHead + "environments = ['x', \"'x' in extras\"]\npackages = []", []string{" field", " marker"}},
		"an extra's name":              {pylockHead + "extras = ['A_b']\npackages = []", []string{" field"}},
		"no name":                      {pylockHead + "[[packages]]\nversion = '1'\n", []string{":3 field"}},
		"a name not normal":            {pylockHead + "[[packages]]\nname = 'A_b'\n", []string{":3 field"}},
		"a version":                    {pylockHead + "[[packages]]\nname = 'a'\nversion = 'one'\n", []string{":3 field"}},
		"a marker":                     {a + "marker = 'x'\n" + pylockWheel(""), []string{":3 field"}},
		"the Python of a package":      {a + "requires-python = '3'\n" + pylockWheel(""), []string{":3 field"}},
		"an identity of no kind":       {a + "attestation-identities = [{x = 1}]\n" + pylockWheel(""), []string{":3 field"}},
		"no source":                    {a, []string{":3 source"}},
		"files and a folder":           {a + "directory = {path = 'x'}\n" + pylockWheel(""), []string{":3 source"}},
		"a folder and an archive":      {a + "directory = {path = 'x'}\narchive = {}", []string{":3 source"}},
		"a file from nowhere":          {a + "wheels = [{hashes = {sha256 = 'x'}}]", []string{":3 source"}},
		"a file of no name":            {a + "wheels = [{url = 'https://h.example.org/'}]", []string{":3 field"}},
		"a file from somewhere":        {a + "wheels = [{url = 'ftp://h.example.org/a-1-py3-none-any.whl'}]", []string{":3 field"}},
		"a file from beside the lock":  {a + "wheels = [{url = 'a-1-py3-none-any.whl'}]", []string{":3 field"}},
		"a size below nothing":         {a + pylockWheel(", size = -1"), []string{":3 field"}},
		"a date for a time":            {a + pylockWheel(", upload-time = 2025-01-01"), []string{":3 field"}},
		"no hash":                      {a + "wheels = [{path = 'a-1-py3-none-any.whl'}]", []string{":3 not-hashed"}},
		"a weak hash":                  {a + "wheels = [{path = 'a-1-py3-none-any.whl', hashes = {md5 = 'x'}}]", []string{":3 hash"}},
		"a short hash":                 {a + "wheels = [{path = 'a-1-py3-none-any.whl', hashes = {sha256 = 'x'}}]", []string{":3 hash"}},
		"no wheel":                     {a + pylockWheel(", name = 'a-1.whl'"), []string{":3 field"}},
		"another project's wheel":      {a + pylockWheel(", name = 'b-1-py3-none-any.whl'"), []string{":3 name-mismatch"}},
		"another version's wheel":      {a + pylockWheel(", name = 'a-2-py3-none-any.whl'"), []string{":3 name-mismatch"}},
		"two versions":                 {pylockHead + "[[packages]]\nname = 'a'\n" + strings.Replace(pylockWheel(""), "]", ", {path = 'a-2-py3-none-any.whl', hashes.sha512 = '"+strings.Repeat("b", 128)+"'}]", 1), []string{":3 name-mismatch"}},
		"another project's source":     {a + "sdist = {path = 'b-1.tar.gz', hashes = {sha256 = '" + strings.Repeat("a", 64) + "'}}", []string{":3 name-mismatch"}},
		"another project's archive":    {a + "archive = {path = 'b-1-py3-none-any.whl', hashes = {sha256 = '" + strings.Repeat("a", 64) + "'}}", []string{":3 name-mismatch"}},
		"an archive that is no wheel":  {a + "archive = {path = 'a.whl', hashes = {sha256 = '" + strings.Repeat("a", 64) + "'}}", []string{":3 field"}},
		"version control without type": {a + "vcs = {url = 'x', commit-id = 'x'}", []string{":3 field"}},
		"without a commit":             {a + "vcs = {url = 'x', type = 'git'}", []string{":3 field"}},
		"from nowhere":                 {a + "vcs = {commit-id = 'x', type = 'git'}", []string{":3 source"}},
		"a folder nowhere":             {a + "directory = {editable = true}", []string{":3 field"}},
		"many":                         {pylockHead + strings.Repeat("[[packages]]\n", 200), append(repeat(102, ":%d field")[2:], ":103 size")},
		"too many packages":            {pylockHead + strings.Repeat("[[packages]]\n", 1<<16+1), []string{":65539:1 size"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, map[string]string{"pylock.toml": test.text})
			_, err := lock.Read(filepath.Join(dir, "pylock.toml"), lock.Options{})
			if diff := cmp.Diff(test.want, issuesAt(t, err)); diff != "" {
				t.Errorf("issues (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

// TestPylockRefused has what only a target, or what is asked for, brings to
// light.
func TestPylockRefused(t *testing.T) {
	a := pylockA + pylockWheel("")
	tests := map[string]struct {
		text string
		want lock.Want
		rule string
		says string
	}{
		"Python":                   {pylockHead + "requires-python = '>=3.12'\npackages = []", lock.Want{}, " target", `needs Python ">=3.12"; the target has 3.11.2`},
		"environments":             {pylockHead + "environments = [\"sys_platform == 'win32'\", \"os_name == 'nt'\"]\npackages = []", lock.Want{}, " target", `is made for "sys_platform == \"win32\"" or 1 others, not for Python 3.11.2 on linux x86_64`},
		"the Python of a package":  {pylockHead + a + "requires-python = '<3'", lock.Want{}, ":3 target", `"a": needs Python "<3"`},
		"two of one name":          {pylockHead + a + a, lock.Want{}, ":7 pinned-twice", "first pinned by"},
		"its own, and another":     {pylockHead + "[[packages]]\nname = 'a'\ndirectory.path = '.'\n" + a, lock.Want{}, ":6 pinned-twice", "first pinned by"},
		"a marker":                 {pylockHead + a + "marker = \"extra == 'x'\"", lock.Want{}, ":3 marker", "extra"},
		"an extra":                 {pylockHead + "extras = ['x', 'y']\n" + a, lock.Want{Extras: []string{"Z"}}, " extra", `the lock has no extra "z"; there are x, y`},
		"an extra where none are":  {pylockHead + "extras = []\n" + a, lock.Want{Extras: []string{"Z"}}, " extra", `the lock has no extra "z", nor any other`},
		"a group":                  {pylockHead + "dependency-groups = ['x']\ndefault-groups = ['y']\n" + a, lock.Want{Groups: []string{"y", "z"}}, " group", `the lock has no dependency group "z"; there are x`},
		"a group where none are":   {pylockHead + a, lock.Want{Groups: []string{"z"}}, " group", "nor any other"},
		"a group among others":     {pylockHead + "dependency-groups = [\"b\\u001b[1m\", '" + strings.Repeat("c", 1000) + "', 'd0','d1','d2','d3','d4','d5','d6','d7','d8','d9','d10','d11','d12','d13','d14','d15','d16','d17','d18','d19']\n" + a, lock.Want{Groups: []string{"z"}}, " group", `; there are "b\x1b[1m", "` + strings.Repeat("c", 120) + `…", d0, d1, d10, `},
		"a target that is no host": {pylockHead + "requires-python = '>=3'\n" + a, lock.Want{}, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, map[string]string{"pylock.toml": test.text})
			l, err := lock.Read(filepath.Join(dir, "pylock.toml"), lock.Options{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = l.Select(bookworm, test.want)
			if test.rule == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if diff := cmp.Diff([]string{test.rule}, issuesAt(t, err)); diff != "" || !strings.Contains(err.Error(), test.says) {
				t.Errorf("issues (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

// TestPylockForms looks at what packaging does not say of a lock: places, sizes,
// indexes, and the project that the lock is of.
func TestPylockForms(t *testing.T) {
	path, err := filepath.Abs("testdata/pylock/pylock.forms.toml")
	if err != nil {
		t.Fatal(err)
	}
	l, err := lock.Read(path, lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	if diff := cmp.Diff([][]string{{"webapp"}, {"redis", "two-words"}, {"dev", "docs-all"}, nil}, [][]string{l.Own, l.Extras, l.Groups, l.Warnings}); diff != "" {
		t.Errorf("own, extras, groups, warnings (-want +got):\n%s", diff)
	}
	pins, err := l.Select(bookworm, lock.Want{Extras: []string{"Two_Words"}, Groups: []string{"DEV"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range pins {
		s := strings.Join([]string{p.Name, p.Version, p.Index, p.Origin, p.URL, p.Path}, "|")
		for _, h := range p.Hashes {
			s += " " + h.Algorithm + h.Hex[:1]
		}
		for _, f := range p.Files {
			s += "\n  " + strings.Join([]string{f.Name, f.URL, f.Path}, "|")
			if f.Size > 0 {
				s += " sized"
			}
			for _, h := range f.Hashes {
				s += " " + h.Algorithm + h.Hex[:1]
			}
		}
		got = append(got, strings.ReplaceAll(strings.ReplaceAll(s, filepath.Dir(dir), "UP"), "UP/pylock", "DIR"))
	}
	want := []string{
		"archived-local|2.0||||DIR/wheels/archived_local-2.0-py3-none-any.whl sha512b",
		"archived-source|||https://index.example.org/project/v1.0.tar.gz#subdirectory=src||",
		"archived-wheel|1.0+local.1|||https://index.example.org/archived_wheel-1.0%2Blocal.1-py3-none-any.whl?x=y| sha256a",
		"forked|1.0||||\n  forked-1.0-py3-none-any.whl|https://index.example.org/files/forked-1.0-py3-none-any.whl| sha2562",
		"from-git|||git+https://user:token@index.example.org/from-git.git@0123456789abcdef0123456789abcdef01234567#subdirectory=python||",
		"from-hg|||hg+UP/repositories/from-hg@0123456789abcdef0123456789abcdef01234567||",
		"helper|||DIR/libs/mono/helper||",
		"named|4.0+local.1||||" +
			"\n  named-4.0+local.1-py3-none-any.whl|https://index.example.org/download/17| sha256d" +
			"\n  named-4.0+local.1-cp312-cp312-manylinux_2_17_x86_64.whl||DIR/wheels/18 sha2566" +
			"\n  named-4.0+local.1-cp311-cp311-manylinux_2_17_x86_64.whl|file:///srv/other.whl|DIR/wheels/named-4.0+local.1-cp311-cp311-manylinux_2_17_x86_64.whl sha256e" +
			"\n  named-4.0+local.1-cp313-cp313-manylinux_2_17_aarch64.whl||DIR/wheels/named-4.0+local.1-cp313-cp313-manylinux_2_17_aarch64.whl sha256f" +
			"\n  named-4.0+local.1-cp39-cp39-manylinux_2_17_x86_64.whl|file:///srv/named-4.0+local.1-cp39-cp39-manylinux_2_17_x86_64.whl|/srv/named-4.0+local.1-cp39-cp39-manylinux_2_17_x86_64.whl sha2560",
		"only-source|3.0|https://user:token@index.example.org/simple/|||\n  only-source-3.0.tar.gz|https://index.example.org/files/only-source-3.0.tar.gz| sized sha256c",
		"pytest|8.0||||\n  pytest-8.0-py3-none-any.whl|https://index.example.org/files/pytest-8.0-py3-none-any.whl| sha2565",
		"redis|1!5.0.post1||||\n  redis-1!5.0.post1-py3-none-any.whl|https://index.example.org/files/redis-1!5.0.post1-py3-none-any.whl| sha2564",
		"versionless|5.0||||\n  versionless-5.0-py2.py3-none-any.whl|https://index.example.org/files/versionless-5.0-py2.py3-none-any.whl| sha2561",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pins (-want +got):\n%s", diff)
	}
	if i := slices.IndexFunc(l.Pins(), func(p lock.Pin) bool { return p.Name == "webapp" }); i >= 0 || len(l.Pins()) != 13 {
		t.Errorf("all pins: %d, with the project itself at %d", len(l.Pins()), i)
	}
}

// TestPylockWarnings has what is read and said.
func TestPylockWarnings(t *testing.T) {
	text := strings.Replace(pylockHead, "1.0", "1.7", 1) + pylockA + "wheels = [{path = 'a-1-py3-none-any.whl', hashes = {md5 = 'x'}}]"
	path := filepath.Join(write(t, map[string]string{"pylock.toml": text}), "pylock.toml")
	l, err := lock.Read(path, lock.Options{AllowUnhashed: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		path + ": lock-version 1.7 is newer than 1.0, which is known: what it adds is passed over",
		path + `:3: "a-1-py3-none-any.whl" has no hash by sha256, sha384 or sha512: any file of that name is taken`,
	}
	if diff := cmp.Diff(want, l.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
