package egg

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// dotted matches a package's name; it goes into generated code.
var dotted = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)

// maxNamespaces bounds what Python is told at every start.
const maxNamespaces = 1000

// readNamespaces gives the packages of namespace_packages.txt and those they
// lie in, parents first.
func (c *conversion) readNamespaces() ([]string, error) {
	f := c.has[namespacesName]
	if f == nil {
		return nil, nil
	}
	text, err := f.read()
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range bytes.Lines(text) {
		name := strings.TrimSpace(string(line))
		if name == "" || name[0] == '#' {
			continue
		}
		if !dotted.MatchString(name) || len(name) > 255 {
			return nil, refuse("egg-namespace", f.name, "%.80q is no name of a package", name)
		}
		for at := range len(name) {
			if name[at] == '.' {
				names = append(names, name[:at])
			}
		}
		if names = append(names, name); len(names) > 1<<16 {
			break
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) > maxNamespaces {
		return nil, refuse("egg-namespace", f.name, "more than %d namespace packages", maxNamespaces)
	}
	return names, nil
}

// namespaces decides how each namespace package stays one, and gives the
// __init__.py files that are left out. easy_install gave every egg a folder of
// its own and pkg_resources joined the packages; now all lie in one folder, and
// that module may be missing. So, as setuptools does where it builds a wheel,
// an __init__.py that only declares gives way to a line in a .pth file. One
// that uses pkgutil alone works as it is. One that does more is code, and stays.
func (c *conversion) namespaces(names []string) (dropped map[string]bool, err error) {
	dropped = map[string]bool{}
	taken := map[string]bool{} // those that get a line
	var pth bytes.Buffer
	for _, name := range names {
		parent := ""
		if at := strings.LastIndexByte(name, '.'); at > 0 {
			parent = name[:at]
		}
		init := strings.ReplaceAll(name, ".", "/") + "/__init__.py"
		kind, err := c.declaration(init)
		if err != nil {
			return nil, err
		}
		switch {
		case kind == code:
			c.warn("%s does more than declare the namespace package %s and is kept: it hides the __init__.py of other projects there", init, name)
			continue
		case kind == pkgutil, parent != "" && !taken[parent], !c.hasModules(name, init):
			continue
		}
		taken[name] = true
		dropped[init] = true
		pth.WriteString(namespaceLine(name, parent))
	}
	if pth.Len() == 0 {
		return dropped, nil
	}
	// As setuptools names it: after the egg, without the platform.
	base := strings.TrimSuffix(c.name.Raw, ".egg")
	if parts := strings.SplitN(base, "-", 4); len(parts) == 4 {
		base = strings.Join(parts[:3], "-")
	}
	base += "-nspkg.pth"
	for i := range c.files {
		if top, _, _ := strings.Cut(c.files[i].name, "/"); top == base {
			return nil, refuse("egg-reserved-folder", c.files[i].name, "the name of the file for the namespace packages")
		}
	}
	c.out = append(c.out, made(base, c.stamp(), pth.Bytes()))
	return dropped, nil
}

// hasModules reports whether a package has more than its __init__.py.
func (c *conversion) hasModules(name, init string) bool {
	prefix := strings.ReplaceAll(name, ".", "/") + "/"
	at, _ := slices.BinarySearchFunc(c.files, prefix, func(f file, prefix string) int { return strings.Compare(f.name, prefix) })
	for ; at < len(c.files) && strings.HasPrefix(c.files[at].name, prefix); at++ {
		if f := c.files[at].name; f != init && !isCache(f) && !isBytecode(f) {
			return true
		}
	}
	return false
}

// namespaceLine makes the package at the start of Python, as the import of a
// folder without __init__.py would, and adds this folder to its path. Python
// executes lines of .pth files that begin with "import", up to 3.12 among the
// variables of the function that reads the file, so ours have names of their
// own; the frame above is that function's and knows where the file lies.
func namespaceLine(name, parent string) string {
	path := "'" + strings.ReplaceAll(name, ".", "', '") + "'"
	line := "import importlib.machinery, importlib.util, os, sys" +
		"; nsname = '" + name + "'" +
		"; nspath = os.path.join(sys._getframe(1).f_locals['sitedir'], " + path + ")" +
		"; nsspec = nsname not in sys.modules and importlib.machinery.PathFinder.find_spec(nsname, [os.path.dirname(nspath)])" +
		"; nsmod = importlib.util.module_from_spec(nsspec) if nsspec else sys.modules.get(nsname)" +
		"; nsmod and sys.modules.setdefault(nsname, nsmod)" +
		"; nsmod and nspath not in nsmod.__path__ and nsmod.__path__.append(nspath)"
	if parent != "" {
		line += "; nsmod and setattr(sys.modules['" + parent + "'], '" + name[len(parent)+1:] + "', nsmod)"
	}
	return line + "\n"
}

// What an __init__.py does for its namespace package.
const (
	declares = iota // it calls pkg_resources and nothing else, or does not exist, or is empty
	pkgutil         // it calls pkgutil and nothing else
	code            // it holds code
)

// maxInit bounds an __init__.py that only declares.
const maxInit = 16 << 10

// statements matches each line of an __init__.py that does nothing but declare a
// namespace package, white space at both ends removed.
var statements = regexp.MustCompile(`^(?:` + strings.Join([]string{
	``, `#.*`, `try:`, `else:`, `pass`, `except(?: \(?[A-Za-z, ]+\)?)?:(?: pass)?`,
	`import pkg_resources`, `import pkgutil`, `from pkgutil import extend_path`,
	`__import__\(["']pkg_resources["']\)\.declare_namespace\(__name__\)`,
	`pkg_resources\.declare_namespace\(__name__\)`,
	`__path__ ?= ?(?:pkgutil\.|__import__\(["']pkgutil["']\)\.)?extend_path\(__path__, ?__name__\)`,
	`import modulefinder`, `for \w+ in __path__:`, `modulefinder\.AddPackagePath\(__name__, ?\w+\)`,
	`"""[^"\\]*"""`, `'''[^'\\]*'''`, `"[^"\\]*"`, `'[^'\\]*'`,
}, "|") + `)(?:\s*#.*)?$`)

// longStrings matches a documentation string of several lines.
var longStrings = regexp.MustCompile(`(?s)^((?:\s*#[^\n]*\n|\s*\n)*)("""[^"\\]*"""|'''[^'\\]*''')`)

// declaration judges an __init__.py.
func (c *conversion) declaration(init string) (int, error) {
	f := c.has[init]
	if f == nil || f.size == 0 {
		return declares, nil
	}
	if f.size > maxInit {
		return code, nil
	}
	text, err := f.read()
	if err != nil {
		return code, err
	}
	text = longStrings.ReplaceAll(text, []byte("$1"))
	for line := range bytes.Lines(text) {
		if !statements.Match(bytes.TrimSpace(line)) {
			return code, nil
		}
	}
	if bytes.Contains(text, []byte("pkgutil")) && !bytes.Contains(text, []byte("declare_namespace")) {
		return pkgutil, nil
	}
	return declares, nil
}
