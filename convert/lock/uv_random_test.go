package lock_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wain/convert/lock"
	"wain/fixtures"
)

// workspace makes up projects: an index of small wheels, and a workspace whose
// projects need some of them.
type workspace struct {
	*rand.Rand
	t             *testing.T
	dir           string
	lets          []string // conflicts, as tool.uv has them
	forked, rival bool     // a project has pinned p1, and p0
}

func (w *workspace) pick(choices ...string) string { return choices[w.IntN(len(choices))] }

// some gives up to n of a list.
func (w *workspace) some(n int, list ...string) []string {
	list = slices.Clone(list)
	w.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:min(len(list), w.IntN(n+1))]
}

func (w *workspace) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// marker is a condition that some targets meet, or none at all.
func (w *workspace) marker() string {
	one := func() string {
		return w.pick("sys_platform == 'linux'", "sys_platform != 'win32'", "platform_machine == 'aarch64'", "python_version < '3.12'",
			"python_full_version >= '3.13'", "os_name == 'nt' or sys_platform == 'darwin'", "platform_system == 'Darwin'",
			"implementation_name == 'cpython'", "python_version in '3.9 3.11'", "platform_python_implementation != 'PyPy'")
	}
	switch w.IntN(8) {
	case 0, 1, 2:
		return " ; " + one()
	case 3:
		return " ; (" + one() + ") and (" + one() + ")"
	}
	return ""
}

const uvPackages = 9

// requirement asks for a package of the index.
func (w *workspace) requirement(extras bool) string {
	i := w.IntN(uvPackages)
	text := fmt.Sprintf("p%d", i)
	if extras && w.IntN(3) == 0 {
		text += w.pick("[x]", "[Y_1]", "[x,y-1]")
	}
	if i < 2 {
		return text // projects pin these
	}
	return text + w.pick("", "", "", ">=1", "<2", "<=1.1", "!=2.0")
}

func (w *workspace) requirements(n int) (list []string) {
	for range w.IntN(n + 1) {
		list = append(list, w.requirement(true)+w.marker())
	}
	return list
}

// index writes packages in one to three versions.
func (w *workspace) index() {
	for i := range uvPackages {
		var page strings.Builder
		for _, version := range []string{"1.0", "1.1", "2.0"}[:1+max(w.IntN(3), 2-i, 0)] {
			var metadata strings.Builder
			fmt.Fprintf(&metadata, "Metadata-Version: 2.1\nName: p%d\nVersion: %s\n", i, version)
			if w.IntN(5) == 0 && version == "2.0" {
				metadata.WriteString("Requires-Python: >=3.12\n")
			}
			for _, r := range w.requirements(2) {
				metadata.WriteString("Requires-Dist: " + r + "\n")
			}
			for _, extra := range []string{"x", "Y_1"} {
				metadata.WriteString("Provides-Extra: " + extra + "\n")
				for range w.IntN(2) {
					fmt.Fprintf(&metadata, "Requires-Dist: %s ; extra == '%s'%s\n", w.requirement(true), extra,
						w.pick("", "", " and python_version < '3.13'", " and sys_platform == 'linux'"))
				}
			}
			name := fmt.Sprintf("p%d-%s-py3-none-any.whl", i, version)
			data, err := fixtures.BuildWheel(fixtures.Recipe{Filename: name, Files: []fixtures.RecipeFile{
				{Path: fmt.Sprintf("p%d-%s.dist-info/METADATA", i, version), Data: []byte(metadata.String())},
			}})
			if err != nil {
				w.t.Fatal(err)
			}
			w.write(fmt.Sprintf("index/p%d/%s", i, name), string(data))
			fmt.Fprintf(&page, "<a href=\"%s#sha256=%x\">%s</a><br>\n", name, sha256.Sum256(data), name)
		}
		w.write(fmt.Sprintf("index/p%d/index.html", i), "<!DOCTYPE html><html><body>"+page.String()+"</body></html>")
	}
}

