package lock_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wain/convert/lock"
	"wain/convert/pep"
	"wain/fixtures"
)

// coreQuestion is what Poetry's own parts are asked.
type coreQuestion struct {
	Constraints [][2]string `json:"constraints,omitempty"`
	Pythons     [][2]string `json:"pythons,omitempty"`
	Projects    []string    `json:"projects,omitempty"`
}

// coreAnswer is what they say; nil for a constraint that they cannot read.
type coreAnswer struct {
	Constraints []*bool  `json:"constraints,omitempty"`
	Pythons     []*bool  `json:"pythons,omitempty"`
	Hashes      []string `json:"hashes"`
}

func askPoetryCore(t *testing.T, q coreQuestion) (a coreAnswer) {
	t.Helper()
	in, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(fixtures.PythonTool(t, "poetry", "python"), "testdata/poetry_core.py")
	cmd.Stdin = strings.NewReader(string(in))
	cmd.Stderr = os.Stderr
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ask Poetry: %v", err)
	}
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// walkFiles are an old lock of projects p0, p1, … at versions, and the project
// that asks for them with what stands behind "p0 = ".
func walkFiles(asked, versions []string) map[string]string {
	var project, locked, files strings.Builder
	project.WriteString("[tool.poetry]\nname = \"app\"\n[tool.poetry.dependencies]\npython = \"*\"\n")
	files.WriteString("[metadata]\nlock-version = \"1.1\"\npython-versions = \"*\"\n[metadata.files]\n")
	for i := range asked {
		fmt.Fprintf(&project, "p%d = %s\n", i, asked[i])
		fmt.Fprintf(&locked, "[[package]]\nname = \"p%d\"\nversion = %q\noptional = false\npython-versions = \"*\"\n", i, versions[i])
		fmt.Fprintf(&files, "p%d = [{file = \"p%d.tar.gz\", hash = %q}]\n", i, i, hashA)
	}
	return map[string]string{"pyproject.toml": project.String(), "poetry.lock": locked.String() + files.String()}
}

