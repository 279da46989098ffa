package pep

// An Environment is what markers ask about: the values that the Python of the
// target would report. Unknown values are "".
type Environment struct {
	OSName                       string // os_name: "posix"
	SysPlatform                  string // sys_platform: "linux"
	PlatformSystem               string // platform_system: "Linux"
	PlatformMachine              string // platform_machine: "x86_64"
	PlatformRelease              string // platform_release: the kernel's version
	PlatformVersion              string // platform_version: the kernel's build
	ImplementationName           string // implementation_name: "cpython"
	ImplementationVersion        string // implementation_version: "3.11.2"
	PlatformPythonImplementation string // platform_python_implementation: "CPython"
	PythonVersion                string // python_version: "3.11"
	PythonFullVersion            string // python_full_version: "3.11.2"
}

// value gives what a marker's variable stands for; ok is false for the
// variables that are not of the environment: extra, extras, dependency_groups.
func (e *Environment) value(variable string) (value string, ok bool) {
	switch variable {
	case "os_name":
		return e.OSName, true
	case "sys_platform":
		return e.SysPlatform, true
	case "platform_system":
		return e.PlatformSystem, true
	case "platform_machine":
		return e.PlatformMachine, true
	case "platform_release":
		return e.PlatformRelease, true
	case "platform_version":
		return e.PlatformVersion, true
	case "implementation_name":
		return e.ImplementationName, true
	case "implementation_version":
		return e.ImplementationVersion, true
	case "platform_python_implementation":
		return e.PlatformPythonImplementation, true
	case "python_version":
		return e.PythonVersion, true
	case "python_full_version":
		return e.PythonFullVersion, true
	}
	return "", false
}

// variable gives the present name of a marker's variable, which may be spelled
// in the dotted way of old metadata; ok is false for any other word.
func variable(word string) (name string, ok bool) {
	switch word {
	case "os.name":
		return "os_name", true
	case "sys.platform":
		return "sys_platform", true
	case "platform.version":
		return "platform_version", true
	case "platform.machine":
		return "platform_machine", true
	case "platform.python_implementation", "python_implementation":
		return "platform_python_implementation", true
	case "extra", "extras", "dependency_groups":
		return word, true
	}
	_, ok = new(Environment).value(word)
	return word, ok
}

// isVersionVariable reports whether comparisons with the variable compare
// versions where they can.
func isVersionVariable(name string) bool {
	switch name {
	case "python_version", "python_full_version", "implementation_version", "platform_release":
		return true
	}
	return false
}

// isSetVariable reports whether the variable is one of the two sets of lock
// files.
func isSetVariable(name string) bool { return name == "extras" || name == "dependency_groups" }
