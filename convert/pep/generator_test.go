package pep_test

import (
	"math/rand/v2"
	"strings"

	"wain/convert/pep"
)

// A generator makes random texts in the languages of the package: mostly
// right, in every spelling.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 0))} }

func (g generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

// maybe gives s in one of n cases.
func (g generator) maybe(n int, s string) string {
	if g.IntN(n) == 0 {
		return s
	}
	return ""
}

func (g generator) repeat(most int, choices ...string) string {
	var b strings.Builder
	for range g.IntN(most + 1) {
		b.WriteString(g.pick(choices...))
	}
	return b.String()
}

// damaged changes one byte of s in one of four cases.
func (g generator) damaged(s string) string {
	if s == "" || g.IntN(4) > 0 {
		return s
	}
	i := g.IntN(len(s))
	switch g.IntN(3) {
	case 0:
		return s[:i] + s[i+1:]
	case 1:
		return s[:i] + g.pick(strings.Split(`. - _ + ! * 0 a V ( ) , ; " ' @ [ ] = < ~ x`, " ")...) + s[i:]
	default:
		return s[:i] + " " + s[i:]
	}
}

func (g generator) number() string {
	return g.pick("0", "1", "1", "2", "3", "10", "007", "00", "20261121", "99999999999999999999999")
}

func (g generator) separator() string { return g.pick("", "", ".", "-", "_") }

func (g generator) public() string {
	s := g.maybe(8, "v") + g.maybe(8, g.pick("0", "1", "02")+"!") + g.pick("0", "1", "1", "2")
	for range g.IntN(4) {
		s += "." + g.pick("0", "0", "1", "2", g.number())
	}
	s += g.maybe(3, g.separator()+g.pick("a", "b", "rc", "c", "alpha", "Beta", "pre", "PREVIEW")+g.separator()+g.maybe(2, g.number()))
	s += g.maybe(4, g.pick("-"+g.number(), g.separator()+g.pick("post", "rev", "R")+g.separator()+g.maybe(2, g.number())))
	s += g.maybe(4, g.separator()+"dev"+g.separator()+g.maybe(2, g.number()))
	return s
}

func (g generator) version() string {
	s := g.public()
	if g.IntN(4) == 0 {
		s += "+" + g.pick("1", "local", "Ab1", g.number())
		for range g.IntN(3) {
			s += g.pick(".", "-", "_") + g.pick("0", "1", "10", "a", "Zz", "1a", "a1")
		}
	}
	return g.maybe(20, " ") + s + g.maybe(20, "\n")
}

func (g generator) clause() string {
	operator := g.pick("==", "==", "!=", "~=", "<=", ">=", "<", ">", "===") + g.maybe(4, " ")
	switch strings.TrimSpace(operator) {
	case "==", "!=":
		if g.IntN(3) == 0 {
			return operator + g.pick("0", "1", "1.0", "1.2", "2.0.0", "1!1") + ".*"
		}
		return operator + strings.TrimSpace(g.version())
	case "===":
		return operator + g.pick("1.0", "1.0.0", "1.0a1", "any-thing", "")
	}
	return operator + g.public()
}

func (g generator) specifiers() string {
	s := g.clause()
	for range g.IntN(3) {
		s += g.maybe(3, " ") + "," + g.maybe(3, " ") + g.clause()
	}
	return s + g.maybe(10, ",")
}

// marker gives one with parentheses up to the depth; kind says which variables
// there are beside the environment's: "extra" or "sets".
func (g generator) marker(depth int, kind string) string {
	var b strings.Builder
	for i := range 1 + g.IntN(3) {
		if i > 0 {
			b.WriteString(" " + g.pick("and", "or") + " ")
		}
		if depth > 0 && g.IntN(3) == 0 {
			b.WriteString("(" + g.maybe(3, " ") + g.marker(depth-1, kind) + g.maybe(3, " ") + ")")
		} else {
			b.WriteString(g.comparison(kind))
		}
	}
	return b.String()
}

func (g generator) comparison(kind string) string {
	space := g.pick(" ", " ", "", "\t")
	if kind == "sets" && g.IntN(2) == 0 {
		return g.quoted(g.pick("test", "Dev_tools", "docs", "x")) + " " + g.pick("in", "not in", "not  in") + " " +
			g.pick("extras", "dependency_groups")
	}
	if kind == "extra" && g.IntN(4) == 0 {
		extra := g.quoted(g.pick("test", "Test", "Dev_tools", "dev.tools", "docs", ""))
		if operator := g.pick("==", "!=", "<", ">="); g.IntN(2) == 0 {
			return "extra" + space + operator + space + extra
		} else {
			return extra + space + operator + space + "extra"
		}
	}
	variable := g.pick("python_version", "python_full_version", "implementation_version", "platform_release",
		"python_version", "python_full_version", "os_name", "os.name", "sys_platform", "sys.platform",
		"platform_system", "platform_machine", "platform.machine", "platform_version", "platform.version",
		"implementation_name", "platform_python_implementation", "python_implementation",
		"platform.python_implementation")
	literal := g.quoted(g.pick("3.11", "3.11.2", "3.9", "3", "3.11.*", "3.11.2rc1", "3.10 3.11", "linux", "Linux",
		"posix", "x86_64", "cpython", "CPython", "5.10.0-28-amd64", "6.1", "", "win32"))
	operator := g.pick("==", "!=", "<", "<=", ">", ">=", "~=", "===", " in ", " not in ")
	if g.IntN(4) == 0 {
		return literal + space + operator + space + variable
	}
	return variable + space + operator + space + literal
}

func (g generator) quoted(s string) string {
	quote := g.pick(`"`, `'`)
	return quote + s + quote
}

func (g generator) extras() []string {
	extras := []string{}
	for _, extra := range []string{"test", "dev-tools", "Docs", "X"} {
		if g.IntN(4) == 0 {
			extras = append(extras, extra)
		}
	}
	return extras
}

func (g generator) environment() map[string]string {
	python := g.pick("3.8", "3.9", "3.11", "3.14")
	full := python + "." + g.pick("0", "2", "11", "0rc1")
	return map[string]string{
		"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux",
		"platform_machine": g.pick("x86_64", "aarch64"), "platform_version": "",
		"platform_release":    g.pick("", "6.1", "5.10.0-28-amd64"),
		"implementation_name": "cpython", "platform_python_implementation": "CPython",
		"implementation_version": full, "python_full_version": full, "python_version": python,
	}
}

func environment(values map[string]string) pep.Environment {
	return pep.Environment{
		OSName: values["os_name"], SysPlatform: values["sys_platform"], PlatformSystem: values["platform_system"],
		PlatformMachine: values["platform_machine"], PlatformVersion: values["platform_version"],
		PlatformRelease: values["platform_release"], ImplementationName: values["implementation_name"],
		PlatformPythonImplementation: values["platform_python_implementation"],
		ImplementationVersion:        values["implementation_version"],
		PythonFullVersion:            values["python_full_version"], PythonVersion: values["python_version"],
	}
}

func (g generator) requirement() string {
	s := g.maybe(10, " ") + g.pick("requests", "Zope.Interface", "a", "typing_extensions", "ruamel.yaml.clib", "x-", "y_")
	s += g.maybe(4, " ")
	if g.IntN(3) == 0 {
		s += "[" + g.maybe(3, " ") + g.pick("socks", "security , Socks", "b,a,b", "") + g.maybe(3, " ") + "]"
	}
	s += g.maybe(4, " ")
	space := ""
	switch g.IntN(4) {
	case 0:
		s += "@" + g.maybe(2, " ") + g.pick("https://index.example.org/a-1.0.whl", "file:///a;b", "git+https://x@main")
		space = " "
	case 1:
		s += "(" + g.maybe(3, " ") + g.specifiers() + g.maybe(3, " ") + ")"
	case 2:
		s += g.specifiers()
	}
	if g.IntN(2) == 0 {
		s += space + g.maybe(2, " ") + ";" + g.maybe(2, " ") + g.marker(1, "extra")
	}
	return s + g.maybe(10, " ")
}

func (g generator) tagMember(choices ...string) string {
	s := g.pick(choices...)
	for range g.IntN(3) {
		s += g.maybe(2, "."+g.pick(choices...))
	}
	return s
}

func (g generator) wheelFilename() string {
	s := g.pick("requests", "zope.interface", "Foo_Bar", "a__b", "_x", "x1") + "-" + strings.ReplaceAll(g.version(), "-", "_")
	if g.IntN(4) == 0 {
		s += "-" + g.pick("1", "01", "2local", "0", "10_x")
	}
	s += "-" + g.tagMember("py3", "py2", "cp311", "CP39", "pp39") + "-" + g.tagMember("none", "abi3", "cp311") +
		"-" + g.tagMember("any", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "linux_armv7l")
	return s + g.pick(".whl", ".whl", ".whl", ".whl", ".zip")
}
