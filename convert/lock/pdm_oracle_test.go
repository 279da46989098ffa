package lock_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
	"wain/convert/pep"
	"wain/fixtures"
)

// TestPDMExport has locks of PDM exported by PDM, for few of the sets of extras
// and groups that could be asked for, and its markers judged by packaging.
func TestPDMExport(t *testing.T) {
	extras, groups := []string{"cache", "token-auth", "all"}, []string{"test", "base-tools", "docs"}
	tests := []struct {
		name           string
		extras, groups []string
		options        []string
		targets        []pep.Environment
	}{
		{"flat", extras, groups, nil, exportTargets()},
		{"urls", extras, groups, nil, exportTargets()},
		{"targets", extras, groups, nil, slices.DeleteFunc(exportTargets(), func(env pep.Environment) bool { return env.SysPlatform != "linux" })},
		{"v44", []string{"cache"}, []string{"docs"}, nil, exportTargets()},
		{"origins", nil, []string{"dev"}, []string{"--no-hashes"}, exportTargets()},
	}
	type answered struct {
		path    string
		want    lock.Want
		targets []pep.Environment
	}
	var questions []exportQuestion
	var asked []answered
	for _, test := range tests {
		dir := copyLock(t, filepath.Join("testdata/pdm", test.name))
		for _, w := range combinations(test.extras, test.groups) {
			questions = append(questions, exportQuestion{
				Dir: dir, Extras: append([]string{}, w.Extras...), Groups: append([]string{}, w.Groups...), Options: append([]string{}, test.options...),
			})
			asked = append(asked, answered{filepath.Join(dir, "pdm.lock"), w, test.targets})
		}
	}
	type judged struct {
		Text         string              `json:"text"`
		Environments []map[string]string `json:"environments"`
	}
	var toJudge []judged
	for i, answer := range askExporter(t, "pdm", "testdata/pdm_export.py", questions) {
		if answer.Error != "" {
			t.Fatalf("%s %+v: PDM does not answer: %s", asked[i].path, asked[i].want, answer.Error)
		}
		j := judged{Text: answer.Text}
		for _, env := range asked[i].targets {
			j.Environments = append(j.Environments, markerVariables(env))
		}
		toJudge = append(toJudge, j)
	}
	var answers [][][]string
	fixtures.AskPackaging(t, "testdata/uv.py", toJudge, &answers)
	compared := 0
	for i, a := range asked {
		l, err := lock.Read(a.path, lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		noHashes := slices.Contains(questions[i].Options, "--no-hashes")
		for j, env := range a.targets {
			pins, err := l.Select(env, a.want)
			if err != nil {
				t.Errorf("%s %+v: %v", a.path, a.want, err)
				continue
			}
			if diff := cmp.Diff(slices.Compact(pdmLines(filepath.Dir(a.path), answers[i][j])), pdmPins(pins, noHashes)); diff != "" {
				t.Errorf("%s %+v on %s %s %s (-PDM +wain):\n%s", a.path, a.want, env.SysPlatform, env.PythonFullVersion, env.PlatformMachine, diff)
			}
			compared++
		}
	}
	t.Logf("%d selections compared", compared)
}

// pdmLines brings PDM's answer into the form of ours: "-e ./a#egg=a" is a folder.
func pdmLines(dir string, lines []string) []string {
	for i, line := range lines {
		if path, name, ok := strings.Cut(line, "#egg="); ok {
			lines[i] = name + " @ file://" + filepath.Join(dir, path)
		}
	}
	slices.Sort(lines)
	return lines
}

// pdmPins writes our pins in the form of PDM's export. A pin that names a file is
// by URL or path in both.
func pdmPins(pins []lock.Pin, noHashes bool) []string {
	for i, p := range pins {
		if len(p.Files) != 1 || p.Files[0].URL == "" {
			continue
		}
		if _, name, _ := strings.Cut(p.Files[0].URL, "blinker-"); name == "" || !noHashes {
			pins[i].Files[0].URL = "" // with static_urls, files of an index have one
		}
	}
	list := exported(pins)
	for i, line := range list {
		if at := strings.Index(line, " sha256:"); noHashes && at >= 0 {
			list[i] = line[:at]
		}
	}
	return list
}
