package main

import (
	"cmp"
	"fmt"
	"slices"

	"wain/repo"
)

// A plan prints what promote, remove, prune and rollback will do, before it is
// done: a package a line.
type plan struct {
	con     *console
	printed []string
}

// show prints the plan. A second one is made where another publisher was faster;
// it is printed where it is another one.
func (p *plan) show(suites []repo.SuiteResult) {
	lines := changeLines(suites)
	if p.con.json || p.printed != nil && slices.Equal(lines, p.printed) {
		return
	}
	if p.printed != nil {
		p.con.warnf("another publisher was faster: this is what happens now")
	}
	p.printed = append([]string{}, lines...)
	for _, line := range lines {
		p.con.line(line)
	}
}

// done prints what is left to say after the change.
func (p *plan) done(schema string, r *repo.Result) error {
	p.con.remarks(r)
	if p.con.json {
		return p.con.document(newPublishDocument(schema, r))
	}
	if !r.Changed && len(p.printed) == 0 {
		p.con.say("nothing to do")
	}
	return nil
}

// remarks prints of a change what is no result.
func (c *console) remarks(r *repo.Result) {
	for _, w := range r.Warnings {
		c.warnf("%s", w)
	}
	c.detail("generation %d of %s", r.Generation, r.Origin)
	if c.dryRun {
		c.say("dry run: nothing was written")
	}
}

// changeLines say a package a line what becomes of it: its suite, name, version
// and architecture.
func changeLines(suites []repo.SuiteResult) []string {
	var lines []string
	for _, s := range suites {
		lines = append(lines, differenceLines(s.Format, s.Suite, s.Added, s.Removed)...)
		for _, p := range s.Unchanged {
			lines = append(lines, packageLine("unchanged", s.Suite, p))
		}
	}
	return lines
}

func packageLine(verb, suite string, p repo.Package) string {
	return fmt.Sprintf("%s %s %s %s %s", verb, suite, p.Name, p.Version, p.Architecture)
}

// differenceLines are the lines of a suite's difference. Where one version takes
// another's place it is one line.
func differenceLines(format, suite string, added, removed []repo.Package) []string {
	type group struct{ added, removed []repo.Package }
	groups := map[[2]string]*group{}
	of := func(p repo.Package) *group {
		key := [2]string{p.Name, p.Architecture}
		if groups[key] == nil {
			groups[key] = &group{}
		}
		return groups[key]
	}
	for _, p := range added {
		of(p).added = append(of(p).added, p)
	}
	for _, p := range removed {
		of(p).removed = append(of(p).removed, p)
	}
	keys := make([][2]string, 0, len(groups))
	for key := range groups {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	var lines []string
	for _, key := range keys {
		g := groups[key]
		if len(g.added) == 1 && len(g.removed) == 1 {
			lines = append(lines, replacedLine(format, suite, g.removed[0], g.added[0]))
			continue
		}
		for _, p := range g.added {
			lines = append(lines, packageLine("added", suite, p))
		}
		for _, p := range g.removed {
			lines = append(lines, packageLine("removed", suite, p))
		}
	}
	return lines
}

func replacedLine(format, suite string, from, to repo.Package) string {
	verb := "replaced"
	switch c := repo.CompareVersions(format, from.Version, to.Version); {
	case c < 0:
		verb = "upgraded"
	case c > 0:
		verb = "downgraded"
	}
	return fmt.Sprintf("%s %s %s %s -> %s %s", verb, suite, to.Name, from.Version, to.Version, to.Architecture)
}
