package lock_test

import (
	"bytes"
	"fmt"
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

// uvTargets are environments to judge locks for. The last two are no targets of
// ours, and have other markers hold.
func uvTargets() []pep.Environment {
	linux := func(python, machine string) pep.Environment {
		env := bookworm
		env.PythonFullVersion, env.ImplementationVersion, env.PlatformMachine = python, python, machine
		major, rest, _ := strings.Cut(python, ".")
		minor, _, _ := strings.Cut(rest, ".")
		env.PythonVersion = major + "." + minor
		return env
	}
	darwin := linux("3.12.7", "arm64")
	darwin.SysPlatform, darwin.PlatformSystem = "darwin", "Darwin"
	windows := linux("3.10.11", "AMD64")
	windows.OSName, windows.SysPlatform, windows.PlatformSystem = "nt", "win32", "Windows"
	return []pep.Environment{
		bookworm, linux("3.13.5", "aarch64"), linux("3.9.25", "x86_64"), linux("3.8.10", "aarch64"), linux("3.12.3", "x86_64"),
		linux("3.14.0", "x86_64"), darwin, windows,
	}
}

// uvQuestion is one that uv and we are asked alike.
type uvQuestion struct {
	path string   // of the lock
	args []string // to uv export, beside extras and groups
	want lock.Want
}

// arguments are those of uv export.
func (q uvQuestion) arguments() []string {
	args := append([]string{"export", "--frozen", "--offline", "--no-header", "--no-annotate", "--no-default-groups", "-q"}, q.args...)
	for _, extra := range q.want.Extras {
		args = append(args, "--extra", extra)
	}
	for _, group := range q.want.Groups {
		args = append(args, "--group", group)
	}
	return args
}

// askUV has uv export a lock. What uv says is an error where it refuses.
func askUV(t *testing.T, uv string, q uvQuestion) (string, error) {
	t.Helper()
	cmd := exec.Command(uv, q.arguments()...)
	cmd.Dir = filepath.Dir(q.path)
	cmd.Env = uvEnvironment(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("uv %s: %w: %s", strings.Join(q.arguments(), " "), err, stderr.Bytes())
	}
	return string(out), nil
}

// uvEnvironment keeps the settings of whoever runs the tests from uv.
func uvEnvironment(t *testing.T) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8", "UV_CACHE_DIR=" + filepath.Join(fixtures.Cache(t), "uv"),
		"UV_PYTHON_DOWNLOADS=never", "UV_NO_CONFIG=1",
	}
}

// uvAnswer is what one of them says: pins as the script testdata/uv.py writes
// them.
func uvAnswer(t *testing.T, dir string, pins []lock.Pin) []string {
	t.Helper()
	list := []string{}
	for _, p := range pins {
		text := p.Name + "==" + p.Version
		switch {
		case filepath.IsAbs(p.Origin):
			text = place(t, dir, p.Origin)
		case p.Origin != "":
			text = p.Name + " @ " + p.Origin
		case p.URL != "":
			text = p.Name + " @ " + p.URL
		case p.Path != "":
			text = place(t, dir, p.Path)
		case len(p.Files) == 1 && p.Index == "" && strings.HasPrefix(p.Files[0].URL, "https://files.example.org/"):
			text = p.Name + " @ " + p.Files[0].URL
		case len(p.Files) == 1 && strings.HasSuffix(p.Files[0].Path, ".tar.gz"):
			text = place(t, dir, p.Files[0].Path)
		}
		var hashes []string
		for _, h := range p.Hashes {
			hashes = append(hashes, h.String())
		}
		for _, f := range p.Files {
			for _, h := range f.Hashes {
				hashes = append(hashes, h.String())
			}
		}
		slices.Sort(hashes)
		list = append(list, strings.Join(append([]string{text}, slices.Compact(hashes)...), " "))
	}
	slices.Sort(list)
	return list
}

