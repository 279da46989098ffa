package lock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
	"wain/fixtures"
)

// pipfileQuestion is a lock, the sections to take, and a target.
type pipfileQuestion struct {
	Lock     string            `json:"lock"`
	Sections []string          `json:"sections"`
	Env      map[string]string `json:"env"`
	machine  machine
}

// TestPipfileRandom selects from locks put together at random: the same
// packages, versions, extras, hashes and places as Pipenv writes. What Pipenv
// writes without a version, we refuse.
func TestPipfileRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 6))
	targets := []string{"debian12", "debian13/arm64", "el9", "el9-3.12"}
	var questions []pipfileQuestion
	for range 1000 {
		q := pipfileQuestion{Lock: randomPipfile(random), Sections: []string{"default"}, machine: machines()[targets[random.IntN(4)]]}
		for _, section := range []string{"develop", "docs"} {
			if random.IntN(2) == 0 {
				q.Sections = append(q.Sections, section)
			}
		}
		q.Env = markerVariables(q.machine.env)
		questions = append(questions, q)
	}
	path := filepath.Join(t.TempDir(), "Pipfile.lock")
	compared, refused := 0, 0
	for i, theirs := range askPipenv(t, questions) {
		q := questions[i]
		if err := os.WriteFile(path, []byte(q.Lock), 0o644); err != nil {
			t.Fatal(err)
		}
		l, err := lock.Read(path, lock.Options{AllowUnhashed: true})
		if err != nil {
			t.Fatalf("%v\n%s", err, q.Lock)
		}
		pins, err := l.Select(q.machine.env, lock.Want{Groups: q.Sections[1:]})
		unpinned := false
		for _, e := range theirs {
			unpinned = unpinned || e.Version == "" && e.Place == ""
		}
		if (err != nil) != unpinned {
			t.Errorf("Pipenv writes an entry without a version: %v, and we say %v\n%s", unpinned, err, q.Lock)
		}
		if err != nil {
			refused++
			continue
		}
		compared++
		got := []pipfilePin{}
		for _, p := range pins {
			k := pipfilePin{Name: p.Name, Version: p.Version, Extras: append([]string{}, p.Extras...), Hashes: []string{}, Place: p.Origin}
			for _, h := range p.Hashes {
				k.Hashes = append(k.Hashes, h.String())
			}
			if k.Place != "" {
				k.Version = ""
			}
			got = append(got, k)
		}
		if diff := cmp.Diff(theirs, got); diff != "" {
			t.Errorf("%q for %s (-pipenv +wain):\n%s\n%s", q.Sections, q.machine.env.PythonFullVersion, diff, q.Lock)
		}
	}
	t.Logf("%d compared, %d refused", compared, refused)
	if compared < 300 || refused < 50 {
		t.Errorf("%d compared, %d refused: too little", compared, refused)
	}
}

// askPipenv has Pipenv's own code write requirements.
func askPipenv(t *testing.T, questions []pipfileQuestion) (answers [][]pipfilePin) {
	t.Helper()
	in, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(fixtures.PythonTool(t, "pipenv", "python"), "testdata/pipfile_random.py")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8"}
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(questions) {
		t.Fatalf("%d answers: %v", len(answers), err)
	}
	return answers
}

// randomPipfile puts entries together. A name in two sections has one entry.
func randomPipfile(random *rand.Rand) string {
	pick := func(list ...any) any { return list[random.IntN(len(list))] }
	maybe := func(e map[string]any, key string, list ...any) {
		if random.IntN(2) == 0 {
			e[key] = pick(list...)
		}
	}
	doc := map[string]any{"_meta": map[string]any{"pipfile-spec": 6}}
	sections := []string{"default", "develop", "docs"}
	for _, section := range sections {
		doc[section] = map[string]any{}
	}
	for i := range random.IntN(6) {
		e := map[string]any{}
		if random.IntN(5) == 0 {
			e[pick("git", "hg").(string)] = pick("https://h.example.org/x", "ssh://git@h.example.org/x.git")
			maybe(e, "ref", "main", "v1.0")
			maybe(e, "subdirectory", "sub/dir")
		} else {
			e["version"] = pick("==1.0", "==1.0", "===2.0", "==1!3.0.post1", "==4.0+local.1", "==5.0a1")
			if random.IntN(10) == 0 {
				e["version"] = "*"
			}
			maybe(e, "hashes", []string{hashA}, []string{hashA, hashB})
			key := pick("markers", "os_markers").(string)
			maybe(e, key, "python_version >= '3.11'", "sys_platform == 'win32'", "python_full_version < '3.12.1' and platform_machine == \"x86_64\"",
				"(os_name == 'posix') and (python_version not in '3.9, 3.10')", "extra == 'x' or implementation_name == 'cpython'", "")
		}
		maybe(e, "extras", []string{"B_b", "a"}, []string{"x"})
		name := fmt.Sprintf("%s%d", pick("a", "B.b_", "zz-"), i)
		for range 1 + random.IntN(2) {
			doc[sections[random.IntN(3)]].(map[string]any)[name] = e
		}
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "    ")
	if err := enc.Encode(doc); err != nil {
		panic(err)
	}
	return b.String()
}
