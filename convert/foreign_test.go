package convert_test

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert"
	wainelf "wain/convert/elf"
	"wain/fixtures"
)

// foreign makes packages for aarch64 of real wheels, on whatever machine.
func foreign(t *testing.T, targets ...string) []convert.Package {
	t.Helper()
	b := newBench(t)
	dir := fixtures.ForeignWheels(t, "foreign")
	o := b.options(targets...)
	o.Sources = []string{b.application("sealer-1.0.0")}
	o.Lock = filepath.Join(dir, "requirements.txt")
	o.FindLinks = []string{dir}
	return build(t, o).Packages
}

// run runs a program of this machine.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// A package for another processor says so everywhere, and all its machine code
// is for that.
func TestForeignArchitecture(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-deb", "rpm", "rpm2cpio", "cpio")
	for _, p := range foreign(t, "debian12/arm64", "debian13/arm64", "el9/aarch64+python3.11") {
		arch, dir, name := "arm64", t.TempDir(), filepath.Base(p.Path)
		if p.Format == "rpm" {
			arch = "aarch64"
		}
		if p.Architecture != arch || !strings.Contains(name, arch) || !strings.Contains(p.Target, arch) || !strings.Contains(filepath.Dir(p.Path), arch) {
			t.Errorf("%s: architecture %s, file %s", p.Target, p.Architecture, p.Path)
		}
		var said, all string
		if p.Format == "deb" {
			run(t, "dpkg-deb", "-x", p.Path, dir)
			said = run(t, "dpkg-deb", "-f", p.Path, "Architecture")
			all = run(t, "dpkg-deb", "-f", p.Path)
		} else {
			run(t, "sh", "-ec", `cd "$1"; rpm2cpio "$2" | cpio -id --quiet --no-absolute-filenames`, "sh", dir, p.Path)
			said = run(t, "rpm", "-qp", "--qf", "%{ARCH}", p.Path)
			all = run(t, "rpm", "-qp", "--qf", "%{ARCH} %{OS} %{PLATFORM}\n", "--provides", "--requires", p.Path)
		}
		if strings.TrimSpace(said) != arch || regexp.MustCompile("x86|amd64").MatchString(all) {
			t.Errorf("%s says of itself:\n%s", p.Target, all)
		}
		if machines := machineCodes(t, dir); len(machines) != 1 || machines[elf.EM_AARCH64] < 10 {
			t.Errorf("%s: machine code %v", p.Target, machines)
		}
	}
}

// A wheel with machine code for two machines serves both: on each, the other's is
// data. Without any, a package is for all.
func TestOneWheelForTwoMachines(t *testing.T) {
	code := machineCode(t)
	other := bytes.Clone(code)
	other[18] = byte(elf.EM_AARCH64)
	b := newBench(t)
	o := b.options("debian12", "debian12/arm64", "el9+python3.11", "el9/aarch64+python3.11")
	o.Sources = []string{b.wheel("native", "myproject-1.2.3", func(r *fixtures.Recipe) {
		r.Filename = "myproject-1.2.3-cp311-cp311-manylinux_2_17_x86_64.manylinux_2_17_aarch64.whl"
		r.Files = append(r.Files,
			fixtures.RecipeFile{Path: "myproject/_x86.so", Data: code},
			fixtures.RecipeFile{Path: "myproject/_arm.so", Data: other})
	})}
	result := build(t, o)
	var got []string
	for _, p := range result.Packages {
		got = append(got, p.Target+" "+p.Architecture)
	}
	want := []string{"debian12 amd64", "debian12-arm64 arm64", "el9-python3.11 x86_64", "el9-aarch64-python3.11 aarch64"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"debian12: .*_arm.so is for EM_AARCH64.* taken for data", "debian12-arm64: .*_x86.so is for EM_X86_64.* taken for data"} {
		if !slices.ContainsFunc(result.Warnings, regexp.MustCompile(want).MatchString) {
			t.Errorf("no warning says %s: %q", want, result.Warnings)
		}
	}
	pure := newBench(t)
	for _, p := range build(t, pure.options("debian12/arm64", "el9/aarch64+python3.11")).Packages {
		if p.Architecture != "all" && p.Architecture != "noarch" || slices.ContainsFunc(p.Depends, regexp.MustCompile("libc|64bit").MatchString) {
			t.Errorf("%s without machine code is for %s, and depends on %q", p.Target, p.Architecture, p.Depends)
		}
	}
}

