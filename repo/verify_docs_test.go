package repo_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestVerifyRules holds together the rules that the code names, the table in docs/formats.md, and the tests.
func TestVerifyRules(t *testing.T) {
	named := regexp.MustCompile(`(?:find\(|fault\{|Finding\{|return )"([a-z]+(?:-[a-z]+)+)"`)
	rules := map[string]bool{}
	tests := ""
	files, err := filepath.Glob("verify*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "../cmd/wain/verify_trust.go", "../cmd/wain/testdata/script/verify_findings.txtar") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, ".txtar") {
			tests += string(data)
			continue
		}
		for _, m := range named.FindAllStringSubmatch(string(data), -1) {
			rules[m[1]] = true
		}
	}
	docs, err := os.ReadFile("../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(docs), "## Verification rules")
	table, _, _ = strings.Cut(table, "\n## ")
	if len(rules) < 40 {
		t.Errorf("only %d rules found", len(rules))
	}
	for rule := range rules {
		if !strings.Contains(table, "`"+rule+"`") {
			t.Errorf("docs/formats.md does not name %s", rule)
		}
		if !strings.Contains(tests, rule+" ") && rule != "too-many-findings" {
			t.Errorf("no test shows %s", rule)
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| (`[a-z-]+`(?: `[a-z-]+`)*) \\|").FindAllStringSubmatch(table, -1) {
		for rule := range strings.FieldsSeq(m[1]) {
			if !rules[strings.Trim(rule, "`")] {
				t.Errorf("docs/formats.md names %s, which is no rule", rule)
			}
		}
	}
}
