package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"wain/fixtures"
)

var update = flag.Bool("update", false, "rewrite docs/cli")

const pagesFolder = "../../docs/cli"

// docs/cli holds a page for each command, made of its help. After a change of a
// help text: make docs.
func TestCommandPages(t *testing.T) {
	pages := map[string]string{}
	for _, cmd := range commands(commandTree()) {
		pages[pageName(cmd)] = page(cmd)
	}
	if *update {
		writePages(t, pages)
	}
	for name, want := range pages {
		have, err := os.ReadFile(filepath.Join(pagesFolder, name))
		if err != nil {
			t.Errorf("%v (make docs writes it)", err)
			continue
		}
		if diff := cmp.Diff(string(have), want); diff != "" {
			t.Errorf("docs/cli/%s is not what the help says; make docs rewrites it (-page +help):\n%s", name, diff)
		}
	}
	there, err := filepath.Glob(pagesFolder + "/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if _, ok := pages[filepath.Base(path)]; !ok {
			t.Errorf("%s is no command's page", path)
		}
	}
}

func writePages(t *testing.T, pages map[string]string) {
	t.Helper()
	if err := os.RemoveAll(pagesFolder); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(pagesFolder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(pagesFolder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// commandTree is what wain's main builds, with streams that go nowhere.
func commandTree() *cobra.Command {
	root := newRootCommand(&console{
		stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, now: time.Now,
		getenv: func(string) string { return "" },
	})
	for _, cmd := range append(commands(root), root) {
		cmd.InitDefaultHelpFlag()
	}
	root.InitDefaultVersionFlag()
	return root
}

// commands lists a command and all below it.
func commands(cmd *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		if !sub.Hidden {
			list = append(list, commands(sub)...)
		}
	}
	return list
}

func pageName(cmd *cobra.Command) string {
	return strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".md"
}

func page(cmd *cobra.Command) string {
	var b strings.Builder
	block := func(title, text string) {
		if text = strings.Trim(text, "\n"); text != "" {
			fmt.Fprintf(&b, "\n## %s\n\n```\n%s\n```\n", title, text)
		}
	}
	fmt.Fprintf(&b, "<!-- Made of the help text by make docs. -->\n\n# %s\n\n%s.\n", cmd.CommandPath(), cmd.Short)
	block("Synopsis", cmd.UseLine())
	block("Description", cmd.Long)
	if subs := cmd.Commands(); cmd.HasAvailableSubCommands() {
		b.WriteString("\n## Commands\n\n| | |\n|---|---|\n")
		for _, sub := range subs {
			if !sub.Hidden {
				fmt.Fprintf(&b, "| [%s](%s) | %s |\n", sub.CommandPath(), pageName(sub), sub.Short)
			}
		}
	}
	block("Example", dedent(cmd.Example))
	block("Flags", cmd.NonInheritedFlags().FlagUsages())
	if cmd.HasParent() {
		b.WriteString("\nThe flags of every command are on the page of [wain](wain.md), what errors mean in [errors](../errors.md).\n")
	}
	return b.String()
}

func dedent(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "  ")
	}
	return strings.Join(lines, "\n")
}

// The example of every help text runs, in a project like the one it names.
func TestExamples(t *testing.T) {
	order := []string{"wain key new", "wain convert", "wain publish", "wain promote"}
	rank := func(path string) int {
		if i := slices.Index(order, path); i >= 0 {
			return i
		}
		return len(order)
	}
	var paths []string
	for _, cmd := range commands(commandTree()) {
		if cmd.Short == "" || cmd.Example == "" {
			t.Errorf("the help of %s has no example", cmd.CommandPath())
			continue
		}
		if cmd.HasParent() {
			paths = append(paths, cmd.CommandPath())
		}
	}
	slices.SortStableFunc(paths, func(a, b string) int { return rank(a) - rank(b) })
	var script strings.Builder
	for _, path := range paths {
		fmt.Fprintln(&script, strings.Replace(path, "wain", "example", 1))
	}
	script.WriteString("rm archive.key archive.rev archive.asc archive.gpg dist/debian12 repo\nexample\n")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "help_examples.txtar"), []byte(script.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, scriptParams(dir))
}

// A shell can read the completion script that is made for it.
func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			fixtures.NeedTool(t, shell)
			out, err := exec.Command("wain", "completion", shell).Output()
			if err != nil {
				t.Fatal(err)
			}
			check := exec.Command(shell, "-n")
			check.Stdin = bytes.NewReader(out)
			if answer, err := check.CombinedOutput(); err != nil || len(out) == 0 {
				t.Errorf("%s -n: %v\n%s", shell, err, answer)
			}
		})
	}
}

// goTested are the kinds of error that Go tests bring about: they need a full
// disk, a signal, and publishers that are faster for minutes.
var goTested = []string{"disk-full", "interrupted", "busy"}

// Every kind of error has its place in docs/errors.md and a test that shows it.
func TestErrorsPage(t *testing.T) {
	kinds := matches(t, `kind: "([a-z-]+)"`, "hints*.go")
	if len(kinds) < 30 {
		t.Fatalf("only %d kinds were found in hints.go", len(kinds))
	}
	documented := matches(t, "(?m)^\\| `([a-z-]+)` \\|", "../../docs/errors.md")
	shown := append(matches(t, `(?m)^(?:\[[^\]]*\] )?refuses [0-9] ([a-z-]+) `, "testdata/script/*.txtar"), goTested...)
	for _, kind := range kinds {
		if !slices.Contains(documented, kind) {
			t.Errorf("docs/errors.md does not name %s", kind)
		}
		if !slices.Contains(shown, kind) {
			t.Errorf("no script shows %s", kind)
		}
	}
	for _, kind := range documented {
		if kind != kindFailed && !slices.Contains(kinds, kind) {
			t.Errorf("docs/errors.md names %s, which is no kind of error", kind)
		}
	}
}

// matches gives the first groups of all matches in some files, each once.
func matches(t *testing.T, pattern, files string) []string {
	t.Helper()
	paths, err := filepath.Glob(files)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no %s: %v", files, err)
	}
	var found []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(found, m[1]) {
				found = append(found, m[1])
			}
		}
	}
	return found
}
