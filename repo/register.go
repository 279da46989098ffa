package repo

// A register knows which packages are published, or about to be, under a name or a path.
type register struct {
	byName map[[3]string]*registered
	byPath map[string]*registered
}

// registered is a package and where it was met.
type registered struct {
	Package
	suite  string
	source string // the given file; empty for what was published before
}

func newRegister() *register {
	return &register{byName: map[[3]string]*registered{}, byPath: map[string]*registered{}}
}

// add notes a package. A suite's own entry takes the place of another suite's.
func (r *register) add(p Package, suite, source string) {
	known := &registered{Package: p, suite: suite, source: source}
	r.byName[[3]string{p.Name, p.Version, p.Architecture}] = known
	r.byPath[p.Path] = known
}

// find returns the package that p would be, or whose file it would take; nil if there is none. Versions that differ
// as text may share a path ("0:1.0" and "1.0"), so both are looked up.
func (r *register) find(p Package) *registered {
	if have := r.byName[[3]string{p.Name, p.Version, p.Architecture}]; have != nil {
		return have
	}
	return r.byPath[p.Path]
}
