package rpm_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wain/fixtures"
	"wain/repo/rpm"
)

func TestCompareVersions(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1.0", "1.0", 0},
		{"1.0", "2.0", -1},
		{"2.0.1", "2.0.1a", -1},
		{"5.5p1", "5.5p10", -1},
		{"10xyz", "10.1xyz", -1},
		{"xyz10", "xyz10.1", -1},
		{"1.0010", "1.9", 1},
		{"1.05", "1.5", 0},
		{"1b.fc17", "1.fc17", -1},
		{"1.0~rc1", "1.0", -1},
		{"1.0~rc1~git1", "1.0~rc1", -1},
		{"1.0^git1", "1.0", 1},
		{"1.0^git1", "1.0.1", -1},
		{"1.0~rc1^git1", "1.0~rc1", 1},
		{"1.0^git1~pre", "1.0^git1", -1},
		{"1_0", "1.0", 0},
		{"1.", "1", 0},
		{"a", "1", -1},
		{"99999999999999999999", "100000000000000000000", -1},
		{"", "", 0},
		{"", "1", -1},
		{"", "~", 1},
	} {
		if got := rpm.CompareVersions(c.a, c.b); got != c.want {
			t.Errorf("CompareVersions(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := rpm.CompareVersions(c.b, c.a); got != -c.want {
			t.Errorf("CompareVersions(%q, %q) = %d, want %d", c.b, c.a, got, -c.want)
		}
	}
}

// TestCompareEVRAsRpm compares thousands of random pairs with rpm's own
// answers, given by its Lua interpreter in one run. Case 19.
func TestCompareEVRAsRpm(t *testing.T) {
	fixtures.NeedTool(t, "rpm")
	random := rand.New(rand.NewPCG(3, 4))
	var pairs [][2]string
	var text strings.Builder
	for range 5000 {
		a := randomEVR(random)
		b := nearEVR(random, a)
		pairs = append(pairs, [2]string{a, b})
		fmt.Fprintf(&text, "%s %s\n", a, b)
	}
	dir := t.TempDir()
	list, script := filepath.Join(dir, "pairs"), filepath.Join(dir, "compare.lua")
	lua := "for line in io.lines('" + list + "') do\n" +
		"  local a, b = line:match('^(%S+) (%S+)$')\n" +
		"  io.stdout:write(rpm.vercmp(a, b), '\\n')\nend\n"
	for path, content := range map[string]string{list: text.String(), script: lua} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("rpm", "--eval", "%{lua: dofile('"+script+"')}").Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Fields(string(out))
	if len(answers) != len(pairs) {
		t.Fatalf("%d answers to %d pairs", len(answers), len(pairs))
	}
	for i, pair := range pairs {
		if got := fmt.Sprint(rpm.CompareEVR(pair[0], pair[1])); got != answers[i] {
			t.Errorf("CompareEVR(%q, %q) = %s, rpm says %s", pair[0], pair[1], got, answers[i])
		}
	}
}

func TestSplitEVR(t *testing.T) {
	for _, c := range []struct{ evr, epoch, version, release string }{
		{"1:2-3", "1", "2", "3"},
		{"2-3", "0", "2", "3"},
		{"2", "0", "2", ""},
		{":2-3", "0", "2", "3"},
		{"a:2-3", "0", "a:2", "3"},
		{"1-2-3", "0", "1-2", "3"},
		{"", "0", "", ""},
	} {
		epoch, version, release := rpm.SplitEVR(c.evr)
		if epoch != c.epoch || version != c.version || release != c.release {
			t.Errorf("SplitEVR(%q) = %q, %q, %q", c.evr, epoch, version, release)
		}
	}
}

// FuzzCompareVersions holds that there is no panic and no dependence on which
// side is asked first. The order is not transitive: rpm's own is not ("1.~"
// and the like), and what matters is to answer as rpm does.
func FuzzCompareVersions(f *testing.F) {
	f.Add("1:1.0~rc1^git-1", "1.0")
	f.Fuzz(func(t *testing.T, a, b string) {
		if rpm.CompareEVR(a, b) != -rpm.CompareEVR(b, a) {
			t.Errorf("%q and %q: not antisymmetric", a, b)
		}
		if rpm.CompareVersions(a, a) != 0 {
			t.Errorf("%q differs from itself", a)
		}
	})
}

const evrAlphabet = "001123999abzA..__++~~^^"

// randomEVR has always a version, often a release and sometimes an epoch.
func randomEVR(random *rand.Rand) string {
	part := func() string {
		p := []byte{evrAlphabet[random.IntN(10)]}
		for range random.IntN(8) {
			p = append(p, evrAlphabet[random.IntN(len(evrAlphabet))])
		}
		return string(p)
	}
	evr := part()
	if random.IntN(3) > 0 {
		evr += "-" + part()
	}
	if random.IntN(4) == 0 {
		evr = fmt.Sprint(random.IntN(3)) + ":" + evr
	}
	return evr
}

// nearEVR changes, adds or drops a little of an EVR.
func nearEVR(random *rand.Rand, evr string) string {
	b := []byte(evr)
	at := random.IntN(len(b))
	switch {
	case random.IntN(4) == 0:
		return randomEVR(random)
	case b[at] == ':' || b[at] == '-' || random.IntN(3) == 0:
		return evr + string(evrAlphabet[random.IntN(len(evrAlphabet))])
	}
	b[at] = evrAlphabet[random.IntN(len(evrAlphabet))]
	return string(b)
}