// machineCodes counts the ELF files of a folder by their machine.
func machineCodes(t *testing.T, dir string) map[elf.Machine]int {
	t.Helper()
	machines := map[elf.Machine]int{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		magic := make([]byte, 4)
		if n, _ := f.Read(magic); !wainelf.Is(magic[:n]) {
			return nil
		}
		o, err := wainelf.Read(path, f)
		if err == nil {
			machines[o.Machine]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return machines
}

// apt finds all that a package for arm64 depends on among Debian's own packages
// for arm64, on a host of that architecture and on one that has it beside its
// own. dpkg takes it as soon as it is told of the architecture.
func TestForeignApt(t *testing.T) {
	const script = `
deb=$(echo /dist/*.deb)
if dpkg --no-act --unpack "$deb" 2>refused; then echo "dpkg takes a foreign package"; exit 1; fi
grep -q 'architecture (arm64) does not match system (amd64)' refused
dpkg --add-architecture arm64
dpkg --no-act --unpack "$deb"
mkdir /lists
cp /Packages /lists/Packages
echo 'deb [trusted=yes] file:/lists ./' >/etc/apt/sources.list
: >/empty
for own in amd64 arm64; do
	apt="apt-get -q -oAPT::Architecture=$own -oAPT::Architectures::=arm64 -oDir::State::status=/empty"
	$apt update
	echo "ON $own"
	$apt -s --no-install-recommends install "$deb"
done
`
	names := []string{"libc6", "libgcc-s1", "libstdc++6", "zlib1g", "python3.11", "python3.13"}
	for name, release := range map[string]string{"debian12/arm64": "bookworm", "debian13/arm64": "trixie"} {
		p := foreign(t, name)[0]
		binds := map[string]string{"/dist": filepath.Dir(p.Path), "/Packages": fixtures.DebianPackages(t, release, "arm64", names...)}
		out := fixtures.Root(t, release).Run(t, script, binds)
		for _, want := range []string{"Inst python-sealer", "Conf python-sealer", "Inst libc6", "Inst " + p.Depends[0]} {
			if strings.Count(out, want) < 2 {
				t.Errorf("%s: not on both hosts %q:\n%s", name, want, out)
			}
		}
		if strings.Contains(out, "amd64)") || strings.Contains(out, "amd64]") {
			t.Errorf("%s: apt takes packages for amd64:\n%s", name, out)
		}
	}
	// Nothing of this would be seen if apt took whatever it is given.
	p := foreign(t, "debian13/arm64")[0]
	binds := map[string]string{"/dist": filepath.Dir(p.Path), "/Packages": fixtures.DebianPackages(t, "bookworm", "arm64", names...)}
	out, err := fixtures.Root(t, "bookworm").Try(t, script, binds)
	if err == nil || !strings.Contains(out, "python3.13") {
		t.Errorf("Debian 12 takes the package for Debian 13: %v\n%s", err, out)
	}
}

// dnf and rpm take a package for aarch64 where a package brings what EL 9 has
// there, and name what is missing where none does.
func TestForeignDnf(t *testing.T) {
	p := foreign(t, "el9/aarch64+python3.11")[0]
	var spec strings.Builder
	spec.WriteString("Name: base\nVersion: 9\nRelease: 1\nSummary: What the hosts have\nLicense: MIT\n")
	for _, line := range el9Provides() {
		fmt.Fprintf(&spec, "Provides: %s\n", line)
	}
	dir := t.TempDir()
	text := spec.String() + "%description\nNone.\n%files\n"
	if err := os.WriteFile(filepath.Join(dir, "base.spec"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out := fixtures.Root(t, "rpmhost").Run(t, `
rpmbuild -bb --quiet --target aarch64-redhat-linux --define '_topdir /rpm' /spec/base.spec
rpm=$(echo /dist/*.rpm) base=$(echo /rpm/RPMS/aarch64/*.rpm)
mkdir -p /host/var/lib/rpm
# dnf has no repository: what is on its command line must be enough.
dnf="dnf -q -y --forcearch=aarch64 --installroot=/host --releasever=9 --setopt=reposdir=/none --setopt=module_platform_id=platform:el9 --setopt=tsflags=test --nogpgcheck"
if $dnf install "$rpm" >alone 2>&1; then echo "dnf takes it alone"; exit 1; fi
echo ALONE; cat alone
echo TOGETHER
$dnf install "$base" "$rpm" 2>&1
rpm --root /host -i --test --ignorearch "$base" "$rpm"
if rpm --root /host -i --test --ignorearch "$rpm" 2>alone; then echo "rpm takes it alone"; exit 1; fi
cat alone
echo DONE
`, map[string]string{"/spec": dir, "/dist": filepath.Dir(p.Path)})
	alone, together, _ := strings.Cut(out, "TOGETHER")
	for _, want := range []string{"libc.so.6(GLIBC_2.17)(64bit)", "python(abi) = 3.11"} {
		if !strings.Contains(alone, want) || !strings.Contains(together, want) {
			t.Errorf("nobody misses %s:\n%s", want, out)
		}
	}
	// aarch64 began with glibc 2.17: a version below it is one of another machine.
	old := regexp.MustCompile(`GLIBC_2\.([0-9]|1[0-6])(\.|\)|$)`)
	if slices.ContainsFunc(p.Depends, old.MatchString) {
		t.Errorf("%q", p.Depends)
	}
}

// el9Provides is what EL 9 has for aarch64, as far as the test's wheels go.
func el9Provides() []string {
	list := []string{"python(abi) = 3.11", "/usr/bin/python3.11", "rtld(GNU_HASH)", "findutils", "/bin/sh"}
	for _, soname := range []string{"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "libresolv.so.2", "librt.so.1", "ld-linux-aarch64.so.1"} {
		list = append(list, soname+"()(64bit)")
		for minor := 17; minor <= 34; minor++ {
			list = append(list, fmt.Sprintf("%s(GLIBC_2.%d)(64bit)", soname, minor))
		}
	}
	list = append(list, "libgcc_s.so.1()(64bit)")
	for _, version := range []string{"3.0", "3.3", "3.3.1", "3.4", "3.4.2", "4.0.0", "4.2.0", "4.3.0", "4.5.0", "4.7.0", "7.0.0"} {
		list = append(list, "libgcc_s.so.1(GCC_"+version+")(64bit)")
	}
	return list
}
