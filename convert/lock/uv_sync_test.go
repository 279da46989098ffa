package lock_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
	"wain/convert/pep"
	"wain/fixtures"
)

// syncUV asks uv what it would install for this machine's Python.
func syncUV(t *testing.T, uv string, q uvQuestion) (string, error) {
	t.Helper()
	args := []string{"sync", "--dry-run"}
	for _, arg := range q.arguments()[1:] {
		switch {
		case arg == "-q" || arg == "--no-header" || arg == "--no-annotate" || arg == "--no-default-groups" && slices.Contains(q.args, "--script"):
		case strings.HasPrefix(arg, "--no-emit"):
			args = append(args, strings.Replace(arg, "emit", "install", 1))
		default:
			args = append(args, arg)
		}
	}
	cmd := exec.Command(uv, args...)
	cmd.Dir, cmd.Env = filepath.Dir(q.path), append(uvEnvironment(t), "UV_PYTHON="+fixtures.PythonTool(t, "uv", "python"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// installs is a line of what would be installed.
var installs = regexp.MustCompile(`(?m)^ \+ ([^ =]+)(==\S+)?`)

// compareSync compares what uv would install here with what is selected for
// this machine: names, and versions of what an index has.
func compareSync(t *testing.T, uv string, q uvQuestion, l *lock.Lock) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(filepath.Dir(q.path), "vendor")); err == nil {
		return // uv looks for the local files
	}
	pins, err := l.Select(thisMachine(t), q.want)
	out, uvErr := syncUV(t, uv, q)
	switch excludes := strings.Contains(out, "conflicting extras") || strings.Contains(out, "are incompatible with"); {
	case uvErr != nil && excludes && isConflict(err), uvErr != nil && isTarget(err):
		return
	case uvErr != nil || err != nil:
		t.Errorf("%s: uv sync %v: %v\n%s\nwain: %v", q.path, q.arguments(), uvErr, out, err)
		return
	}
	theirs := []string{}
	for _, m := range installs.FindAllStringSubmatch(out, -1) {
		theirs = append(theirs, m[1]+m[2])
	}
	ours := []string{}
	for _, p := range pins {
		text := p.Name
		if p.Index != "" || len(p.Files) > 0 && strings.Contains(p.Files[0].Path, "/index/") {
			text += "==" + p.Version
		}
		ours = append(ours, text)
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	if diff := cmp.Diff(theirs, ours); diff != "" {
		t.Errorf("%s: uv sync %v (-uv +wain):\n%s", q.path, q.arguments(), diff)
	}
}

// thisMachine is the environment of the Python that uv would install for.
func thisMachine(t *testing.T) pep.Environment {
	t.Helper()
	out, err := exec.Command(fixtures.PackagingPython(t), "-c", "import json; from packaging.markers import default_environment as e; print(json.dumps(e()))").Output()
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]string
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&values); err != nil {
		t.Fatal(err)
	}
	return pep.Environment{
		OSName: values["os_name"], SysPlatform: values["sys_platform"], PlatformSystem: values["platform_system"], PlatformMachine: values["platform_machine"],
		PlatformRelease: values["platform_release"], PlatformVersion: values["platform_version"], ImplementationName: values["implementation_name"],
		ImplementationVersion: values["implementation_version"], PlatformPythonImplementation: values["platform_python_implementation"],
		PythonVersion: values["python_version"], PythonFullVersion: values["python_full_version"],
	}
}
