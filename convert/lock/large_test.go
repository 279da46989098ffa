package lock_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"wain/convert/lock"
)

// largePylock is a lock of n packages with wheels files each.
func largePylock(n, wheels int) string {
	var b strings.Builder
	b.WriteString(pylockHead)
	for i := range n {
		fmt.Fprintf(&b, "\n[[packages]]\nname = 'p%d'\nversion = '1.%d'\nmarker = \"python_version >= '3.%d' or sys_platform == 'win32'\"\nindex = 'https://index.example.org/simple'\nwheels = [\n", i, i, i%12)
		for k := range wheels {
			fmt.Fprintf(&b, "    {name = 'p%d-1.%d-cp3%d-cp3%d-manylinux_2_17_x86_64.whl', url = 'https://index.example.org/files/0123456789abcdef/p%d-1.%d-cp3%d-cp3%d-manylinux_2_17_x86_64.whl', size = 12345, hashes = {sha256 = '%064x'}},\n",
				i, i, k, k, i, i, k, k, i*wheels+k)
		}
		b.WriteString("]\n")
	}
	return b.String()
}

// largePipfile is a lock of n packages with hashes each.
func largePipfile(n, hashes int) string {
	entries := make([]string, n)
	for i := range entries {
		var list []string
		for k := range hashes {
			list = append(list, fmt.Sprintf("                \"sha256:%064x\"", i*hashes+k))
		}
		entries[i] = fmt.Sprintf("        \"p%d\": {\n            \"hashes\": [\n%s\n            ],\n            \"markers\": \"python_version >= '3.%d'\",\n            \"version\": \"==1.%d\"\n        }", i, strings.Join(list, ",\n"), i%12, i)
	}
	return pipfileText(entries...)
}

// TestSpeed reads and selects from locks of 1,000 packages.
func TestSpeed(t *testing.T) {
	for name, text := range map[string]string{"pylock.toml": largePylock(1000, 15), "Pipfile.lock": largePipfile(1000, 30)} {
		path := filepath.Join(write(t, map[string]string{name: text}), name)
		best := time.Hour
		for range 5 {
			start := time.Now()
			readAll(t, path)
			best = min(best, time.Since(start))
		}
		t.Logf("%s: %v", name, best)
		if best > time.Second { // 0.2 s on a machine with nothing else to do
			t.Errorf("%s took %v", name, best)
		}
	}
}

