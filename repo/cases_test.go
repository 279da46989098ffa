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
