package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wain/fixtures"
)

const recipesFolder = "../../docs/recipes"

// recipes are the pages of docs/recipes and what there must be before their first command: a function that prepares
// the folder and returns the variables that the page assumes.
var recipes = map[string]func(t *testing.T, dir string) []string{
	"publish-from-ci.md":       func(t *testing.T, dir string) []string { return releases(t, dir, "myproject-1.2.3") },
	"staging-to-production.md": func(t *testing.T, dir string) []string { return releases(t, dir, "myproject-1.2.3", "myproject-1.3.0") },
	"move-from-freight-aptly-reprepro.md": func(t *testing.T, dir string) []string {
		return append(releases(t, dir, "myproject-1.2.3", "myproject-1.3.0"), otherTrees(t, dir)...)
	},
}

// releases puts releases of an application, what they require, and a key into a folder.
func releases(t *testing.T, dir string, names ...string) []string {
	t.Helper()
	fixtures.Wheelhouse(t, filepath.Join(dir, "wheelhouse"))
	files := map[string][]byte{"requirements.txt": []byte(fixtures.Requirements(t)), "archive.key": fixtures.Key("archive.key")}
	for _, name := range names {
		files[fixtures.WheelFilename(name)] = fixtures.Wheel(name)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return nil
}

// otherTrees lays out what other tools publish: aptly and reprepro themselves, freight as it was measured, createrepo_c
// itself.
func otherTrees(t *testing.T, dir string) []string {
	t.Helper()
	convert := exec.Command(wainPath(t), "convert", fixtures.WheelFilename("myproject-1.2.3"), "--lock", "requirements.txt", "--find-links", "wheelhouse",
		"-t", "debian12", "-t", "el9", "-o", "old", "--key", "archive.key")
	convert.Dir = dir
	if out, err := convert.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	key := fixtures.NewPublisherKey(t, "archive.key")
	deb := filepath.Join(dir, "old/debian12/python-myproject_1.2.3_all.deb")
	for name, tree := range map[string]string{
		"aptly": fixtures.Aptly(t, key, deb), "reprepro": fixtures.Reprepro(t, key, deb), "freight": fixtures.FreightLike(t, key, deb),
		"yum": fixtures.Createrepo(t, filepath.Join(dir, "old/el9/python-myproject-1.2.3-1.el9.noarch.rpm")),
	} {
		if out, err := exec.Command("cp", "-a", tree, filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return []string{"GNUPGHOME=" + key.Home, "FINGERPRINT=" + key.Fingerprint}
}

// Every page of docs/recipes works as written: its commands run in order, in one shell, and print what it shows. There,
// "…" stands for anything within a line.
func TestRecipes(t *testing.T) {
	fixtures.NeedTool(t, "bash")
	pages, err := filepath.Glob(recipesFolder + "/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		name := filepath.Base(page)
		t.Run(name, func(t *testing.T) {
			prepare := recipes[name]
			if prepare == nil {
				t.Fatal("nothing is known of what this page assumes")
			}
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			runRecipe(t, string(text), dir, prepare(t, dir))
		})
	}
}

func runRecipe(t *testing.T, text, dir string, variables []string) {
	t.Helper()
	var steps []step
	for _, block := range blocks(text, "console") {
		steps = append(steps, readSession(block)...)
	}
	if len(steps) < 3 {
		t.Fatalf("only %d commands were found", len(steps))
	}
	script := "exec 2>&1\n"
	for i, s := range steps {
		script += fmt.Sprintf("%s\necho '=== %d'\n", s.command, i)
	}
	cmd := exec.Command("bash", "-e")
	cmd.Stdin = strings.NewReader(script)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + t.TempDir(), "LC_ALL=C.UTF-8"}, variables...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the session failed: %v\n%s", err, out)
	}
	printed := string(out)
	for i, s := range steps {
		var got string
		got, printed, _ = strings.Cut(printed, fmt.Sprintf("=== %d\n", i))
		pattern := strings.ReplaceAll(regexp.QuoteMeta(s.shown), "…", ".*")
		if s.shown != "" && !regexp.MustCompile("^"+pattern+"$").MatchString(got) {
			t.Errorf("%s\nshows\n%s\nand printed\n%s", strings.TrimSpace(s.command), s.shown, got)
		}
	}
	// What a pipeline's file calls was run above.
	for _, block := range blocks(text, "yaml") {
		for _, m := range regexp.MustCompile(`(?m)^\s*(?:- )?(?:run: )?(wain .*)$`).FindAllStringSubmatch(block, -1) {
			ran := false
			for _, s := range steps {
				ran = ran || strings.Join(strings.Fields(strings.ReplaceAll(s.command, "\\\n", "")), " ") == m[1]
			}
			if !ran {
				t.Errorf("no session runs %q", m[1])
			}
		}
	}
}

// blocks are the fenced blocks of a page that are marked so.
func blocks(text, kind string) []string {
	var found []string
	for _, part := range strings.Split(text, "\n```"+kind+"\n")[1:] {
		block, _, _ := strings.Cut(part, "\n```")
		found = append(found, block+"\n")
	}
	return found
}
