package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
)

// step is one command of a session and what the page shows of its output.
type step struct{ command, shown string }

// The first session of README.md works as written, and prints what it shows.
func TestReadmeSession(t *testing.T) {
	fixtures.NeedTool(t, "bash", "make")
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```console\n")
	session, _, _ := strings.Cut(rest, "```")
	steps := readSession(session)
	if len(steps) < 5 {
		t.Fatalf("only %d commands were found", len(steps))
	}
	var script strings.Builder
	for i, s := range steps {
		fmt.Fprintf(&script, "%s\necho '=== %d'\n", s.command, i)
	}
	cmd := exec.Command("bash", "-e")
	cmd.Stdin = strings.NewReader(strings.ReplaceAll(script.String(), " try", " "+filepath.Join(t.TempDir(), "try")))
	cmd.Dir = "../.."
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the session failed: %v\n%s%s", err, out, &stderr)
	}
	printed := string(out)
	for i, s := range steps {
		var got string
		got, printed, _ = strings.Cut(printed, fmt.Sprintf("=== %d\n", i))
		if s.shown == "" {
			continue
		}
		if diff := cmp.Diff(s.shown, got); diff != "" {
			t.Errorf("%s (-shown +printed):\n%s", s.command, diff)
		}
	}
}

// readSession takes a console listing apart: commands behind "$ ", with
// continuation lines, and the output below them.
func readSession(text string) []step {
	var steps []step
	continued := false
	for line := range strings.Lines(text) {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case isCommand:
			steps = append(steps, step{command: command})
		case continued:
			steps[len(steps)-1].command += line
		default:
			steps[len(steps)-1].shown += line
		}
		continued = (isCommand || continued) && strings.HasSuffix(line, "\\\n")
	}
	return steps
}

// make demo converts, publishes and verifies, and prints the snippets, in less
// than a minute.
func TestDemo(t *testing.T) {
	fixtures.NeedTool(t, "bash", "make")
	build := exec.Command("make", "build")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, out)
	}
	dir := filepath.Join(t.TempDir(), "demo")
	cmd := exec.Command("bash", "fixtures/demo", dir)
	cmd.Dir = "../.."
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("fixtures/demo: %v\n%s", err, out)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("the demo took %s", took)
	}
	for _, want := range []string{"./repo: no findings", "Suites: bookworm", "baseurl=https://packages.example.org/yum/el9"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
}
