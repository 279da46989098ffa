package wheel

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxComponent is the longest file name that Linux file systems take, in bytes.
const maxComponent = 255

// maxName is the longest path in a wheel, in bytes; with the prefix of a
// virtual environment it stays below Linux's limit of 4096.
const maxName = 3072

// maxDepth is how many folders a file may lie in. Python's compileall goes down
// by recursion, and gives up at about a thousand.
const maxDepth = 200

// CheckName refuses the path of a file that no wheel may hold. The error is an
// *Error.
func CheckName(name string) error { return checkName(name, true) }

// checkName refuses a name that another reader may read otherwise or that could
// leave the folder it is unpacked into. A directory's name ends with "/".
func checkName(name string, utf8Flag bool) error {
	switch {
	case name == "":
		return refuse("zip-name", "", "an entry without a name")
	case len(name) > maxName:
		return refuse("zip-name", name[:64], "a name of %d bytes, the limit is %d", len(name), maxName)
	case strings.Count(name, "/") > maxDepth:
		return refuse("zip-name", name[:64], "a file %d folders deep, the limit is %d", strings.Count(name, "/"), maxDepth)
	case !utf8.ValidString(name):
		return refuse("zip-name-encoding", name, "the name is not UTF-8")
	case strings.Contains(name, "\\"):
		return refuse("zip-name", name, "a backslash in the name")
	case strings.HasPrefix(name, "/"):
		return refuse("zip-name", name, "an absolute name")
	case len(name) > 1 && name[1] == ':' && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z'):
		return refuse("zip-name", name, "a name with a drive letter")
	}
	for _, r := range name {
		if unicode.Is(unicode.C, r) {
			return refuse("zip-name", name, "control or format character %U in the name", r)
		}
		if r >= utf8.RuneSelf && !utf8Flag {
			return refuse("zip-name-encoding", name, "a name beyond ASCII that is not flagged as UTF-8")
		}
	}
	for component := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		switch {
		case component == "":
			return refuse("zip-name", name, "an empty component in the name")
		case component == "." || component == "..":
			return refuse("zip-name", name, "the component %q in the name", component)
		case len(component) > maxComponent:
			return refuse("zip-name", name, "a component of %d bytes, the limit is %d", len(component), maxComponent)
		}
	}
	return nil
}

// checkNames refuses a name that is there twice, with or without the "/" of a
// directory, and a file that is also the folder of another entry.
func checkNames(entries []entry) error {
	kinds := make(map[string]bool, len(entries)) // name without "/" → is a directory
	for i := range entries {
		e := &entries[i]
		name := strings.TrimSuffix(e.name, "/")
		if dir, seen := kinds[name]; seen {
			if dir != e.dir {
				return refuse("zip-file-and-directory", name, "both a file and a directory")
			}
			return refuse("zip-duplicate-name", name, "the name is there twice")
		}
		kinds[name] = e.dir
	}
	parents := map[string]struct{}{}
	for i := range entries {
		name := strings.TrimSuffix(entries[i].name, "/")
		for cut := strings.LastIndexByte(name, '/'); cut > 0; cut = strings.LastIndexByte(name, '/') {
			name = name[:cut]
			if _, seen := parents[name]; seen {
				break
			}
			parents[name] = struct{}{}
			if dir, isEntry := kinds[name]; isEntry && !dir {
				return refuse("zip-file-and-directory", name, "both a file and a directory")
			}
		}
	}
	return nil
}
