package lock_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
)

// randomGraph is an old lock, and its project, put together at random: projects
// with one or two versions for parts of Python's, that need each other under
// constraints, markers and extras.
func randomGraph(random *rand.Rand) map[string]string {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	marker := func() string {
		return pick("", "", "", ", markers = \"sys_platform == 'linux'\"", ", markers = \"sys_platform != 'linux'\"", ", markers = \"python_version < '3.12'\"",
			", markers = \"python_version >= '3.12' or platform_machine == 'aarch64'\"")
	}
	const n = 9
	optional := func(i int) bool { return i >= 6 } // only for extras
	dependency := func(i int) string {
		text := fmt.Sprintf("{version = %q", pick("*", "*", ">=1", "^1 || ^2", "~1.0 || ~2.0", ">=1,!=1.5"))
		if random.IntN(4) == 0 {
			text += ", extras = [" + pick(`"x"`, `"y"`, `"x", "y"`) + "]"
		}
		return fmt.Sprintf("p%d = %s%s", i, text, marker())
	}
	var locked, files, project strings.Builder
	for i := range n {
		versions := [][2]string{{"1.0", ">=3.8"}}
		if root := i < 3 || i == 4 || i == 7; !root && random.IntN(2) == 0 {
			versions = [][2]string{{"1.0", ">=3.8,<3.12"}, {"2.0", ">=3.12"}}
		}
		for _, v := range versions {
			fmt.Fprintf(&locked, "[[package]]\nname = \"p%d\"\nversion = %q\ndescription = \"\"\noptional = %v\npython-versions = %q\nfiles = [{file = \"p%d-%s.tar.gz\", hash = \"sha256:%064x\"}]\n",
				i, v[0], optional(i), v[1], i, v[0], i*10+int(v[0][0]-'0'))
			var edges []string
			extras := map[string][]string{}
			for j := range n {
				switch {
				case j == i || optional(j) != optional(i) && random.IntN(3) > 0 || random.IntN(4) > 0:
				case optional(j) && !optional(i), random.IntN(4) == 0:
					// The list of an extra says the same as the table does.
					version, features := pick("*", ">=1", ">=1,<3"), pick("", "", "[x]", "[y]")
					extra := pick("x", "y")
					constraint := ""
					if version != "*" {
						constraint = " (" + version + ")"
					}
					edges = append(edges, fmt.Sprintf("p%d = {version = %q, extras = [%s], optional = true, markers = \"extra == '%s'\"}",
						j, version, strings.NewReplacer("[", `"`, "]", `"`).Replace(features), extra))
					extras[extra] = append(extras[extra], fmt.Sprintf("\"p%d%s%s\"", j, features, constraint))
				default:
					edges = append(edges, dependency(j)+"}")
				}
			}
			if len(edges) > 0 {
				locked.WriteString("\n[package.dependencies]\n" + strings.Join(edges, "\n") + "\n")
			}
			if len(extras) > 0 {
				locked.WriteString("\n[package.extras]\n")
				for _, extra := range []string{"x", "y"} {
					locked.WriteString(extra + " = [" + strings.Join(extras[extra], ", ") + "]\n")
				}
			}
			locked.WriteString("\n")
		}
	}
	project.WriteString("[tool.poetry]\nname = \"app\"\nversion = \"1\"\ndescription = \"\"\nauthors = []\n[tool.poetry.dependencies]\npython = \">=3.8\"\n")
	for i := range 3 {
		project.WriteString(dependency(i) + "}\n")
	}
	project.WriteString(dependency(7) + ", optional = true}\n[tool.poetry.extras]\ne = [\"p7\"]\n[tool.poetry.group.g.dependencies]\n" + dependency(4) + "}\n")
	files.WriteString("[extras]\ne = [\"p7\"]\n\n[metadata]\nlock-version = \"2.0\"\npython-versions = \">=3.8\"\ncontent-hash = \"\"\n")
	return map[string]string{"poetry.lock": locked.String() + files.String(), "pyproject.toml": project.String()}
}

// TestPoetryRandom has Poetry export locks put together at random, and walks them.
func TestPoetryRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	var questions []exportQuestion
	var wants []lock.Want
	for range 60 {
		dir := write(t, randomGraph(random))
		for _, w := range []lock.Want{{}, {Extras: []string{"e"}, Groups: []string{"g"}}} {
			q := exportQuestion{Dir: dir, Extras: append([]string{}, w.Extras...), Groups: append([]string{}, w.Groups...), Options: []string{"stale"}}
			for _, env := range exportTargets() {
				q.Environments = append(q.Environments, markerVariables(env))
			}
			questions, wants = append(questions, q), append(wants, w)
		}
	}
	compared, different := 0, 0
	for i, answer := range askExporter(t, "poetry1", "testdata/poetry_export.py", questions) {
		l, err := lock.Read(filepath.Join(questions[i].Dir, "poetry.lock"), lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if answer.Error != "" {
			t.Errorf("Poetry does not answer: %s", answer.Error)
			continue
		}
		for j, env := range exportTargets() {
			pins, err := l.Select(env, wants[i])
			if err != nil {
				t.Errorf("%s: %v", questions[i].Dir, err)
				continue
			}
			if diff := cmp.Diff(answer.Pins[j], exported(pins)); diff != "" {
				if different++; different < 5 {
					text := randomText(t, questions[i].Dir) + answer.Text
					t.Errorf("%s%+v on %s %s %s (-Poetry +wain):\n%s", text, wants[i], env.SysPlatform, env.PythonFullVersion, env.PlatformMachine, diff)
				}
			}
			compared++
		}
	}
	t.Logf("%d selections compared, %d different", compared, different)
}

func randomText(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	for _, name := range []string{"pyproject.toml", "poetry.lock"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
