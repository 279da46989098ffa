package rpm

// Change is one entry of a changelog.
type Change struct {
	// Time is in seconds since 1970.
	Time int64
	// Author is the headline without its date.
	Author string
	// Text may have several lines.
	Text string
}

// changelog joins the three parallel lists of the changelog.
func (g *gather) changelog() []Change {
	times, authors, texts := g.numbers(tagChangelogTime), g.texts(tagChangelogName), g.texts(tagChangelogText)
	if g.err != nil || len(times) == 0 {
		return nil
	}
	if len(authors) != len(times) || len(texts) != len(times) {
		g.keep(refuse("header-entry", g.h.part, "%d changes have %d authors and %d texts", len(times), len(authors), len(texts)))
		return nil
	}
	changes := make([]Change, len(times))
	for i := range times {
		changes[i] = Change{Time: int64(times[i]), Author: authors[i], Text: texts[i]}
	}
	return changes
}
