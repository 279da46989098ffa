package target

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"wain/convert/pep"
)

//go:embed data/*.yaml
var files embed.FS

// An UnknownError says that there is no such target, architecture or Python,
// and which ones there are.
type UnknownError struct {
	Kind   string   // "target", "architecture" or "python"
	Got    string   // what was asked for
	Target string   // the release that does not have it; "" for Kind "target"
	Known  []string // what there is
}

func (e *UnknownError) Error() string {
	if e.Kind == "target" {
		return fmt.Sprintf("unknown target %q (there are %s)", e.Got, strings.Join(e.Known, ", "))
	}
	return fmt.Sprintf("target %s has no %s %q (it has %s)", e.Target, e.Kind, e.Got, strings.Join(e.Known, ", "))
}

// Find gives the target that spec names, NAME[/ARCH][+pythonX.Y]. python,
// "3.12" or "", is the Python for a spec that names none. The error is an
// *UnknownError.
func Find(spec, python string) (Target, error) {
	name := spec
	if i := strings.IndexAny(spec, "/+"); i >= 0 {
		name = spec[:i]
	}
	arch, python, ok := variant(spec[len(name):], python)
	if !ok {
		return Target{}, unknownTarget(spec)
	}
	r, ok := findRelease(name)
	if !ok {
		return Target{}, unknownTarget(spec)
	}
	return r.target(arch, python)
}

// variant reads what follows the name of a release or of a file,
// [/ARCH][+pythonX.Y]. python stands where none is named.
func variant(rest, python string) (arch, chosen string, ok bool) {
	rest, named, hasPython := strings.Cut(rest, "+")
	if hasPython {
		if python, ok = strings.CutPrefix(named, "python"); !ok || python == "" {
			return "", "", false
		}
	}
	arch, hasArch := strings.CutPrefix(rest, "/")
	return arch, python, rest == "" || hasArch && arch != ""
}

func unknownTarget(spec string) error {
	return &UnknownError{Kind: "target", Got: spec, Known: Names()}
}

// File gives the path in a spec that names a file of the user's own,
// PATH.yaml[/ARCH][+pythonX.Y]. It reports whether the spec names one.
func File(spec string) (file string, ok bool) {
	const ending = ".yaml"
	i := strings.LastIndex(spec, ending)
	if i < 0 {
		return "", false
	}
	file = spec[:i+len(ending)]
	rest := spec[len(file):]
	return file, rest == "" || rest[0] == '/' || rest[0] == '+'
}

// Load reads a target of the user's own from the text of a file in the form of
// the embedded ones; spec names it as File has it, the first of its
// architectures where it names none. python, "3.12" or "", is the Python for a
// spec that names none. Where anything is wrong with the text, the error is a
// *FileError.
func Load(data []byte, spec, python string) (Target, error) {
	file, ok := File(spec)
	if !ok {
		return Target{}, unknownTarget(spec)
	}
	arch, python, ok := variant(spec[len(file):], python)
	if !ok {
		return Target{}, unknownTarget(spec)
	}
	r, err := readRelease(data, file)
	if err != nil {
		return Target{}, err
	}
	return r.target(arch, python)
}

// Names lists the embedded releases, without aliases, each distribution's in
// the order of its releases.
func Names() []string {
	entries, err := files.ReadDir("data")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	slices.SortFunc(names, compareNames)
	return names
}

// compareNames puts el9 before el10.
func compareNames(a, b string) int {
	const digits = "0123456789."
	i, j := strings.IndexAny(a, digits), strings.IndexAny(b, digits)
	if i < 0 || j < 0 || a[:i] != b[:j] {
		return strings.Compare(a, b)
	}
	v, errV := pep.ParseVersion(a[i:])
	w, errW := pep.ParseVersion(b[j:])
	if errV != nil || errW != nil {
		return strings.Compare(a, b)
	}
	return cmp.Or(v.Compare(w), strings.Compare(a, b))
}

// findRelease reads the embedded file of that name, or the one that has it as
// an alias.
func findRelease(name string) (*release, bool) {
	names := Names()
	if slices.Contains(names, name) {
		return readEmbedded(name), true
	}
	for _, n := range names {
		if slices.Contains(aliases(n), name) {
			return readEmbedded(n), true
		}
	}
	return nil, false
}

// aliases reads them alone: the libraries, by far the most of a file, come last.
func aliases(name string) []string {
	data, _ := embedded(name)
	head, _, _ := bytes.Cut(data, []byte("\nlibraries:"))
	var r release
	if err := yaml.Unmarshal(head, &r); err != nil {
		panic(err) // part of the program; a test reads them all
	}
	return r.Aliases
}

func embedded(name string) (data []byte, file string) {
	file = path.Join("data", name+".yaml")
	data, err := files.ReadFile(file)
	if err != nil {
		panic(err) // it was listed
	}
	return data, file
}

func readEmbedded(name string) *release {
	data, file := embedded(name)
	r, err := readRelease(data, file)
	if err != nil {
		panic(err) // part of the program; a test reads them all
	}
	return r
}