// selectWalk reads such a lock and gives which of the projects were taken, and
// which were refused, as the walk says it.
func selectWalk(t *testing.T, files map[string]string, env pep.Environment) (taken map[string]bool, refused map[string]string) {
	t.Helper()
	l, err := lock.Read(filepath.Join(write(t, files), "poetry.lock"), lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	taken, refused = map[string]bool{}, map[string]string{}
	pins, err := l.Select(env, lock.Want{})
	var e *lock.Error
	if errors.As(err, &e) {
		for _, issue := range e.Issues {
			refused[issue.Text] = issue.Rule
		}
	} else if err != nil {
		t.Fatal(err)
	}
	for _, p := range pins {
		taken[p.Name] = true
	}
	return taken, refused
}

// TestPoetryConstraints holds Poetry's language of versions against Poetry's own
// reader of it, on pairs put together at random.
func TestPoetryConstraints(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	number := func() string { return pick("0", "0", "1", "1", "2", "3", "10") }
	version := func() string {
		text := number()
		for range random.IntN(4) {
			text += "." + number()
		}
		return pick("", "", "", "", "1!") + text + pick("", "", "", "", "", "", "rc1", "a2", ".post1", ".dev3")
	}
	clause := func() string {
		switch random.IntN(8) {
		case 0:
			return pick("", "", "!=", "==") + number() + pick("", "."+number()) + ".*"
		case 1:
			return "*"
		}
		return pick("^", "^", "~", "~", "~=", ">=", ">=", "<", "<=", ">", "==", "", "!=", "^ ", ">= ") + version()
	}
	var q coreQuestion
	for range 4000 {
		text := clause()
		for range random.IntN(3) {
			text += pick(",", ", ", " ", " || ", "||", " | ") + clause()
		}
		v := version() + pick("", "", "", "", "+local.1")
		q.Constraints = append(q.Constraints, [2]string{text, v})
	}
	answers := askPoetryCore(t, q).Constraints
	const most = 90 // issues of one error
	for batch := range slices.Chunk(slices.Collect(func(yield func(int) bool) {
		for i := range answers {
			if answers[i] != nil && !yield(i) {
				return
			}
		}
	}), most) {
		var asked, versions []string
		for _, i := range batch {
			asked, versions = append(asked, fmt.Sprintf("%q", q.Constraints[i][0])), append(versions, q.Constraints[i][1])
		}
		_, refused := selectWalk(t, walkFiles(asked, versions), bookworm)
		for j, i := range batch {
			rule := refused[fmt.Sprintf("p%d", j)]
			if got := rule == ""; got != *answers[i] {
				t.Errorf("%q allows %s: %v, Poetry says %v (%s)", q.Constraints[i][0], q.Constraints[i][1], got, *answers[i], rule)
			}
		}
	}
	read := 0
	for _, a := range answers {
		if a != nil {
			read++
		}
	}
	t.Logf("Poetry reads %d of %d", read, len(answers))
}

// TestPoetryPythons does the same for constraints of Python, which become
// markers of python_version and python_full_version.
func TestPoetryPythons(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	clause := func() string {
		if random.IntN(5) == 0 {
			return pick("3.9.*", "3.11.*", "==3.11.*", "!=3.10.*", "*", "3.*")
		}
		return pick("^", "~", "~=", ">=", ">=", "<", "<=", ">", "==", "", "!=") + pick("3.9", "3.10", "3.11", "3.12", "3.13", "3.11.2", "3.13.1", "3.11.0", "4.0", "3.8")
	}
	versions := []string{"3.9.25", "3.10.0", "3.11.2", "3.11.0", "3.13.5", "3.12.0"}
	var q coreQuestion
	for range 600 {
		text := clause()
		for range random.IntN(3) {
			text += pick(",", ", ", " ", " || ", "||") + clause()
		}
		q.Pythons = append(q.Pythons, [2]string{text, pick(versions...)})
	}
	answers := askPoetryCore(t, q).Pythons
	for _, version := range versions {
		env := bookworm
		env.PythonFullVersion, env.PythonVersion = version, version[:strings.LastIndex(version, ".")]
		var asked, locked []string
		var of []int
		for i, a := range answers {
			if a != nil && q.Pythons[i][1] == version {
				asked = append(asked, fmt.Sprintf("{version = \"*\", python = %q}", q.Pythons[i][0]))
				locked, of = append(locked, "1"), append(of, i)
			}
		}
		taken, refused := selectWalk(t, walkFiles(asked, locked), env)
		if len(refused) > 0 {
			t.Errorf("refused: %v", refused)
		}
		for j, i := range of {
			if got := taken[fmt.Sprintf("p%d", j)]; got != *answers[i] {
				t.Errorf("python = %q on %s: %v, Poetry says %v", q.Pythons[i][0], version, got, *answers[i])
			}
		}
	}
}

// contentProjects are texts of pyproject.toml whose hash needs all that JSON can
// hold of them.
var contentProjects = []string{
	"[tool.poetry]\nname = 'a'\n[tool.poetry.dependencies]\npython = '^3.9'\n",
	"[tool.poetry.dependencies]\nb = {version = '*', optional = true, extras = ['x', 'y']}\na = [{version = '1', python = '3'}, '2']\n[tool.poetry.extras]\nx = ['b']\n[tool.poetry.group.dev.dependencies]\nc = '*'\n",
	"[project]\nname = 'a'\nrequires-python = '>=3.9'\ndependencies = ['b']\n[tool.poetry]\npackage-mode = false\n",
	"[project]\nname = 'a'\n[project.optional-dependencies]\nx = []\n[dependency-groups]\ndev = ['b', {include-group = 'c'}]\nc = []\n[tool.poetry.dependencies]\nb = {source = 'x'}\n[[tool.poetry.source]]\nname = 'x'\nurl = 'https://index.example.org/simple'\n",
	"[dependency-groups]\ndev = []\n",
	"[tool.poetry.dependencies]\n\"b\" = \"é \\u20ac \\U0001F600 \\\" \\\\ \\t \\n \\b \\f \\r / \\u007f \\u0001 \\u2028 <>&'\"\nc = {n = 12, m = -3, t = true}\n",
	"[tool.other]\nx = 1\n",
	"",
}

// TestPoetryContentHash: no warning for a lock with the hash that Poetry
// computes of the project beside it, and one for any other.
func TestPoetryContentHash(t *testing.T) {
	hashes := askPoetryCore(t, coreQuestion{Projects: contentProjects}).Hashes
	for i, project := range contentProjects {
		for hash, warnings := range map[string]int{hashes[i]: 0, strings.Repeat("0", 64): 1, "": 0} {
			text := fmt.Sprintf("package = []\n[metadata]\nlock-version = \"2.1\"\npython-versions = \"*\"\ncontent-hash = %q\n", hash)
			l, err := lock.Read(filepath.Join(write(t, map[string]string{"pyproject.toml": project, "poetry.lock": text}), "poetry.lock"), lock.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(l.Warnings) != warnings {
				t.Errorf("%s with the hash %q: %q", project, hash, l.Warnings)
			}
		}
	}
}
