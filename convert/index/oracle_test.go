package index_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"wain/convert/index"
	"wain/convert/pep"
	"wain/fixtures"
)

// TestPip has pip choose from the same files, put together at random.
func TestPip(t *testing.T) {
	fixtures.NeedTool(t, "python3")
	random := rand.New(rand.NewPCG(3, 3))
	rounds := make([][]string, 500)
	for i := range rounds {
		rounds[i] = randomNames(random)
	}
	tags, chosen := askPip(t, rounds)
	x := open(t)
	none := 0
	for i, names := range rounds {
		var candidates []index.Candidate
		for _, name := range names {
			c, err := index.Direct("wheels/" + name)
			if err != nil {
				t.Fatal(err)
			}
			candidates = append(candidates, c)
		}
		got, err := x.Choose(t.Context(), candidates, index.Want{Project: "a", Version: version(t, "1.0"), Tags: tags})
		var no *index.NoWheelError
		switch {
		case errors.As(err, &no):
			none++
		case err != nil:
			t.Fatal(err)
		}
		if got.Filename.Raw != chosen[i] {
			t.Errorf("of %q pip chooses %q, we %q", names, chosen[i], got.Filename.Raw)
		}
	}
	if none == 0 || none > len(rounds)/2 {
		t.Errorf("%d of %d rounds without a choice: they prove little", none, len(rounds))
	}
}

// askPip gives the tags that pip has for the target, best first, and its choice
// in each round, "" for none.
func askPip(t *testing.T, rounds [][]string) (list []pep.Tag, chosen []string) {
	t.Helper()
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8"}
	probe := exec.Command("python3", "-c", "import pip")
	probe.Env = env
	if probe.Run() != nil {
		fixtures.NeedTool(t, "pip: python3 has no module pip")
	}
	question, err := json.Marshal(rounds)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "testdata/choose.py")
	cmd.Env, cmd.Stdin = env, bytes.NewReader(question)
	stderr := &bytes.Buffer{}
	cmd.Stderr = stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ask pip: %v\n%s", err, stderr)
	}
	var answer struct{ Tags, Chosen []string }
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	return tags(t, answer.Tags...), answer.Chosen
}

// randomNames gives up to six different names of wheels of one project.
func randomNames(random *rand.Rand) []string {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	var names []string
	for range 1 + random.IntN(6) {
		parts := []string{"a", pick("1.0", "1.0", "1.0", "1.0.0", "1.0+cpu", "1.0+2", "1.0.post1", "2.0", "1.0rc1")}
		if build := pick("", "", "", "1", "10", "2a", "2b"); build != "" {
			parts = append(parts, build)
		}
		parts = append(parts, pick(
			"py3-none-any", "py2.py3-none-any", "py311-none-any", "cp311-none-any", "py3-none-manylinux_2_17_x86_64",
			"cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", "cp311-cp311-manylinux_2_36_x86_64", "cp311-cp311-linux_x86_64",
			"cp39-abi3-manylinux2014_x86_64", "cp311-abi3-manylinux_2_17_x86_64", "cp310.cp311-cp310.cp311-manylinux2014_x86_64",
			"cp312-cp312-manylinux_2_17_x86_64", "cp311-cp311-musllinux_1_2_x86_64", "cp311-cp311-manylinux_2_17_aarch64",
		))
		if name := strings.Join(parts, "-") + ".whl"; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
