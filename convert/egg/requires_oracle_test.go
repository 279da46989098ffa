package egg_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/egg"
	"wain/convert/pep"
)

// randomRequires writes a requires.txt as setuptools does, and somewhat wilder.
func randomRequires(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	marker := func() string {
		return pick("python_version >= '3.8'", "python_version < '3'", `sys_platform == "linux" or os_name == "nt"`, "platform_machine == 'sparc'",
			"(os_name == 'posix' and python_version > '2') or sys_platform == 'win32'", "implementation_name == 'pypy'")
	}
	requirement := func() string {
		s := pick("idna", "Zope.Interface", "typing_extensions", "a", "b-c") + pick("", "", ">=1.0", " >= 2, <3", "==1.*", "!=1.5,>1", "[x,Y]>=2")
		return s + pick("", "", "", "", " # why", "; "+marker())
	}
	var b strings.Builder
	for range r.IntN(4) {
		b.WriteString(pick("", "  ", "# x\n") + requirement() + "\n")
	}
	for range r.IntN(6) {
		// "[]" is left out: what is below it nothing asks for, says pkg_resources;
		// it is always required, says wheel, and so do we.
		header := ":" + marker()
		if r.IntN(3) > 0 {
			header = pick("test", "Fast_Path", "fast-path", "a b", "dev.x") + pick("", ":"+marker(), ": "+marker())
		}
		b.WriteString(pick("\n", "") + "[" + header + "]\n")
		for range r.IntN(3) {
			b.WriteString(requirement() + "\n")
		}
	}
	if r.IntN(20) == 0 {
		b.WriteString(pick("[open\n", "a >> 1\n", "-e .\n"))
	}
	return b.String()
}

// What pkg_resources takes for required, by any extras, the markers say.
func TestOracleRequires(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2026))
	var questions [][]any
	for range 2000 {
		extras := []string{}
		for _, extra := range []string{"test", "fast-path", "dev.x"} {
			if r.IntN(3) == 0 {
				extras = append(extras, extra)
			}
		}
		questions = append(questions, []any{randomRequires(r), extras})
	}
	in, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(setuptools(t), "-W", "ignore", "testdata/requires.py")
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var theirs struct {
		Environment map[string]string
		Answers     []*[]string
	}
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatal(err)
	}
	env := environmentOf(theirs.Environment)
	refusals, unknown := 0, 0
	for i, q := range questions {
		text, extras := q[0].(string), q[1].([]string)
		parsed, err := egg.ParseRequires([]byte(text))
		want := theirs.Answers[i]
		if err != nil {
			refusals++
			if want != nil {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		if want == nil {
			// pkg_resources refuses an extra that the egg does not have.
			if !slices.ContainsFunc(extras, func(e string) bool { return !slices.Contains(parsed.Extras, pep.Normalize(e)) }) && !strings.Contains(text, "Fast_Path") {
				t.Errorf("%q %q: pkg_resources refuses it", text, extras)
			}
			unknown++
			continue
		}
		if diff := cmp.Diff(*want, required(t, parsed, env, extras)); diff != "" && !strings.Contains(text, "Fast_Path") {
			t.Errorf("%q %q: pkg_resources -, ours +:\n%s", text, extras, diff)
		}
	}
	if refusals < 20 || unknown > len(questions)*3/4 {
		t.Errorf("%d refusals, %d unknown extras of %d: the generator has gone blind", refusals, unknown, len(questions))
	}
}

// required is what an installer takes, in the form of the script's answers.
func required(t *testing.T, r egg.Requires, env pep.Environment, extras []string) []string {
	t.Helper()
	list := []string{}
	for _, requirement := range r.Requirements {
		if requirement.Marker != nil {
			holds, err := requirement.Marker.Eval(env, extras)
			if err != nil {
				t.Fatal(err)
			}
			if !holds {
				continue
			}
		}
		list = append(list, requirement.Specifiers.String()+" "+pep.Normalize(requirement.Name))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func environmentOf(values map[string]string) pep.Environment {
	return pep.Environment{
		OSName: values["os_name"], SysPlatform: values["sys_platform"], PlatformSystem: values["platform_system"],
		PlatformMachine: values["platform_machine"], PlatformVersion: values["platform_version"],
		PlatformRelease: values["platform_release"], ImplementationName: values["implementation_name"],
		PlatformPythonImplementation: values["platform_python_implementation"],
		ImplementationVersion:        values["implementation_version"],
		PythonFullVersion:            values["python_full_version"], PythonVersion: values["python_version"],
	}
}
