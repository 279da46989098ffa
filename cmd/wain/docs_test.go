package main_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wain/convert/target"
)

// Every rule by which a wheel is refused is in docs/formats.md, and the page
// names no other.
func TestFormatsNamesEveryWheelRule(t *testing.T) {
	page, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	section, _, _ := strings.Cut(string(page), "## The environment")
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("`([a-z]+[0-9]*(?:-[a-z0-9]+)+)`").FindAllStringSubmatch(section, -1) {
		documented[m[1]] = true
	}
	rules := wheelRules(t)
	if len(rules) < 40 {
		t.Fatalf("only %d rules were found in the sources", len(rules))
	}
	for rule := range rules {
		if !documented[rule] {
			t.Errorf("docs/formats.md does not name %s", rule)
		}
	}
	for rule := range documented {
		if !rules[rule] {
			t.Errorf("docs/formats.md names %s, which is no rule", rule)
		}
	}
}

// wheelRules are the rules that convert/wheel and convert/egg name.
func wheelRules(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../../convert/wheel/*.go")
	if err != nil {
		t.Fatal(err)
	}
	eggs, err := filepath.Glob("../../convert/egg/*.go")
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, name := range append(files, eggs...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err == nil && wheelRule.MatchString(text) && text != "zip-safe" { // a file of eggs
				rules[text] = true
			}
			return true
		})
	}
	return rules
}

var wheelRule = regexp.MustCompile(`^(egg|zip|zip64|record|dist-info|wheel|metadata|entry-points?|data)-[a-z]+(-[a-z]+)*$`)

var updateTargets = flag.Bool("update-targets", false, "rewrite the table of docs/targets.md")

// The table of docs/targets.md is what the data files say.
func TestTargetsTable(t *testing.T) {
	const path = "../../docs/targets.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- table -->\n", "<!-- end of table -->\n"
	head, rest, _ := strings.Cut(string(page), begin)
	_, tail, found := strings.Cut(rest, end)
	if !found {
		t.Fatal("docs/targets.md has no place for the table")
	}
	want := head + begin + targetsTable(t) + end + tail
	if *updateTargets {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(page) != want {
		t.Error("docs/targets.md is out of date: go test ./cmd/wain -run TargetsTable -update-targets")
	}
}

// The target file that docs/targets.md shows is one.
func TestTargetFileOfTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/targets.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	text, _, _ := strings.Cut(rest, "```")
	found, err := target.Load([]byte(text), "ours.yaml", "")
	if err != nil {
		t.Fatal(err)
	}
	if found.String() != "ours9" || found.Python.Version != "3.11" || found.Dist != ".ours9" {
		t.Errorf("the target is %+v", found)
	}
}

func targetsTable(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| target | suite | format | Python | glibc | payload |\n|---|---|---|---|---|---|\n")
	for _, name := range target.Names() {
		found, err := target.Find(name, "")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s | %s |\n",
			found.Name, found.Suite, found.Format, strings.Join(pythons(t, name), ", "), found.Glibc, found.Compression)
	}
	return b.String()
}

// pythons are the versions that a release has, its default first.
func pythons(t *testing.T, name string) []string {
	t.Helper()
	native, err := target.Find(name, "")
	if err != nil {
		t.Fatal(err)
	}
	versions := []string{native.Python.Version}
	for minor := range 30 {
		for _, letter := range []string{"", "t"} {
			version := fmt.Sprintf("3.%d%s", minor, letter)
			if _, err := target.Find(name, version); err == nil && version != versions[0] {
				versions = append(versions, version)
			}
		}
	}
	return versions
}

// Every module that go.mod requires directly has its row, with its version, in
// docs/dependencies.md, and the page has no other.
func TestDependenciesAreExplained(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows int
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) (v\S+)$`).FindAllStringSubmatch(string(mod), -1) {
		rows++
		if !strings.Contains(string(page), "| "+m[1]+" | "+m[2]+" |") {
			t.Errorf("docs/dependencies.md has no row for %s %s", m[1], m[2])
		}
	}
	if listed := strings.Count(string(page), "\n| ") - strings.Count(string(page), "\n| module |"); rows < 10 || listed != rows {
		t.Errorf("go.mod requires %d modules directly, docs/dependencies.md lists %d", rows, listed)
	}
}
