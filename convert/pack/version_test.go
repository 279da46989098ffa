package pack_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"wain/convert/pack"
	"wain/convert/pep"
	"wain/fixtures"
)

func TestVersions(t *testing.T) {
	for _, c := range []struct{ pep440, epoch, want string }{
		{"1.2.3", "", "1.2.3"},
		{"2024.01.05", "", "2024.1.5"},
		{"1.0", "", "1.0"},
		{"1.0.dev3", "", "1.0~~dev3"},
		{"1.0a1", "", "1.0~a1"},
		{"1.0beta2", "", "1.0~b2"},
		{"1.0-rc.1", "", "1.0~rc1"},
		{"1.0a1.dev2", "", "1.0~a1~dev2"},
		{"1.0a1.post2", "", "1.0~a1+post2"},
		{"1.0rc1.post2.dev3", "", "1.0~rc1+post2~dev3"},
		{"1.0.post1", "", "1.0+post1"},
		{"1.0-1", "", "1.0+post1"},
		{"1.0.post1.dev2", "", "1.0+post1~dev2"},
		{"1.0+Ubuntu-1", "", "1.0+local.ubuntu.1"},
		{"1.0.post1+zz.2", "", "1.0+post1+local.zz.2"},
		{"1!2.0", "1", "2.0"},
		{"0!2.0", "", "2.0"},
		{"1.99999999999999999999999", "", "1.99999999999999999999999"},
	} {
		v := parse(t, c.pep440)
		epoch, version, err := pack.Versions(v)
		if err != nil || epoch != c.epoch || version != c.want {
			t.Errorf("Versions(%s) = %q, %q, %v; want %q, %q", c.pep440, epoch, version, err, c.epoch, c.want)
		}
	}
}

func TestVersionsRefuses(t *testing.T) {
	for _, v := range []pep.Version{{}, parse(t, "2147483648!1"), parse(t, "99999999999999999999!1")} {
		var e *pack.VersionError
		if _, _, err := pack.Versions(v); !errors.As(err, &e) {
			t.Errorf("Versions(%q): %v, want a *VersionError", v, err)
		}
	}
	if epoch, _, err := pack.Versions(parse(t, "2147483647!1")); epoch != "2147483647" || err != nil {
		t.Errorf("the largest epoch: %q, %v", epoch, err)
	}
}

// TestOrder compares random pairs in the order of PEP 440 with what dpkg and
// rpm make of their mapped versions.
func TestOrder(t *testing.T) {
	fixtures.NeedTool(t, "dpkg", "rpm")
	random := rand.New(rand.NewPCG(440, 1))
	type pair struct{ v, w pep.Version }
	var pairs []pair
	for len(pairs) < 1300 {
		// One in two shares all but the end, where the rules are.
		a, b := randomVersion(random), randomVersion(random)
		if random.IntN(2) == 0 {
			a.release, a.epoch = b.release, b.epoch
		}
		pairs = append(pairs, pair{parse(t, a.String()), parse(t, b.String())})
	}

	var lua, sh strings.Builder
	shPairs := 0
	for _, p := range pairs {
		ve, vv, _ := pack.Versions(p.v)
		we, wv, _ := pack.Versions(p.w)
		fmt.Fprintf(&lua, "c('%s','%s','%s','%s') ", vv, wv, ve, we)
		if !mixed(p.v, p.w) {
			shPairs++
			if shPairs <= 300 { // one process each
				fmt.Fprintf(&sh, "c %s %s\n", full(ve, vv), full(we, wv))
			}
		}
	}
	// Epochs come first and are numbers, to rpm as to everyone.
	rpm := run(t, "rpm", "--eval", `%{lua: function c(a,b,x,y) x=tonumber(x) or 0 y=tonumber(y) or 0
		if x<y then print(-1) elseif x>y then print(1) else print(rpm.vercmp(a,b)) end print(' ') end `+lua.String()+`}`)
	dpkg := run(t, "sh", "-c", `c() { if dpkg --compare-versions "$1" lt "$2"; then echo -1
		elif dpkg --compare-versions "$1" eq "$2"; then echo 0; else echo 1; fi; }
		`+sh.String())

	rpmOrder, dpkgOrder := strings.Fields(rpm), strings.Fields(dpkg)
	if len(rpmOrder) != len(pairs) || len(dpkgOrder) != min(shPairs, 300) {
		t.Fatalf("%d and %d answers", len(rpmOrder), len(dpkgOrder))
	}
	k := 0
	for i, p := range pairs {
		want := fmt.Sprint(p.v.Compare(p.w))
		if rpmOrder[i] != want {
			t.Errorf("rpm: %s against %s is %s, PEP 440 says %s", p.v, p.w, rpmOrder[i], want)
		}
		if !mixed(p.v, p.w) && k < len(dpkgOrder) {
			if dpkgOrder[k] != want {
				t.Errorf("dpkg: %s against %s is %s, PEP 440 says %s", p.v, p.w, dpkgOrder[k], want)
			}
			k++
		}
	}
}

// random440 is a version in parts, with three numbers in its release: dpkg and
// rpm count trailing zeros.
type random440 struct {
	epoch, release, tail string
}

func (r random440) String() string { return r.epoch + r.release + r.tail }

func randomVersion(r *rand.Rand) random440 {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	n := func() string { return pick("0", "1", "2", "9", "10", "11") }
	v := random440{epoch: pick("", "", "", "1!", "10!"), release: n() + "." + n() + "." + n()}
	if r.IntN(2) == 0 {
		v.tail += pick("a", "b", "rc") + n()
	}
	if r.IntN(3) == 0 {
		v.tail += ".post" + n()
	}
	if r.IntN(3) == 0 {
		v.tail += ".dev" + n()
	}
	if r.IntN(3) == 0 {
		v.tail += "+" + pick("a", "zz", "1", "10", "p", "post1", "ubuntu.1", "ubuntu.2", "1.2")
	}
	return v
}

// mixed reports pairs of one public version with two labels: the known exception
// of dpkg where a number meets a word.
func mixed(v, w pep.Version) bool {
	if v.Public().Compare(w.Public()) != 0 {
		return false
	}
	a, b := strings.Split(v.Local(), "."), strings.Split(w.Local(), ".")
	for i := range min(len(a), len(b)) {
		if a[i] != "" && b[i] != "" && (a[i][0] <= '9') != (b[i][0] <= '9') {
			return true
		}
	}
	return false
}

func full(epoch, version string) string {
	if epoch == "" {
		return version
	}
	return epoch + ":" + version
}

func parse(t testing.TB, s string) pep.Version {
	t.Helper()
	v, err := pep.ParseVersion(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// run gives what a program prints, and fails the test when it does.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8"}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, out, stderr.String())
	}
	return string(out)
}