func tomlList(list []string) string {
	quoted := make([]string, len(list))
	for i, text := range list {
		quoted[i] = strconv.Quote(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// project writes a project of the workspace; others are those it may need.
func (w *workspace) project(folder, name string, others []string) {
	var b strings.Builder
	needs := w.requirements(3)
	var sources []string
	for _, other := range w.some(2, others...) {
		needs = append(needs, other+w.pick("", "", "[a]", "[a,c]", "[all]", "[a,b]")+w.marker())
		sources = append(sources, other)
	}
	if !w.forked && w.IntN(3) == 0 {
		w.forked = true
		needs = append(needs, "p1==1.0 ; sys_platform == 'linux'", "p1>1.0 ; sys_platform != 'linux'")
	}
	fmt.Fprintf(&b, "[project]\nname = %q\nversion = \"1\"\nrequires-python = \">=3.9\"\ndependencies = %s\n", name, tomlList(needs))
	b.WriteString("[project.optional-dependencies]\n")
	rival := !w.rival && w.IntN(2) == 0
	w.rival = w.rival || rival
	for i, extra := range []string{"a", "b", "c"} {
		list := w.requirements(2)
		if rival && i < 2 {
			list = append(list, "p0=="+[]string{"1.0", "1.1"}[i])
		}
		fmt.Fprintf(&b, "%s = %s\n", extra, tomlList(list))
	}
	fmt.Fprintf(&b, "all = %s\n[dependency-groups]\n", tomlList([]string{name + w.pick("[b]", "[b,c]")}))
	for _, group := range []string{"dev", "g"} {
		list := w.requirements(2)
		if rival && group == "g" {
			list = append(list, "p0==1.0")
		}
		fmt.Fprintf(&b, "%s = %s\n", group, tomlList(list))
	}
	b.WriteString("both = [{ include-group = \"g\" }, { include-group = \"dev\" }]\n[tool.uv]\n")
	if rival {
		for _, sides := range [][2]string{{"a", "b"}, {"a", "all"}, {"b", "g"}, {"b", "both"}, {"all", "g"}, {"all", "both"}} {
			kind := "extra"
			if sides[1] == "g" || sides[1] == "both" {
				kind = "group"
			}
			w.lets = append(w.lets, fmt.Sprintf("[{ package = %q, extra = %q }, { package = %q, %s = %q }]", name, sides[0], name, kind, sides[1]))
		}
	}
	if folder == "." {
		if len(others) > 0 {
			b.WriteString("workspace.members = " + tomlList(others) + "\n")
		}
		if w.IntN(4) == 0 {
			b.WriteString("environments = [\"sys_platform == 'linux'\", \"sys_platform == 'darwin' and platform_machine == 'arm64'\"]\n")
		}
		if w.IntN(4) == 0 {
			b.WriteString("override-dependencies = " + tomlList([]string{w.requirement(false)}) + "\n")
		}
		b.WriteString("conflicts = [" + strings.Join(w.lets, ", ") + "]\n")
	} else if w.IntN(3) == 0 {
		b.WriteString("package = false\n")
	} else {
		b.WriteString("package = true\n")
	}
	b.WriteString("[tool.uv.sources]\n")
	for _, source := range sources {
		b.WriteString(source + " = { workspace = true }\n")
	}
	w.write(filepath.Join(folder, "pyproject.toml"), b.String())
}

// lock has uv lock the workspace; false where there is no solution.
func (w *workspace) lock(uv string) bool {
	w.t.Helper()
	cmd := exec.Command(uv, "lock", "--offline", "-q", "--default-index", "./index")
	cmd.Dir, cmd.Env = w.dir, uvEnvironment(w.t)
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "No solution found") {
		w.t.Errorf("uv lock: %v\n%s", err, out)
	}
	if err != nil {
		w.t.Logf("%s", out)
	}
	return err == nil
}

// TestUVRandom compares what is selected from locks of random workspaces with
// uv's own export. WAIN_SEEDS is how many; those of a normal run are few.
func TestUVRandom(t *testing.T) {
	uv := fixtures.PythonTool(t, "uv", "uv")
	seeds := 5
	if n, err := strconv.Atoi(os.Getenv("WAIN_SEEDS")); err == nil {
		seeds = n
	}
	locked, compared, refused := 0, 0, 0
	for seed := range seeds {
		w := &workspace{Rand: rand.New(rand.NewPCG(uint64(seed), 5)), t: t, dir: t.TempDir()}
		w.index()
		members := []string{"m-one", "m-two", "m-three"}[:w.IntN(4)]
		for i, m := range members {
			w.project(m, m, members[i+1:])
		}
		w.project(".", "top", members)
		if !w.lock(uv) {
			continue
		}
		locked++
		questions := uvQuestions(t, filepath.Join(w.dir, "uv.lock"))
		for _, project := range append(members, "top") {
			questions = append(questions, uvQuestion{
				filepath.Join(w.dir, "uv.lock"),
				packageArgs(project),
				lock.Want{Projects: []string{project}, Extras: w.some(2, "a", "b", "c", "all"), Groups: w.some(2, "dev", "g", "both")},
			})
		}
		w.Shuffle(len(questions), func(i, j int) { questions[i], questions[j] = questions[j], questions[i] })
		c, r := compareUV(t, questions[:min(len(questions), 8)], uvTargets())
		compared, refused = compared+c, refused+r
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d of %d workspaces have a lock; %d selections compared, both refuse %d questions", locked, seeds, compared, refused)
	if locked < seeds/4 || compared < 4*locked {
		t.Errorf("too little was compared")
	}
}
