package lock_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
)

// pipfileText is a Pipfile.lock, an entry of default a line.
func pipfileText(entries ...string) string {
	return "{\"_meta\": {\"pipfile-spec\": 6},\n\"default\": {\n" + strings.Join(entries, ",\n") + "\n}}"
}

// TestPipfileIssues has locks that break rules, whatever the target: line,
// column and rule.
func TestPipfileIssues(t *testing.T) {
	one := func(entry string) string { return pipfileText(`"a": ` + entry) }
	const weak = `"hashes": ["md5:00"]`
	tests := map[string]struct {
		text string
		want []string
	}{
		"no JSON":                     {pipfileText(`"a": {,}`), []string{":3:7 syntax"}},
		"half a file":                 {`{"_meta": {`, []string{":1:11 syntax"}},
		"nothing":                     {"", []string{":1:1 syntax"}},
		"more than JSON":              {pipfileText() + "x", []string{":4:3 syntax"}},
		"an array":                    {"[]", []string{":1:1 field"}},
		"no UTF-8":                    {pipfileText(`"a": "caf` + "\xe9\""), []string{":3:10 encoding"}},
		"a byte order mark":           {"\xef\xbb\xbf" + pipfileText(), []string{":1:1 encoding"}},
		"too deep":                    {pipfileText(`"a": ` + strings.Repeat("[", 20000)), []string{":3:10004 syntax"}},
		"no _meta":                    {`{"default": {}}`, []string{" field"}},
		"_meta of another type":       {`{"_meta": 1}`, []string{":1 field"}},
		"sources of another type":     {`{"_meta": {"pipfile-spec": 6, "sources": {}}}`, []string{":1 field"}},
		"no version":                  {`{"_meta": {"Pipfile-Spec": 6}}`, []string{":1 field"}},
		"a version of another type":   {`{"_meta": {"pipfile-spec": "6"}}`, []string{":1 field"}},
		"a version to come":           {"{\n\"_meta\": {\"pipfile-spec\": 7}, \"default\": 1}", []string{":2 format-version"}},
		"Python of another type":      {"{\"_meta\": {\"pipfile-spec\": 6, \"requires\": {\"python_version\": 3.11}}, \"default\": {}}", []string{":1 field"}},
		"Python that is none":         {"{\"_meta\": {\"pipfile-spec\": 6, \"requires\": {\"python_full_version\": \"x\"}}, \"default\": {}}", []string{":1 field"}},
		"no default":                  {`{"_meta": {"pipfile-spec": 6}, "Default": {}}`, []string{" field"}},
		"default of another type":     {"{\"_meta\": {\"pipfile-spec\": 6},\n\"default\": []}", []string{":2:12 field"}},
		"a group twice":               {"{\"_meta\": {\"pipfile-spec\": 6},\n\"default\": {},\n\"default\": {}}", []string{":3:9 field"}},
		"a group twice, by its name":  {"{\"_meta\": {\"pipfile-spec\": 6}, \"default\": {},\n\"a_b\": {},\n\"A-b\": {}}", []string{":3 field"}},
		"default twice, by its name":  {"{\"_meta\": {\"pipfile-spec\": 6}, \"default\": {},\n\"Default\": {}}", []string{":2 field"}},
		"a package twice":             {pipfileText(`"a": {}`, `"b": {}`, `"a": {}`), []string{":5:3 field"}},
		"no name":                     {pipfileText(`"": {}`, `"a b": {}`), []string{":3 field", ":4 field"}},
		"an entry of another type":    {one(`1`), []string{":3 field"}},
		"an entry of nothing":         {one(`null`), []string{}},
		"a version of no string":      {one(`{"version": 1}`), []string{":3 field"}},
		"hashes of another type":      {one(`{"hashes": "x"}`), []string{":3 field"}},
		"a marker":                    {one(`{"markers": "x"}`), []string{":3 field"}},
		"an extra":                    {one(`{"extras": ["-"]}`), []string{":3 field"}},
		"an index that is not there":  {one(`{"index": "x"}`), []string{":3 index"}},
		"a weak hash":                 {one(`{` + weak + `}`), []string{":3 hash"}},
		"version control of no place": {one(`{"git": 1}`), []string{":3 field"}},
		"two of version control":      {one(`{"git": "x", "hg": "y"}`), []string{":3 source"}},
		"a path and a file":           {one(`{"path": "x", "file": "y"}`), []string{":3 source"}},
		"a path and version control":  {one(`{"path": "x", "git": "y"}`), []string{":3 source"}},
		"a large entry":               {one(`{"x": "` + strings.Repeat("x", 1<<20) + `"}`), []string{":3 size"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, map[string]string{"Pipfile.lock": test.text})
			_, err := lock.Read(filepath.Join(dir, "Pipfile.lock"), lock.Options{})
			if err == nil && len(test.want) == 0 {
				return
			}
			if diff := cmp.Diff(test.want, issuesAt(t, err)); diff != "" {
				t.Errorf("issues (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
	t.Run("too many issues", func(t *testing.T) {
		entries := make([]string, 200)
		for i := range entries {
			entries[i] = fmt.Sprintf(`"-%d": {}`, i)
		}
		dir := write(t, map[string]string{"Pipfile.lock": pipfileText(entries...)})
		_, err := lock.Read(filepath.Join(dir, "Pipfile.lock"), lock.Options{})
		if diff := cmp.Diff(append(repeat(102, ":%d field")[2:], ":103 size"), issuesAt(t, err)); diff != "" {
			t.Errorf("issues (-want +got):\n%s\n%v", diff, err)
		}
	})
	t.Run("too many packages", func(t *testing.T) {
		entries := make([]string, 1<<16+1)
		for i := range entries {
			entries[i] = fmt.Sprintf(`"a%d": {}`, i)
		}
		dir := write(t, map[string]string{"Pipfile.lock": pipfileText(entries...)})
		_, err := lock.Read(filepath.Join(dir, "Pipfile.lock"), lock.Options{})
		if diff := cmp.Diff([]string{fmt.Sprintf(":%d size", 3+1<<16)}, issuesAt(t, err)); diff != "" {
			t.Errorf("issues (-want +got):\n%s\n%v", diff, err)
		}
	})
}

// TestPipfileRefused has what only a target, or what is asked for, brings to
// light. The same entries are no issue where their markers do not hold.
func TestPipfileRefused(t *testing.T) {
	hashes := `"hashes": ["` + hashA + `"]`
	tests := map[string]struct {
		text string
		want lock.Want
		rule string
	}{
		"Python":                       {strings.Replace(pipfileText(), "6", `6, "requires": {"python_version": "3.12"}`, 1), lock.Want{}, " target"},
		"Python, in full":              {strings.Replace(pipfileText(), "6", `6, "requires": {"python_full_version": "3.11.4"}`, 1), lock.Want{}, " target"},
		"Python, by specifiers":        {strings.Replace(pipfileText(), "6", `6, "requires": {"python_version": ">=3.12"}`, 1), lock.Want{}, " target"},
		"the right Python":             {strings.Replace(pipfileText(), "6", `6, "requires": {"python_version": "3.11", "python_full_version": "3.11.2"}`, 1), lock.Want{}, ""},
		"a right Python":               {strings.Replace(pipfileText(), "6", `6, "requires": {"python_version": "3", "python_full_version": ">=3.11.1"}`, 1), lock.Want{}, ""},
		"any Python":                   {strings.Replace(pipfileText(), "6", `6, "requires": {"python_version": "*"}`, 1), lock.Want{}, ""},
		"a group":                      {pipfileText(), lock.Want{Groups: []string{"docs"}}, " group"},
		"develop, which is not there":  {pipfileText(), lock.Want{Groups: []string{"dev-packages"}}, " group"},
		"default, which always is":     {pipfileText(), lock.Want{Groups: []string{"default", "packages"}}, ""},
		"any version":                  {pipfileText(`"a": {"version": "*", ` + hashes + `}`), lock.Want{}, ":3 not-pinned"},
		"any version, as a string":     {pipfileText(`"a": "*"`), lock.Want{}, ":3 not-pinned"},
		"no version":                   {pipfileText(`"a": {` + hashes + `}`), lock.Want{}, ":3 not-pinned"},
		"a range":                      {pipfileText(`"a": {"version": ">=1", ` + hashes + `}`), lock.Want{}, ":3 not-pinned"},
		"a version that is none":       {pipfileText(`"a": {"version": "==x", ` + hashes + `}`), lock.Want{}, ":3 field"},
		"no hash":                      {pipfileText(`"a": {"version": "==1"}`), lock.Want{}, ":3 not-hashed"},
		"no hash, as a string":         {pipfileText(`"a": "1"`), lock.Want{}, ":3 not-hashed"},
		"no hash of a wheel":           {pipfileText(`"a": {"file": "https://h.example.org/a-1-py3-none-any.whl"}`), lock.Want{}, ":3 not-hashed"},
		"no hash of an archive":        {pipfileText(`"a": {"path": "a-1.zip"}`), lock.Want{}, ":3 not-hashed"},
		"another project's wheel":      {pipfileText(`"a": {"path": "b-1-py3-none-any.whl", ` + hashes + `}`), lock.Want{}, ":3 name-mismatch"},
		"no wheel":                     {pipfileText(`"a": {"path": "a.whl", ` + hashes + `}`), lock.Want{}, ":3 field"},
		"a file from somewhere":        {pipfileText(`"a": {"file": "ftp://h.example.org/a-1.zip", ` + hashes + `}`), lock.Want{}, ":3 field"},
		"a marker that makes no sense": {pipfileText(`"a": {"version": "==1", "markers": "os_name ~= 'x'", ` + hashes + `}`), lock.Want{}, ":3 marker"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, map[string]string{"Pipfile.lock": test.text})
			l, err := lock.Read(filepath.Join(dir, "Pipfile.lock"), lock.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = l.Select(bookworm, test.want); test.rule == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if diff := cmp.Diff([]string{test.rule}, issuesAt(t, err)); diff != "" {
				t.Errorf("issues (-want +got):\n%s\n%v", diff, err)
			}
			if !strings.HasPrefix(test.rule, ":3") || strings.Contains(test.text, "markers") || !strings.Contains(test.text, "{"+`"version"`) {
				return
			}
			text := strings.Replace(test.text, `{"version"`, `{"markers": "sys_platform == 'win32'", "version"`, 1)
			dir = write(t, map[string]string{"Pipfile.lock": text})
			if l, err = lock.Read(filepath.Join(dir, "Pipfile.lock"), lock.Options{}); err != nil {
				t.Fatal(err)
			}
			if pins, err := l.Select(bookworm, test.want); err != nil || len(pins) > 0 {
				t.Errorf("for another system: %v, %v", pins, err)
			}
		})
	}
}

// TestPipfileGroups joins what several groups say of one package.
func TestPipfileGroups(t *testing.T) {
	entry := func(more string) string { return `{"version": "==1"` + more + `}` }
	hashes := func(list ...string) string { return `, "hashes": ["` + strings.Join(list, `","`) + `"]` }
	tests := map[string]struct {
		first, second string
		want          []string // pins, or the rule
	}{
		"alike":                   {entry(hashes(hashA)), entry(hashes(hashA)), []string{"a 1 256a"}},
		"other extras":            {entry(hashes(hashA) + `, "extras": ["x"]`), entry(hashes(hashA) + `, "extras": ["y", "X"]`), []string{"a 1[x,y] 256a"}},
		"the hashes of both":      {entry(hashes(hashA, hashB)), entry(hashes(hashC, hashB)), []string{"a 1 256b"}},
		"no hash of both":         {entry(hashes(hashA)), entry(hashes(hashB)), []string{":4 pinned-twice"}},
		"another version":         {entry(hashes(hashA)), `{"version": "==2"` + hashes(hashA) + `}`, []string{":4 pinned-twice"}},
		"another place":           {entry(hashes(hashA)), `{"git": "https://h.example.org/a"}`, []string{":4 pinned-twice"}},
		"a marker does not hold":  {`{"version": "==2", "markers": "os_name == 'nt'"` + hashes(hashA) + `}`, entry(hashes(hashB)), []string{"a 1 256b"}},
		"the other does not hold": {entry(hashes(hashA)), `{"version": "==2", "markers": "os_name == 'nt'"` + hashes(hashA) + `}`, []string{"a 1 256a"}},
		"one of two markers":      {`{"version": "==2", "markers": "os_name == 'nt'", "os_markers": "os_name == 'posix'"` + hashes(hashA) + `}`, entry(hashes(hashB)), []string{"a 1 256b"}},
		"the other of two":        {`{"version": "==2", "os_markers": "os_name == 'nt'", "markers": "os_name == 'posix' or os_name == 'nt'"` + hashes(hashA) + `}`, entry(hashes(hashB)), []string{"a 1 256b"}},
		"one archive":             {`{"file": "https://h.example.org/a-1.zip"` + hashes(hashA) + `}`, `{"file": "https://h.example.org/a-1.zip"` + hashes(hashA) + `}`, []string{"a 1"}},
		"an archive of any name":  {`{"file": "https://h.example.org/v1.zip"` + hashes(hashA) + `}`, `{"file": "https://h.example.org/v1.zip"` + hashes(hashB) + `}`, []string{"a "}},
		"two archives":            {`{"file": "https://h.example.org/a-1.zip"` + hashes(hashA) + `}`, `{"file": "https://h.example.org/b/a-1.zip"` + hashes(hashA) + `}`, []string{":4 pinned-twice"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := "{\"_meta\": {\"pipfile-spec\": 6},\n\"develop\": {},\n\"default\": {\"a\": " + test.first + "}, \"docs\": {\n\"A\": " + test.second + "}}"
			dir := write(t, map[string]string{"Pipfile.lock": text})
			l, err := lock.Read(filepath.Join(dir, "Pipfile.lock"), lock.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"develop", "docs"}, l.Groups); diff != "" {
				t.Errorf("groups (-want +got):\n%s", diff)
			}
			pins, err := l.Select(bookworm, lock.Want{Groups: []string{"DOCS"}})
			got := summary(dir, pins)
			if err != nil {
				got = issuesAt(t, err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("pins (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

// TestPipfileSources puts variables into the URLs of indexes; their values are
// shown nowhere.
func TestPipfileSources(t *testing.T) {
	text := `{"_meta": {"pipfile-spec": 6, "sources": [
		{"name": "plain", "url": "https://h.example.org/simple"},
		{"name": "both", "url": "https://$A_user:${A_token}@h.example.org/${A_path}"},
		{"name": "quoted", "url": "https://user:'${A_token}'@h.example.org/"},
		{"name": "one", "url": "https://${A_both}@h.example.org"},
		{"name": "unset", "url": "https://user:${NOT_SET}@h.example.org"},
		{"name": "written", "url": "https://user:p%40ss@${A_path}.example.org"}]},
		"default": {"a": {"version": "==1", "index": "both", "hashes": ["` + hashA + `"]}, "b": {"version": "==1", "hashes": ["` + hashA + `"]}}}`
	values := map[string]string{"A_user": "me", "A_token": "s:e/c@ret", "A_path": "path", "A_both": "us@er:pass:word"}
	path := filepath.Join(write(t, map[string]string{"Pipfile.lock": text}), "Pipfile.lock")
	l, err := lock.Read(path, lock.Options{Getenv: func(name string) string { return values[name] }})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"https://h.example.org/simple",
		"https://me:s%3Ae%2Fc%40ret@h.example.org/path",
		"https://user:s%3Ae%2Fc%40ret@h.example.org/",
		"https://us%40er:pass%3Aword@h.example.org",
		"https://user:${NOT_SET}@h.example.org",
		"https://user:p%40ss@path.example.org",
	}
	if diff := cmp.Diff(want, append([]string{l.IndexURL}, l.ExtraIndexURLs...)); diff != "" {
		t.Errorf("indexes (-want +got):\n%s", diff)
	}
	if pins := l.Pins(); pins[0].Index != want[1] || pins[1].Index != "" {
		t.Errorf("indexes of the pins: %+v", pins)
	}
	if diff := cmp.Diff([]string{path + ":1: the variable NOT_SET is not set and stays as it is"}, l.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// TestPipfileOwn has the project that a lock is of, under the names that Pipenv
// gives it, and other folders.
func TestPipfileOwn(t *testing.T) {
	text := pipfileText(`"webapp": {"path": ".", "editable": true}`, `"Above": {"file": "file://DIR"}`, `"helper": {"path": "libs/helper", "editable": true}`, `"b": {"version": "==1"}`)
	dir := write(t, map[string]string{"sub/Pipfile.lock": ""})
	path := filepath.Join(dir, "sub/Pipfile.lock")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "DIR", dir)), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := lock.Read(path, lock.Options{AllowUnhashed: true})
	if err != nil {
		t.Fatal(err)
	}
	pins, err := l.Select(bookworm, lock.Want{})
	if err != nil {
		t.Fatal(err)
	}
	if len(pins) != 2 || pins[1].Origin != filepath.Join(dir, "sub/libs/helper") || len(l.Pins()) != 2 {
		t.Errorf("pins: %+v", pins)
	}
	if diff := cmp.Diff([]string{"above", "webapp"}, l.Own); diff != "" {
		t.Errorf("own (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{path + `:6: "b==1" has no hash: any file of that version is taken`}, l.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