// place writes a path as uv does.
func place(t *testing.T, dir, path string) string {
	rel, err := filepath.Rel(dir, path)
	if err != nil {
		t.Fatal(err)
	}
	return "./" + rel
}

// compareUV asks both all questions for all targets. It tells how many selections were
// compared, and how many questions both refused.
func compareUV(t *testing.T, questions []uvQuestion, targets []pep.Environment) (compared, refused int) {
	t.Helper()
	uv := fixtures.PythonTool(t, "uv", "uv")
	var environments []map[string]string
	for _, env := range targets {
		environments = append(environments, markerVariables(env))
	}
	type judged struct {
		Text         string              `json:"text"`
		Environments []map[string]string `json:"environments"`
	}
	asked := []judged{}
	var kept []uvQuestion
	for _, q := range questions {
		text, uvErr := askUV(t, uv, q)
		if uvErr == nil {
			asked, kept = append(asked, judged{text, environments}), append(kept, q)
			continue
		}
		l, err := lock.Read(q.path, lock.Options{AllowUnhashed: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Select(targets[0], q.want); err == nil && !isForeignConflict(uvErr, q.want) {
			t.Errorf("uv refuses, and we do not: %v", uvErr)
		}
		refused++
	}
	var answers [][][]string
	fixtures.AskPackaging(t, "testdata/uv.py", asked, &answers)
	for i, q := range kept {
		l, err := lock.Read(q.path, lock.Options{AllowUnhashed: true})
		if err != nil {
			t.Fatal(err)
		}
		bySync, conflicts := i%12 == 0, 0
		for j, env := range targets {
			pins, err := l.Select(env, q.want)
			if isTarget(err) {
				continue // uv would refuse to install there; it exports
			}
			if isConflict(err) {
				// An export does not look for conflicts that dependencies bring,
				// nor across a workspace.
				bySync, conflicts = !slices.ContainsFunc(answers[i], hasTwo), conflicts+1
				continue
			}
			if err != nil {
				t.Errorf("%s: uv answers, and we do not: %v\nuv %v\n%+v", q.path, err, q.arguments(), env)
				continue
			}
			if hasTwo(answers[i][j]) {
				bySync = true
				continue
			}
			if diff := cmp.Diff(answers[i][j], uvAnswer(t, filepath.Dir(q.path), pins)); diff != "" {
				t.Errorf("%s: uv %v on %s %s %s (-uv +wain):\n%s", q.path, q.arguments(), env.SysPlatform, env.PythonFullVersion, env.PlatformMachine, diff)
			}
			compared++
		}
		if conflicts == len(targets) {
			refused++
		}
		if bySync {
			compareSync(t, uv, q, l)
		}
	}
	return compared, refused
}

// isTarget tells whether the lock is not for the target.
func isTarget(err error) bool {
	return slices.Contains(rules(err), lock.RuleTarget)
}

// isConflict tells whether what is asked for excludes each other.
func isConflict(err error) bool {
	return slices.Contains(rules(err), lock.RuleExclusive)
}

// isForeignConflict tells whether uv refuses because of a project that is not
// asked for itself: it takes the extras and groups for those of all projects of
// the workspace that are needed, and we for those of what is asked for.
func isForeignConflict(err error, w lock.Want) bool {
	_, set, found := strings.Cut(err.Error(), "conflicts: {`")
	name := strings.SplitN(strings.NewReplacer("[", ":", "`", ":").Replace(set), ":", 2)[0]
	return found && len(w.Projects) > 0 && !slices.Contains(w.Projects, name)
}

// hasTwo tells whether a sorted answer has a project twice: where what conflicts
// hangs on markers, uv exports both sides, and installs one of them.
func hasTwo(answer []string) bool {
	name := func(line string) string { return strings.SplitN(line, "==", 2)[0] }
	for i := 1; i < len(answer); i++ {
		if name(answer[i-1]) == name(answer[i]) {
			return true
		}
	}
	return false
}

func rules(err error) (list []string) {
	if e, ok := err.(*lock.Error); ok {
		for _, issue := range e.Issues {
			list = append(list, issue.Rule)
		}
	}
	return list
}

// fewSubsets are none of the names, each alone, each two of neighbours, and all.
func fewSubsets(names []string) [][]string {
	list := [][]string{nil}
	for i := range names {
		list = append(list, names[i:i+1])
		if i+1 < len(names) && len(names) > 2 {
			list = append(list, names[i:i+2])
		}
	}
	if len(names) > 1 {
		list = append(list, names)
	}
	return list
}

// packageArgs ask uv for what some projects need, without them.
func packageArgs(projects ...string) (args []string) {
	for _, name := range projects {
		args = append(args, "--package", name, "--no-emit-package", name)
	}
	return args
}

// uvQuestions are those to a lock: each of its projects, with extras and groups.
func uvQuestions(t *testing.T, path string) (list []uvQuestion) {
	t.Helper()
	l, err := lock.Read(path, lock.Options{AllowUnhashed: true})
	if err != nil {
		t.Fatal(err)
	}
	type root struct {
		args     []string
		projects []string
	}
	roots := []root{{[]string{"--no-emit-project"}, nil}}
	if len(l.Own) > 1 {
		roots = []root{{[]string{"--all-packages", "--no-emit-workspace"}, nil}}
		for i, name := range l.Own {
			roots = append(roots, root{packageArgs(name), []string{name}})
			if other := l.Own[(i+1)%len(l.Own)]; i < 3 {
				roots = append(roots, root{packageArgs(name, other), []string{name, other}})
			}
		}
	}
	if script, ok := strings.CutSuffix(path, ".lock"); ok && strings.HasSuffix(script, ".py") {
		roots = []root{{[]string{"--script", filepath.Base(script)}, nil}}
	}
	for _, r := range roots {
		for i, extras := range fewSubsets(l.Extras) {
			for j, groups := range fewSubsets(append([]string{}, l.Groups...)) {
				if i > 0 && j > 0 && (i+j)%3 != 0 {
					continue // enough
				}
				list = append(list, uvQuestion{path, r.args, lock.Want{Projects: r.projects, Extras: extras, Groups: groups}})
			}
		}
	}
	return list
}

// TestUVExport holds what is selected from the locks of testdata/uv against uv's
// own export, for each of their projects, with extras and groups, on many
// targets.
func TestUVExport(t *testing.T) {
	fixtures.PythonTool(t, "uv", "uv")
	paths, err := filepath.Glob("testdata/uv/*/*.lock")
	if err != nil || len(paths) < 8 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		path, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			t.Parallel()
			compared, refused := compareUV(t, uvQuestions(t, path), uvTargets())
			t.Logf("compared %d selections; both refuse %d questions", compared, refused)
			if compared < 4 {
				t.Errorf("compared %d selections only", compared)
			}
		})
	}
}

// TestUVAliases has locks with the names that keys had at first, which uv still
// reads.
func TestUVAliases(t *testing.T) {
	fixtures.PythonTool(t, "uv", "uv")
	old := strings.NewReplacer("[[package]]", "[[distribution]]", "[package.dev-dependencies]", "[distribution.dependency-groups]",
		"[package.metadata.requires-dev]", "[distribution.metadata.dependency-groups]", "[package.", "[distribution.", "upload-time", "upload_time")
	for _, name := range []string{"workspace", "revision-3"} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata/uv", name))); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "uv.lock")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(old.Replace(string(text))), 0o644); err != nil {
			t.Fatal(err)
		}
		questions := uvQuestions(t, path)
		compared, _ := compareUV(t, questions[:min(len(questions), 12)], uvTargets()[:4])
		if compared < 12 {
			t.Errorf("%s: compared %d selections only", name, compared)
		}
	}
}
