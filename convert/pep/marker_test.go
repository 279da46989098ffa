package pep_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pep"
)

func mustMarker(t *testing.T, s string) *pep.Marker {
	t.Helper()
	m, err := pep.ParseMarker(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// debian12 is the environment of Debian 12's Python, whose kernel nobody knows.
func debian12() pep.Environment {
	return pep.Environment{
		OSName: "posix", SysPlatform: "linux", PlatformSystem: "Linux", PlatformMachine: "x86_64",
		ImplementationName: "cpython", ImplementationVersion: "3.11.2", PlatformPythonImplementation: "CPython",
		PythonVersion: "3.11", PythonFullVersion: "3.11.2",
	}
}

func TestMarkerEval(t *testing.T) {
	tests := []struct {
		marker string
		extras []string
		want   bool
	}{
		{`python_version >= "3.9"`, nil, true}, // as versions: as text it would be false
		{`"3.9" <= python_version`, nil, true},
		{`python_full_version < "3.11.3"`, nil, true},
		{`python_version in "3.10 3.11"`, nil, true},
		{`python_version not in "3.1"`, nil, true},
		{`python_version == "3.11.*"`, nil, true},
		{`python_version ~= "3.9"`, nil, true},
		{`python_full_version === "3.11.2"`, nil, true},
		{`sys_platform == "win32" or os_name == "posix"`, nil, true},
		{`sys_platform == "linux" or os_name == "nt" and os_name == "java"`, nil, true}, // and binds tighter
		{`(sys_platform == "linux" or os_name == "nt") and os_name == "java"`, nil, false},
		{`os.name == 'posix' and platform.python_implementation == "CPython" and python_implementation != "PyPy"`, nil, true},
		{`platform_machine >= "x86_64"`, nil, true}, // text: equality
		{`platform_machine > "a"`, nil, false},      // text: never
		{`platform_release >= "5.0"`, nil, false},   // unknown: in no specifier,
		{`platform_release != "5.0"`, nil, false},   // not even in this one
		{`platform_release == ""`, nil, true},
		{`extra == "test"`, nil, false},
		{`extra == "Dev_Tools"`, []string{"test", "dev.tools"}, true},
		{`extra == "a" and extra == "b"`, []string{"a", "b"}, false}, // one extra at a time
		{`extra != "a"`, []string{"a"}, false},
		{`extra == ""`, nil, true},
	}
	for _, test := range tests {
		got, err := mustMarker(t, test.marker).Eval(debian12(), test.extras)
		if err != nil || got != test.want {
			t.Errorf("%s with extras %q: %v, %v", test.marker, test.extras, got, err)
		}
	}
	if got, err := (*pep.Marker)(nil).Eval(pep.Environment{}, nil); !got || err != nil {
		t.Errorf("no marker: %v, %v", got, err)
	}
}

func TestMarkerEvalSets(t *testing.T) {
	for marker, want := range map[string]bool{
		`"Test" in extras`:     true,
		`"docs" in extras`:     false,
		`"docs" not in extras`: true,
		`"dev" in dependency_groups and os_name == "posix"`:  true,
		`"test" in dependency_groups or "dev" not in extras`: true,
	} {
		got, err := mustMarker(t, marker).EvalSets(debian12(), []string{"test"}, []string{"DEV"})
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", marker, got, err)
		}
	}
}

// Every comparison is judged, also where it does not decide, so that a mistake
// shows on every target.
func TestMarkerEvalRefused(t *testing.T) {
	eval := func(m *pep.Marker) (bool, error) { return m.Eval(debian12(), nil) }
	sets := func(m *pep.Marker) (bool, error) { return m.EvalSets(debian12(), nil, nil) }
	tests := []struct {
		name, marker string
		eval         func(*pep.Marker) (bool, error)
	}{
		{"compatible-text", `sys_platform ~= "1.0"`, eval},
		{"identical-text", `os_name === "posix" or os_name == "posix"`, eval},
		{"compatible-no-version", `python_version ~= "3"`, eval},
		{"two-literals", `"a" == "a"`, eval},
		{"two-variables", `os_name == sys_platform`, eval},
		{"set-outside-a-lock", `"x" in extras`, eval},
		{"group-outside-a-lock", `"x" in dependency_groups`, eval},
		{"extra-in-a-lock", `extra == "x"`, sets},
		{"set-equality", `"x" == extras`, sets},
		{"set-on-the-left", `extras in "x"`, sets},
	}
	for _, test := range tests {
		_, err := test.eval(mustMarker(t, test.marker))
		var e *pep.EvalError
		if !errors.As(err, &e) || e.Marker == "" {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestMarkerString(t *testing.T) {
	for in, want := range map[string]string{
		`( (os.name=='posix') )`: `os_name == "posix"`,
		`"x"in os_name`:          `"x" in os_name`,
		`(os_name=="a"or os_name=='b"')and extra=="A_b"`: `(os_name == "a" or os_name == 'b"') and extra == "a-b"`,
		`((os_name == "a" or os_name == "b"))`:           `os_name == "a" or os_name == "b"`,
		`'A.b' not	in extras`:                            `"a-b" not in extras`,
	} {
		m := mustMarker(t, in)
		if got := m.String(); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
		if again := mustMarker(t, want); again.String() != want {
			t.Errorf("%s reads back as %s", want, again)
		}
	}
}

func TestMarkerVariables(t *testing.T) {
	m := mustMarker(t, `platform.machine == "x" and ("a" == extra or os_name == "y" and extra == "b")`)
	if diff := cmp.Diff([]string{"extra", "os_name", "platform_machine"}, m.Variables()); diff != "" {
		t.Error(diff)
	}
}

func TestMarkerRefused(t *testing.T) {
	deep := pep.MaxMarkerDepth + 1
	for name, s := range map[string]string{
		"empty":             ``,
		"no-comparison":     `os_name`,
		"no-right-side":     `os_name ==`,
		"unknown-variable":  `os_names == "x"`,
		"unknown-operator":  `os_name = "x"`,
		"chained":           `os_name == "x" == "y"`,
		"not-without-in":    `os_name not "x"`,
		"notin":             `os_name notin "x"`,
		"open-quote":        `os_name == "x`,
		"open-parenthesis":  `(os_name == "x"`,
		"close-parenthesis": `os_name == "x")`,
		"glued-and":         `os_name == "x" andos_name == "y"`,
		"backslash":         `os_name == "\x41"`,
		"control-character": "os_name == \"\x1b[31m\"",
		"newline":           "os_name ==\n\"x\"",
		"not-utf-8":         "os_name == \"\xff\"",
		"deep-parentheses":  strings.Repeat("(", deep) + `os_name=="x"` + strings.Repeat(")", deep),
		"deeper":            strings.Repeat("(", 1<<15),
		"too-long":          `os_name == "` + strings.Repeat("x", pep.MaxRequirement) + `"`,
	} {
		var e *pep.SyntaxError
		if m, err := pep.ParseMarker(s); !errors.As(err, &e) {
			t.Errorf("%s: read as %s, %v", name, m, err)
		}
	}
	// What is just not too deep is read.
	mustMarker(t, strings.Repeat("(", deep-1)+`os_name=="x"`+strings.Repeat(")", deep-1))
}