func readAll(t testing.TB, path string) {
	l, err := lock.Read(path, lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if pins, err := l.Select(bookworm, lock.Want{}); err != nil || len(pins) != 1000 {
		t.Fatal(len(pins), err)
	}
}

func BenchmarkPylock(b *testing.B) {
	benchmark(b, "pylock.toml", largePylock(1000, 15))
}

func BenchmarkPipfile(b *testing.B) {
	benchmark(b, "Pipfile.lock", largePipfile(1000, 30))
}

func benchmark(b *testing.B, name, text string) {
	path := filepath.Join(b.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		readAll(b, path)
	}
}

// TestLarge has documents that nobody writes by hand: success or an error, in
// bounded memory and time.
func TestLarge(t *testing.T) {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	empty := pylockHead + "packages = []\n"
	marker := func(text string) string {
		return pylockHead + pylockA + "marker = \"" + text + "\"\n" + pylockWheel("")
	}
	long := strings.Repeat("sys_platform == 'linux' or ", 40_000) + "os_name == 'nt'"
	tests := map[string]struct {
		name, text string
		rule       string // "" for success
	}{
		"pylock of 50 MB":          {"pylock.toml", largePylock(9000, 24), ""},
		"more than is read":        {"pylock.toml", empty + "#" + strings.Repeat("x", 64<<20), lock.RuleSize},
		"a string of 50 MB":        {"pylock.toml", empty + "x = '" + strings.Repeat("x", 50<<20) + "'", ""},
		"a comment of 50 MB":       {"pylock.toml", empty + "#" + strings.Repeat("x", 50<<20), ""},
		"arrays in arrays":         {"pylock.toml", empty + "x = " + strings.Repeat("[", 1<<20), lock.RuleSize},
		"tables in tables":         {"pylock.toml", empty + "x = " + strings.Repeat("{a = ", 1<<20), lock.RuleSize},
		"a long key":               {"pylock.toml", empty + strings.Repeat("a.", 1<<20) + "a = 1", lock.RuleSize},
		"a long header":            {"pylock.toml", empty + "[" + strings.Repeat("a.", 1<<20) + "a]", lock.RuleSize},
		"numbers":                  {"pylock.toml", empty + "x = [" + strings.Repeat("1,", 20<<20) + "]", lock.RuleSize},
		"a million numbers":        {"pylock.toml", empty + "x = [" + strings.Repeat("1,", 1_000_000) + "]", ""},
		"tables":                   {"pylock.toml", pylockHead + "packages = [" + strings.Repeat("{},", 10<<20) + "]", lock.RuleSize},
		"wheels":                   {"pylock.toml", pylockHead + pylockA + strings.Repeat("[[packages.wheels]]\n", 2<<20), lock.RuleSize},
		"keys of one table":        {"pylock.toml", empty + "[tool.x]\n" + many(100_000, "k%d = 1\n"), lock.RuleSize},
		"headers":                  {"pylock.toml", empty + many(100_000, "[t%d]\n"), lock.RuleSize},
		"headers of arrays":        {"pylock.toml", empty + many(100_000, "[[t%d]]\n"), lock.RuleSize},
		"keys of an inline table":  {"pylock.toml", empty + "x = {" + strings.TrimSuffix(many(100_000, "k%d = 1,"), ",") + "}", lock.RuleSize},
		"keys with dots":           {"pylock.toml", empty + many(100_000, "a.k%d.b = 1\n"), lock.RuleSize},
		"as many keys as it takes": {"pylock.toml", empty + "[tool.x]\n" + many(20_000, "k%d = 1\n"), ""},
		"a marker of a megabyte":   {"pylock.toml", marker(long), lock.RuleField},
		"a marker of brackets":     {"pylock.toml", marker(strings.Repeat("(", 1<<20)), lock.RuleField},
		"a deep marker":            {"pylock.toml", marker(strings.Repeat("(", 30_000) + "os_name == 'posix'" + strings.Repeat(")", 30_000)), lock.RuleField},
		"a name of a megabyte":     {"pylock.toml", pylockHead + "[[packages]]\nname = '" + strings.Repeat("-", 1<<20) + "'", lock.RuleField},
		"an open string":           {"pylock.toml", empty + "x = '''" + strings.Repeat("x\n", 1<<20), lock.RuleSyntax},
		"Pipfile.lock of 50 MB":    {"Pipfile.lock", largePipfile(9000, 64), ""},
		"more JSON than is read":   {"Pipfile.lock", pipfileText() + strings.Repeat(" ", 64<<20), lock.RuleSize},
		"deep JSON":                {"Pipfile.lock", pipfileText(`"a": ` + strings.Repeat("[", 1<<20)), lock.RuleSyntax},
		"deep JSON that is whole":  {"Pipfile.lock", pipfileText(`"a": {"x": ` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`), ""},
		"a JSON string of 50 MB":   {"Pipfile.lock", pipfileText(`"a": {"markers": "` + strings.Repeat("x", 50<<20) + `"}`), lock.RuleSize},
		"a marker in JSON":         {"Pipfile.lock", pipfileText(`"a": {"markers": "` + strings.Repeat("(", 1<<19) + `"}`), lock.RuleField},
		"hashes":                   {"Pipfile.lock", pipfileText(`"a": {"hashes": [` + strings.Repeat(`"",`, 1<<18) + `""]}`), lock.RuleHash},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), test.name)
			if err := os.WriteFile(path, []byte(test.text), 0o644); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			l, err := lock.Read(path, lock.Options{})
			if err == nil {
				_, err = l.Select(bookworm, lock.Want{})
			}
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
			t.Logf("%d MB, %v, %d MB allocated", len(test.text)>>20, took, allocated)
			var e *lock.Error
			switch {
			case test.rule == "" && err != nil && !strings.Contains(err.Error(), "not locked to a version"):
				t.Errorf("%.300s", err)
			case test.rule != "" && (!errors.As(err, &e) || e.Issues[0].Rule != test.rule):
				t.Errorf("not %s: %.300v", test.rule, err)
			case err != nil && len(err.Error()) > 100_000:
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
			if took > 20*time.Second || allocated > 2000 {
				t.Errorf("took too much: %v, %d MB", took, allocated)
			}
		})
	}
}
