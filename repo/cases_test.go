package repo_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestPublisherCases holds that docs/formats.md has a row for each of the 40 cases, and that the tests it names exist.
func TestPublisherCases(t *testing.T) {
	tests := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range function.FindAllStringSubmatch(string(source), -1) {
			tests[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "\n| case | of | tests, or why not |\n")
	if !found {
		t.Fatal("docs/formats.md has no table of cases")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	name := regexp.MustCompile("`(Test\\w+)`")
	rows := strings.Split(strings.TrimSpace(table), "\n")[1:]
	if len(rows) != 40 {
		t.Errorf("%d rows", len(rows))
	}
	for i, row := range rows {
		if !strings.HasPrefix(row, "| "+strconv.Itoa(i+1)+" |") {
			t.Errorf("row %d: %q", i+1, row)
		}
		named := name.FindAllStringSubmatch(row, -1)
		if len(named) == 0 {
			t.Errorf("case %d names no test", i+1)
		}
		for _, m := range named {
			if !tests[m[1]] {
				t.Errorf("case %d names %s, which does not exist", i+1, m[1])
			}
		}
	}
}

// TestFormatsNamesEveryRule holds that docs/formats.md has each rule by which a package or a foreign repomd.xml is
// refused, and no other.
func TestFormatsNamesEveryRule(t *testing.T) {
	rules := map[string]bool{}
	in := regexp.MustCompile(`(?:refuse\(|Rule: )"([a-z-]+)"`)
	for _, folder := range []string{"deb", "rpm", "yum"} {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range in.FindAllStringSubmatch(string(source), -1) {
				rules[m[1]] = rules[m[1]] || !strings.HasSuffix(name, "_test.go")
			}
		}
	}
	page, err := os.ReadFile("../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, heading := range []string{"## The yum repository", "## Packages, as read"} {
		_, section, _ := strings.Cut(string(page), "\n"+heading+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		for line := range strings.Lines(section) {
			cells := strings.Split(line, "|")
			if len(cells) < 3 {
				continue
			}
			for _, m := range regexp.MustCompile("`([a-z]+(?:-[a-z]+)*)`").FindAllStringSubmatch(cells[1], -1) {
				documented[m[1]] = true
			}
		}
	}
	if len(rules) < 40 {
		t.Fatalf("only %d rules were found in the sources", len(rules))
	}
	for rule, real := range rules {
		if real && !documented[rule] {
			t.Errorf("docs/formats.md does not name %s", rule)
		}
	}
	for rule := range documented {
		if !rules[rule] {
			t.Errorf("docs/formats.md names %s, which is no rule", rule)
		}
	}
}
