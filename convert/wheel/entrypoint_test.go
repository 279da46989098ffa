package wheel_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/wheel"
)

func TestParseEntryPoints(t *testing.T) {
	const text = "\ufeff# comment\n; another\n[other.group]\nplugin = module\n plugin continues\nplugin = module\n\n" +
		"[console_scripts]\r\nrun = a.b:main\r\n  \n# comment\nTwo.Words-2_x=a:C.m [extra, other]\nutf = a:b\n" +
		"[gui_scripts]\n    win   =   a : gui\n    run = a.b:main\n"
	points, err := wheel.ParseEntryPoints([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []wheel.EntryPoint{
		{Group: "console_scripts", Name: "run", Module: "a.b", Attr: "main"},
		{Group: "console_scripts", Name: "Two.Words-2_x", Module: "a", Attr: "C.m"},
		{Group: "console_scripts", Name: "utf", Module: "a", Attr: "b"},
		{Group: "gui_scripts", Name: "win", Module: "a", Attr: "gui"},
	}
	if diff := cmp.Diff(want, points); diff != "" {
		t.Error(diff)
	}
}

func TestEntryPointRefusals(t *testing.T) {
	cases := []struct{ name, line, rule string }{
		{"escape", "../x = a:main", "entry-point-name"},
		{"slash", "bin/x = a:main", "entry-point-name"},
		{"absolute", "/usr/bin/x = a:main", "entry-point-name"},
		{"dots", ".. = a:main", "entry-point-name"},
		{"dot", ". = a:main", "entry-point-name"},
		{"empty", "= a:main", "entry-point-name"},
		{"option", "-rf = a:main", "entry-point-name"},
		{"blank", "my app = a:main", "entry-point-name"},
		{"nul", "a\x00b = a:main", "entry-point-name"},
		{"dollar", "$(x) = a:main", "entry-point-name"},
		{"not-ascii", "é = a:main", "entry-point-name"},
		{"too-long", strings.Repeat("a", 256) + " = a:main", "entry-point-name"},
		{"python", "python = a:main", "entry-point-reserved"},
		{"python-capitals", "Python = a:main", "entry-point-reserved"},
		{"python3", "python3 = a:main", "entry-point-reserved"},
		{"python3.12", "python3.12 = a:main", "entry-point-reserved"},
		{"python3.13t", "python3.13t = a:main", "entry-point-reserved"},
		{"python.exe", "python.exe = a:main", "entry-point-reserved"},
		{"python3.py", "python3.py = a:main", "entry-point-reserved"},
		{"pythonw", "pythonw = a:main", "entry-point-reserved"},
		{"pypy", "pypy3.10 = a:main", "entry-point-reserved"},
		{"graalpy", "graalpy = a:main", "entry-point-reserved"},
		{"no-attribute", "x = a.b", "entry-point-value"},
		{"empty-attribute", "x = a:", "entry-point-value"},
		{"empty-module", "x = :main", "entry-point-value"},
		{"code-in-attribute", "x = a:main();import os", "entry-point-value"},
		{"code-in-module", "x = a;import os:main", "entry-point-value"},
		{"digit-first", "x = 2a:main", "entry-point-value"},
		{"empty-part", "x = a..b:main", "entry-point-value"},
		{"two-colons", "x = a:b:c", "entry-point-value"},
		{"bad-extras", "x = a:b [c", "entry-point-value"},
		{"text-after-extras", "x = a:b [c] d", "entry-point-value"},
		{"no-delimiter", "just text", "entry-points-syntax"},
		{"colon-delimiter", "x : a", "entry-points-syntax"},
		{"continued", "x = a:main\n  more", "entry-points-syntax"},
		{"twice", "x = a:main\nx = a:main", "entry-point-duplicate"},
		{"twice-in-both-groups", "x = a:main\n[gui_scripts]\nx = a:other", "entry-point-duplicate"},
		{"group-twice", "x = a:main\n[gui_scripts]\n[console_scripts]\ny = a:b", "entry-points-syntax"},
		{"not-utf8", "x = a:\xff", "entry-points-syntax"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := open(withInfo("entry_points.txt", "[console_scripts]\n"+c.line+"\n"))
			refused(t, err, c.rule)
			if err != nil && !strings.Contains(err.Error(), "entry_points.txt") {
				t.Errorf("the file is not named: %v", err)
			}
		})
	}
	_, err := wheel.ParseEntryPoints([]byte("x = a:b\n[console_scripts]\n"))
	if err == nil {
		t.Error("a line before the first group is accepted")
	}
}

func TestReservedScript(t *testing.T) {
	for _, name := range []string{"python", "PYTHON3", "python3.9", "python3.14t", "pypy", "graalpy24", "pythonw.exe", "python.py"} {
		if !wheel.ReservedScript(name) {
			t.Errorf("%s is free", name)
		}
	}
	for _, name := range []string{"python-config", "ipython", "python4", "pytest", "python2", "python3.x", "py"} {
		if wheel.ReservedScript(name) {
			t.Errorf("%s is reserved", name)
		}
	}
}

func FuzzParseEntryPoints(f *testing.F) {
	f.Add([]byte("[console_scripts]\nrun = a.b:main [x]\n\n[gui_scripts]\n  win=a:b\n    more\n"))
	f.Add([]byte("[console_scripts]\n../x = a:b\n]\n[\n[]\n= \n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		points, err := wheel.ParseEntryPoints(text)
		if err != nil {
			return
		}
		var b strings.Builder
		group := ""
		for _, p := range points {
			if p.Group != group {
				group = p.Group
				b.WriteString("[" + group + "]\n")
			}
			if strings.ContainsAny(p.Name, "/\x00 \n") || wheel.ReservedScript(p.Name) {
				t.Errorf("the name %q came through", p.Name)
			}
			b.WriteString(p.String() + "\n")
		}
		again, err := wheel.ParseEntryPoints([]byte(b.String()))
		if err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
		if diff := cmp.Diff(points, again); diff != "" {
			t.Error(diff)
		}
	})
}

// TestManyEntryPoints has more scripts than a package should get files, in one
// group and in both.
func TestManyEntryPoints(t *testing.T) {
	text := func(group string, n int) string {
		var b strings.Builder
		b.WriteString("[" + group + "]\n")
		for i := range n {
			fmt.Fprintf(&b, "%s%d = demo:main\n", group[:3], i)
		}
		return b.String()
	}
	if points, err := wheel.ParseEntryPoints([]byte(text("console_scripts", 10_000))); err != nil || len(points) != 10_000 {
		t.Errorf("%d scripts: %.200v", len(points), err)
	}
	for name, text := range map[string]string{
		"one-group":         text("console_scripts", 100_000),
		"both-groups":       text("console_scripts", 9_000) + text("gui_scripts", 1_001),
		"nothing-but-wrong": "[console_scripts]\n" + strings.Repeat("s! = x\n", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			var e *wheel.Error
			if _, err := wheel.ParseEntryPoints([]byte(text)); !errors.As(err, &e) || e.Rule != "entry-point-count" {
				t.Errorf("%.200v", err)
			}
		})
	}
}
