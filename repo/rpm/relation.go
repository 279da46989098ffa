package rpm

// Relation is one dependency of any sort.
type Relation struct {
	// Name is a capability, a path, or a rich dependency in parentheses.
	Name string
	// Sense holds rpm's RPMSENSE bits.
	Sense Sense
	// EVR is what the capability is compared with, "" for nothing.
	EVR string
}

// Sense says how a relation compares, and when it matters
// (rpm's include/rpm/rpmds.h).
type Sense uint32

// The bits of a [Sense] that metadata cares about.
const (
	Less       Sense = 1 << 1
	Greater    Sense = 1 << 2
	Equal      Sense = 1 << 3
	PreReq     Sense = 1 << 6
	ScriptPre  Sense = 1 << 9
	ScriptPost Sense = 1 << 10
	MissingOK  Sense = 1 << 19
)

// Comparison returns "LT", "GT", "EQ", "LE" or "GE", and "" for a sense that
// compares nothing.
func (s Sense) Comparison() string {
	switch s & (1 | Less | Greater | Equal) {
	case Less:
		return "LT"
	case Greater:
		return "GT"
	case Equal:
		return "EQ"
	case Less | Equal:
		return "LE"
	case Greater | Equal:
		return "GE"
	}
	return ""
}

// relations joins the three parallel lists of one sort of dependency.
func (g *gather) relations(name, sense, evr tag) []Relation {
	names, senses, evrs := g.texts(name), g.numbers(sense), g.texts(evr)
	if g.err != nil || len(names) == 0 {
		return nil
	}
	if len(senses) != len(names) || len(evrs) != len(names) {
		g.keep(refuse("header-entry", g.h.part, "tags %d, %d and %d have %d, %d and %d values",
			name, sense, evr, len(names), len(senses), len(evrs)))
		return nil
	}
	relations := make([]Relation, len(names))
	for i := range names {
		relations[i] = Relation{Name: names[i], Sense: Sense(senses[i]), EVR: evrs[i]}
	}
	return relations
}
