package lock_test

import (
	"bytes"
	"encoding/json"
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

// exportQuestion is one that a tool's export command and we are asked alike.
type exportQuestion struct {
	Dir          string              `json:"dir"`
	Extras       []string            `json:"extras"`
	Groups       []string            `json:"groups"`
	Options      []string            `json:"options"`
	Environments []map[string]string `json:"environments"`
}

// exportAnswer is what the tool's script prints.
type exportAnswer struct {
	Error string     `json:"error"`
	Text  string     `json:"text"`
	Pins  [][]string `json:"pins"`
}

// askExporter has a script run in a tool's own Python.
func askExporter(t *testing.T, set, script string, questions []exportQuestion) []exportAnswer {
	t.Helper()
	in, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(fixtures.PythonTool(t, set, "python"), script)
	cmd.Stdin = bytes.NewReader(in)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8", "PDM_CHECK_UPDATE=0", "PDM_USE_VENV=0", "PYTHONDONTWRITEBYTECODE=1"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ask %s: %v\n%s", set, err, stderr.Bytes())
	}
	var answers []exportAnswer
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatalf("read the answers of %s: %v\n%s", set, err, out)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%s answered %d of %d", set, len(answers), len(questions))
	}
	return answers
}

// copyLock copies a folder of testdata, since tools write beside a lock, and puts
// empty files where it names local ones.
func copyLock(t *testing.T, from string, empty ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "project")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	for _, name := range empty {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// exported writes our pins as requirements of an export.
func exported(pins []lock.Pin) []string {
	list := []string{}
	for _, p := range pins {
		text := p.Name + "==" + p.Version
		local := func(path string) string { return p.Name + " @ file://" + path }
		var single lock.File // the one file of a pin that names a place
		if len(p.Files) == 1 {
			single = p.Files[0]
		}
		switch {
		case filepath.IsAbs(p.Origin):
			text = local(p.Origin)
		case p.Origin != "":
			text = p.Name + " @ " + p.Origin
		case p.URL != "":
			text = p.Name + " @ " + p.URL
		case p.Path != "":
			text = local(p.Path)
		case single.URL != "":
			text = p.Name + " @ " + single.URL
		case single.Path != "":
			text = local(single.Path)
		}
		words := []string{text}
		for _, h := range p.Hashes {
			words = append(words, h.String())
		}
		for _, f := range p.Files {
			for _, h := range f.Hashes {
				words = append(words, h.String())
			}
		}
		slices.Sort(words[1:])
		list = append(list, strings.Join(slices.Compact(words), " "))
	}
	slices.Sort(list)
	return list
}

// exportTargets are the environments of targets, and two that are none of ours
// and have other markers hold.
func exportTargets() []pep.Environment {
	return slices.DeleteFunc(uvTargets(), func(env pep.Environment) bool { return env.PythonVersion == "3.8" })
}

// combinations are few sets of extras, each with few sets of groups.
func combinations(extras, groups []string) (list []lock.Want) {
	for _, e := range fewSubsets(extras) {
		list = append(list, lock.Want{Extras: e})
	}
	for i, g := range fewSubsets(groups) {
		list = append(list, lock.Want{Groups: g, Extras: fewSubsets(extras)[i%len(fewSubsets(extras))]})
	}
	return list
}

// unpool takes out of Poetry's answer the hashes that are another version's of the
// one project that the lock has twice.
func unpool(theirs, ours []string) {
	for i := range min(len(theirs), len(ours)) {
		known, taken := strings.Fields(theirs[i]), strings.Fields(ours[i])
		foreign := func(hash string) bool { return !slices.Contains(known, hash) }
		if strings.HasPrefix(theirs[i], "click==") && len(taken) == 3 && !slices.ContainsFunc(taken, foreign) {
			theirs[i] = ours[i]
		}
	}
}

// TestPoetryExport has locks of Poetry 1.0 to 2.5 exported by Poetry, for few of
// the sets of extras and groups that could be asked for, and its markers judged
// by packaging.
func TestPoetryExport(t *testing.T) {
	extras := []string{"cache", "Token_Auth", "all"}
	local := []string{"../local/filelib-1.1-py3-none-any.whl", "../local/srclib-2.0.tar.gz", "../local/dirlib/pyproject.toml"}
	tests := []struct {
		name           string
		set            string // of fixtures: the Poetry that knows the lock best
		extras, groups []string
		local          []string
		lost           string // what Poetry leaves out: it reads the extra of a project in this lock as another one
	}{
		{"classic-v10", "poetry1", []string{"cache"}, []string{"dev"}, nil, "pysocks"},
		{"classic-v11", "poetry1", extras, []string{"dev"}, nil, ""},
		{"classic-v14", "poetry1", extras, []string{"dev", "docs"}, nil, ""},
		{"classic-v18", "poetry1", extras, []string{"dev", "docs"}, nil, ""},
		{"classic-v20", "poetry", extras, []string{"dev", "docs"}, nil, ""},
		{"classic-v25", "poetry", extras, []string{"dev", "docs"}, nil, ""},
		{"modern", "poetry", []string{"cache", "token.auth", "old", "new"}, []string{"test", "Base.Tools", "docs", "all"}, nil, ""},
		{"origins-v18", "poetry1", nil, nil, local, ""},
		{"origins", "poetry", nil, nil, local, ""},
	}
	questions := map[string][]exportQuestion{}
	type answered struct {
		path   string
		pooled bool // files are listed by name, for all versions together
		lost   string
		want   lock.Want
	}
	asked := map[string][]answered{}
	for _, test := range tests {
		dir := copyLock(t, filepath.Join("testdata/poetry", test.name), test.local...)
		for _, w := range combinations(test.extras, test.groups) {
			q := exportQuestion{Dir: dir, Extras: append([]string{}, w.Extras...), Groups: append([]string{}, w.Groups...), Options: []string{}}
			for _, env := range exportTargets() {
				q.Environments = append(q.Environments, markerVariables(env))
			}
			questions[test.set] = append(questions[test.set], q)
			asked[test.set] = append(asked[test.set], answered{path: filepath.Join(dir, "poetry.lock"), pooled: test.name == "classic-v11", lost: test.lost, want: w})
		}
	}
	compared := 0
	for set, list := range asked {
		for i, answer := range askExporter(t, set, "testdata/poetry_export.py", questions[set]) {
			a := list[i]
			if answer.Error != "" {
				t.Errorf("%s %+v: %s does not answer: %s", a.path, a.want, set, answer.Error)
				continue
			}
			l, err := lock.Read(a.path, lock.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(l.Warnings) > 0 {
				t.Errorf("%s: warnings: %q", a.path, l.Warnings)
			}
			for j, env := range exportTargets() {
				pins, err := l.Select(env, a.want)
				if err != nil {
					t.Errorf("%s %+v: %v", a.path, a.want, err)
					continue
				}
				got := slices.DeleteFunc(exported(pins), func(line string) bool { return a.lost != "" && strings.HasPrefix(line, a.lost+"==") })
				if a.pooled {
					unpool(answer.Pins[j], got)
				}
				if diff := cmp.Diff(answer.Pins[j], got); diff != "" {
					t.Errorf("%s %+v on %s %s %s (-Poetry +wain):\n%s", a.path, a.want, env.SysPlatform, env.PythonFullVersion, env.PlatformMachine, diff)
				}
				compared++
			}
		}
	}
	t.Logf("%d selections compared", compared)
}

// TestPoetryCommand asks the command itself, once: it answers what the script
// that TestPoetryExport uses does.
func TestPoetryCommand(t *testing.T) {
	dir := copyLock(t, "testdata/poetry/modern")
	cmd := exec.Command(fixtures.PythonTool(t, "poetry", "poetry"), "export", "--without-urls", "--with", "test", "--extras", "cache", "-q", "-o", "out.txt")
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("poetry export: %v\n%s", err, out)
	}
	want, err := os.ReadFile(filepath.Join(dir, "out.txt"))
	if err != nil {
		t.Fatal(err)
	}
	answers := askExporter(t, "poetry", "testdata/poetry_export.py", []exportQuestion{{Dir: dir, Extras: []string{"cache"}, Groups: []string{"test"}, Environments: []map[string]string{}, Options: []string{}}})
	if diff := cmp.Diff(string(want), answers[0].Text); diff != "" {
		t.Errorf("(-command +script):\n%s", diff)
	}
}
