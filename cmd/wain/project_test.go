package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"wain/convert/target"
)

// The template that wain init writes shows every key, with a value that the
// key's flag takes.
func TestProjectTemplate(t *testing.T) {
	dir := t.TempDir()
	text := regexp.MustCompile(`(?m)^# ([a-z-]+: )`).ReplaceAllString(projectTemplate, "$1")
	if err := os.WriteFile(filepath.Join(dir, projectName), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := readProject(dir)
	if err != nil {
		t.Fatal(err)
	}
	flags := newConvertCommand(systemConsole()).Flags()
	if err := p.apply(flags); err != nil {
		t.Error(err)
	}
	for _, k := range projectKeys() {
		if !strings.Contains(text, "\n"+k.key+": ") {
			t.Errorf("the template does not show %s", k.key)
		}
		if flags.Lookup(k.flag) == nil {
			t.Errorf("%s is for a flag that does not exist, --%s", k.key, k.flag)
		}
	}
	names, err := flags.GetStringArray("target")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := target.Find(name, ""); err != nil {
			t.Error(err)
		}
	}
}

// Every flag of wain convert that describes the application can be kept; the
// others are for one run.
func TestProjectKeysCoverTheFlags(t *testing.T) {
	passing := []string{"allow-unhashed", "heal-record", "key", "jobs", "offline", "cache", "build-network", "help"}
	kept := map[string]bool{}
	for _, k := range projectKeys() {
		kept[k.flag] = true
	}
	for _, name := range passing {
		kept[name] = true
	}
	var forgotten []string
	newConvertCommand(systemConsole()).Flags().VisitAll(func(f *pflag.Flag) {
		if !kept[f.Name] {
			forgotten = append(forgotten, f.Name)
		}
	})
	if len(forgotten) > 0 {
		t.Errorf("neither a key of wain.yaml nor for one run: %q", forgotten)
	}
}
