package rpm

// gather reads values out of a header until the first error.
type gather struct {
	h   *header
	err error
}

func (g *gather) keep(err error) {
	if g.err == nil {
		g.err = err
	}
}

func (g *gather) text(t tag) string {
	v, err := g.h.text(t)
	g.keep(err)
	return v
}

func (g *gather) texts(t tag) []string {
	v, err := g.h.texts(t)
	g.keep(err)
	return v
}

func (g *gather) numbers(t tag) []uint64 {
	v, err := g.h.numbers(t)
	g.keep(err)
	return v
}

// number returns the first of the tags that is there, at most limit.
func (g *gather) number(limit uint64, tags ...tag) int64 {
	v, _, err := g.h.number(tags...)
	g.keep(err)
	if v > limit {
		g.keep(refuse("header-entry", g.h.part, "tag %d is %d", tags[0], v))
		return 0
	}
	return int64(v)
}
