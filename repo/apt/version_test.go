package apt_test

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"os/exec"
	"testing"

	"wain/fixtures"
	"wain/repo/apt"
)

func TestCompareVersions(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1.2.3", "1.2.3", 0},
		{"1.2.3", "1.2.10", -1},
		{"1.0~rc1", "1.0", -1},
		{"1.0~~", "1.0~", -1},
		{"1.0~", "1.0", -1},
		{"1.0", "1.0-1", -1},
		{"1.0", "1.0-0", 0},
		{"1:0.1", "9.9", 1},
		{"0:1", "1", 0},
		{"1.01", "1.1", 0},
		{"1.0a", "1.0+", -1},
		{"1.0+dfsg", "1.0", 1},
		{"1.0-1-2", "1.0-1-10", -1},
		{"99999999999999999999999999", "100000000000000000000000000", -1},
		{"2147483647:1", "1:1", 1},
		{"", "~", 1},
		{"", "", 0},
	} {
		if got := apt.CompareVersions(c.a, c.b); got != c.want {
			t.Errorf("CompareVersions(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := apt.CompareVersions(c.b, c.a); got != -c.want {
			t.Errorf("CompareVersions(%q, %q) = %d, want %d", c.b, c.a, got, -c.want)
		}
	}
}

// TestCompareVersionsAsDpkg compares random pairs of near neighbours with
// dpkg's own answer. Case 19.
func TestCompareVersionsAsDpkg(t *testing.T) {
	fixtures.NeedTool(t, "dpkg")
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		a := randomVersion(random)
		b := nearVersion(random, a)
		want := askDpkg(t, a, b)
		if got := apt.CompareVersions(a, b); cmp.Compare(got, 0) != want {
			t.Errorf("CompareVersions(%q, %q) = %d, dpkg says %d", a, b, got, want)
		}
	}
}

// FuzzCompareVersions holds the order to be one: no panic, antisymmetric, and
// equal only to what compares the same with a third.
func FuzzCompareVersions(f *testing.F) {
	f.Add("1.0~rc1-1", "1:2", "1.0")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		ab, bc := apt.CompareVersions(a, b), apt.CompareVersions(b, c)
		if ab != -apt.CompareVersions(b, a) {
			t.Errorf("%q and %q: not antisymmetric", a, b)
		}
		if ac := apt.CompareVersions(a, c); ab <= 0 && bc <= 0 && ac > 0 || ab == 0 && ac != bc {
			t.Errorf("%q, %q, %q: not transitive", a, b, c)
		}
	})
}

const versionAlphabet = "00112399ab.z+~~--"

// randomVersion returns something that dpkg takes as a version.
func randomVersion(random *rand.Rand) string {
	v := []byte{'1'}
	for range random.IntN(8) {
		v = append(v, versionAlphabet[random.IntN(len(versionAlphabet))])
	}
	version := string(v) + "0"
	if random.IntN(4) == 0 {
		version = string('0'+rune(random.IntN(3))) + ":" + version
	}
	return version
}

// nearVersion changes one byte behind the first of a version.
func nearVersion(random *rand.Rand, version string) string {
	v := []byte(version)
	at := 1 + random.IntN(len(v)-1)
	if v[at] == ':' || v[at-1] == ':' || at == len(v)-1 {
		return version + "~1"
	}
	v[at] = versionAlphabet[random.IntN(len(versionAlphabet))]
	return string(v)
}

func askDpkg(t *testing.T, a, b string) int {
	t.Helper()
	for _, answer := range []struct {
		relation string
		order    int
	}{{"lt", -1}, {"eq", 0}} {
		err := exec.Command("dpkg", "--compare-versions", a, answer.relation, b).Run()
		var exit *exec.ExitError
		if err == nil {
			return answer.order
		} else if !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Fatalf("dpkg --compare-versions %q %s %q: %v", a, answer.relation, b, err)
		}
	}
	return 1
}
