package target_test

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/target"
	"wain/fixtures"
)

// all gives every release on every architecture with every Python.
func all(t *testing.T) (targets []target.Target) {
	t.Helper()
	for _, name := range target.Names() {
		for _, arch := range known(t, "architecture", name+"/none") {
			for _, python := range known(t, "python", name+"+python0") {
				targets = append(targets, find(t, name+"/"+arch+"+python"+python))
			}
		}
	}
	return targets
}

// load reads testdata/NAME.yaml with its first Python or, as NAME+VERSION,
// another.
func load(t *testing.T, spec string) target.Target {
	t.Helper()
	name, version, _ := strings.Cut(spec, "+")
	data, err := os.ReadFile(filepath.Join("testdata", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	x, err := target.Load(data, name+".yaml", version)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

type machine struct {
	Tags        []string
	Environment map[string]string
}

// Tags and environments of all targets are those that packaging would give on
// a machine with the target's architecture, glibc and Python.
func TestOracleTagsAndEnvironments(t *testing.T) {
	targets := append(all(t), load(t, "musl"), load(t, "musl+3.13t"), load(t, "free-threaded"), load(t, "free-threaded+3.15t"))
	var questions [][]string
	for _, x := range targets {
		glibc, musl := x.Glibc.String(), ""
		if x.Musl != (target.Musl{}) {
			glibc, musl = "", x.Musl.String()
		}
		questions = append(questions, []string{x.Arch.Wheel, glibc, musl, x.Python.Version, x.Python.Full})
	}
	var answers []machine
	fixtures.AskPackaging(t, "testdata/oracle.py", questions, &answers)
	for i, x := range targets {
		if diff := cmp.Diff(answers[i], machineOf(x)); diff != "" {
			t.Errorf("%s: packaging -, ours +:\n%s", x, diff)
		}
	}
}

func machineOf(x target.Target) machine {
	e := x.Environment()
	m := machine{Environment: map[string]string{
		"os_name": e.OSName, "sys_platform": e.SysPlatform, "platform_system": e.PlatformSystem,
		"platform_machine": e.PlatformMachine, "platform_release": e.PlatformRelease,
		"platform_version": e.PlatformVersion, "implementation_name": e.ImplementationName,
		"implementation_version":         e.ImplementationVersion,
		"platform_python_implementation": e.PlatformPythonImplementation,
		"python_version":                 e.PythonVersion, "python_full_version": e.PythonFullVersion,
	}}
	for _, tag := range x.Tags() {
		m.Tags = append(m.Tags, tag.String())
	}
	return m
}

// The requirements of real files are those of rpm's own generator.
func TestOracleRpmRequires(t *testing.T) {
	const elfdeps = "/usr/lib/rpm/elfdeps"
	fixtures.NeedTool(t, elfdeps, "apt-get", "gpgv")
	native := map[elf.Machine]string{elf.EM_X86_64: "x86_64", elf.EM_AARCH64: "aarch64"}
	for _, tool := range []string{"apt-get", "gpgv"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		needs, machine := needsOf(t, path)
		if native[machine] == "" {
			fixtures.Missing(t, "el9 is not made for this machine, %v", machine)
		}
		out, err := exec.Command(elfdeps, "--requires", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Fields(string(out))
		slices.Sort(want)
		got, unknown := find(t, "el9/"+native[machine]).Depends(needs)
		if diff := cmp.Diff(slices.Compact(want), got); diff != "" || len(unknown) > 0 {
			t.Errorf("%s: elfdeps -, ours +, unknown %q:\n%s", path, unknown, diff)
		}
	}
}

// needsOf reads what a program needs.
func needsOf(t *testing.T, path string) ([]target.Need, elf.Machine) {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sonames, err := f.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	versions, err := f.DynamicVersionNeeds()
	if err != nil {
		t.Fatal(err)
	}
	gnuHashOnly := f.Section(".gnu.hash") != nil && f.Section(".hash") == nil
	var needs []target.Need
	for _, soname := range sonames {
		need := target.Need{Soname: soname, GNUHashOnly: gnuHashOnly}
		for _, library := range versions {
			if library.Name != soname {
				continue
			}
			for _, v := range library.Needs {
				need.Versions = append(need.Versions, v.Dep)
			}
		}
		needs = append(needs, need)
	}
	return needs, f.Machine
}
