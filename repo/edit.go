package repo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"wain/repo/store"
)

// edits are what one commit shall do.
type edits struct {
	suites   []suiteEdit
	identity identity
	refresh  bool // sign suites anew whose Valid-Until comes near

	// waiting lists the files of packages that were added and not published. Nil leaves it as it is.
	waiting *[]string
	state   []store.File // new files of the state
	pool    []incoming   // packages to store that no suite has yet
	stale   []string     // what another publisher has left in the way

	// result is what has become of packages that no suite has yet.
	result []SuiteResult
}

// An identity is what clients know a repository by. Empty fields are left as they are.
type identity struct {
	origin, label, baseURL string
	change                 bool // although every apt client stops
}

// An editor carries one commit out. Its plan may be made several times; only the last one's result counts.
type editor struct {
	commit Commit
	action string
	rescan bool
	decide func(ctx context.Context, now *current) (*edits, error)

	planned func([]SuiteResult) // called with what is going to be done, unless it is nil

	result Result
}

// edit commits what decide makes of the repository as it is.
func edit(ctx context.Context, c Commit, action string, decide func(ctx context.Context, now *current) (*edits, error)) (*Result, error) {
	e := &editor{commit: c, action: action, decide: decide}
	return e.run(ctx)
}

func (e *editor) run(ctx context.Context) (*Result, error) {
	e.commit.Progress = oneAtATime(e.commit.Progress)
	changed, err := e.commit.home().Update(ctx, e.plan)
	if err != nil {
		return nil, err
	}
	e.result.Changed = changed
	return &e.result, nil
}

// plan decides what changes in the repository as it is.
func (e *editor) plan(ctx context.Context, at store.Reader) (*store.Change, error) {
	if store.Committed(ctx) {
		return e.complete(ctx, at)
	}
	e.result = Result{}
	now, err := e.open(ctx, at)
	if err != nil {
		return nil, err
	}
	wanted, err := e.decide(ctx, now)
	if err != nil {
		return nil, err
	}
	next, resign, err := e.begin(now, wanted)
	if err != nil {
		return nil, err
	}
	plans, err := e.suites(ctx, now, wanted, resign)
	if err != nil {
		return nil, err
	}
	if e.planned != nil {
		e.planned(e.results(next, plans))
	}
	change := &store.Change{Index: wanted.state, Stale: wanted.stale}
	e.store(plans, wanted.pool, change)
	changed := len(wanted.state) > 0 || wanted.waiting != nil || next.differs(now.generation)
	for _, p := range plans {
		due := wanted.refresh && e.stale(p.before)
		if !p.changed && !resign && !due {
			continue
		}
		changed = true
		next.Added, next.Removed = next.Added+len(p.added), next.Removed+len(p.removed)
		if err := e.rewrite(ctx, now, next, p, change); err != nil {
			return nil, err
		}
	}
	if wanted.waiting != nil {
		next.Waiting = *wanted.waiting
	}
	if changed {
		err = e.record(ctx, now, next, change)
	} else {
		next = now.generation
	}
	if err == nil {
		err = e.publicFiles(ctx, now, next, change)
	}
	if err == nil {
		err = e.standing(ctx, now, next, change)
	}
	change.Index = withoutTwins(change.Index)
	e.summarize(next, plans, wanted.result)
	return change, err
}

// withoutTwins leaves out files that come twice: two suites with the same packages have the same segments.
func withoutTwins(files []store.File) []store.File {
	seen := map[string]bool{}
	return slices.DeleteFunc(files, func(f store.File) bool {
		twice := seen[f.Name]
		seen[f.Name] = true
		return twice
	})
}

// complete plans the head of what is there: our change counts, and somebody else was faster with a further one.
func (e *editor) complete(ctx context.Context, at store.Reader) (*store.Change, error) {
	now, err := openCurrent(ctx, at)
	if err != nil {
		return nil, err
	}
	change := &store.Change{}
	if err := e.publicFiles(ctx, now, now.generation, change); err != nil {
		return nil, err
	}
	return change, e.standing(ctx, now, now.generation, change)
}

func (e *editor) open(ctx context.Context, at store.Reader) (*current, error) {
	now, err := openCurrent(ctx, at)
	var foreign *ForeignError
	if e.rescan && errors.As(err, &foreign) {
		return newCurrent(at), nil
	}
	return now, err
}

// begin starts the next generation as a copy of the current one and checks what must not change. It reports whether
// every suite has to be signed again.
func (e *editor) begin(now *current, wanted *edits) (next *generation, resign bool, err error) {
	next = &generation{
		Schema: generationSchema, Number: now.Number + 1, Date: e.commit.Time.UTC().Truncate(time.Second), Action: e.action,
		Origin: now.Origin, Label: now.Label, BaseURL: now.BaseURL, Keys: now.Keys,
		Suites: slices.Clone(now.Suites), Waiting: now.Waiting,
	}
	id := wanted.identity
	if !now.exists() {
		if id.origin == "" {
			return nil, false, ErrNoOrigin
		}
		next.Origin, next.Label = id.origin, id.origin
	}
	var errs []error
	for _, field := range []struct {
		name string
		have *string
		want string
	}{{"origin", &next.Origin, id.origin}, {"label", &next.Label, id.label}} {
		if field.want == "" || field.want == *field.have {
			continue
		}
		if now.exists() && !id.change {
			errs = append(errs, &IdentityError{Field: field.name, Have: *field.have, Got: field.want})
		}
		*field.have = field.want
		resign = resign || now.exists()
	}
	if id.baseURL != "" {
		next.BaseURL = id.baseURL
	}
	if len(wanted.suites) == 0 && !wanted.refresh && len(now.Suites) == 0 {
		return next, false, errors.Join(errs...) // nothing is signed
	}
	return e.keys(now, next, resign, errs)
}

// keys notes with which keys the next generation is signed.
func (e *editor) keys(now *current, next *generation, resign bool, errs []error) (*generation, bool, error) {
	if e.commit.Signer == nil && !e.commit.Unsigned {
		return next, resign, errors.Join(errs...) // adds only
	}
	next.Keys = nil
	if e.commit.Signer != nil {
		next.Keys = e.commit.Signer.Fingerprints
	}
	if len(next.Keys) == 0 && len(now.Keys) > 0 {
		errs = append(errs, ErrSigned)
	}
	if !slices.Equal(now.Keys, next.Keys) && now.exists() {
		resign = true
		stays := slices.ContainsFunc(now.Keys, func(key string) bool { return slices.Contains(next.Keys, key) })
		if len(now.Keys) > 0 && !stays {
			e.warn("every suite is signed anew: the key was %s and is %s; clients refuse the repository until they have a new one",
				strings.Join(now.Keys, ", "), strings.Join(next.Keys, ", "))
		}
	}
	return next, resign, errors.Join(errs...)
}

func (e *editor) warn(format string, args ...any) {
	e.result.Warnings = append(e.result.Warnings, fmt.Sprintf(format, args...))
}

// differs reports whether the repository itself says something else.
func (g *generation) differs(now *generation) bool {
	return now.Number == 0 || g.Origin != now.Origin || g.Label != now.Label || g.BaseURL != now.BaseURL
}

// suites plans each suite that is edited, and with all, or for a refresh, every suite there is.
func (e *editor) suites(ctx context.Context, now *current, wanted *edits, all bool) ([]*suitePlan, error) {
	todo := slices.Clone(wanted.suites)
	if all || wanted.refresh {
		for i := range now.Suites {
			name := now.Suites[i].name()
			if !slices.ContainsFunc(todo, func(s suiteEdit) bool { return s.name.format == name.format && s.name.suite == name.suite }) {
				todo = append(todo, suiteEdit{name: name})
			}
		}
	}
	slices.SortStableFunc(todo, func(a, b suiteEdit) int {
		if a.name.before(b.name) {
			return -1
		}
		return 1
	})
	var plans []*suitePlan
	var conflicts []error
	for _, one := range todo {
		p, err := planSuite(ctx, now, one)
		var exists *ExistsError
		if err != nil && !errors.As(err, &exists) {
			return nil, err
		}
		if err != nil {
			conflicts = append(conflicts, err)
		}
		plans = append(plans, p)
	}
	return plans, errors.Join(conflicts...)
}

// stale reports whether less than half of the time is left that the suite's Release is valid.
func (e *editor) stale(s *suite) bool {
	return s != nil && !s.ValidUntil.IsZero() && s.ValidUntil.Sub(e.commit.Time) < s.Config.ValidFor/2
}

// standing adds the trees of suites that stay as they are: what a dead publisher began is completed.
func (e *editor) standing(ctx context.Context, now *current, next *generation, change *store.Change) error {
	for i := range next.Suites {
		s := &next.Suites[i]
		if slices.ContainsFunc(change.Head.Trees, func(t store.Tree) bool { return t.Name == s.name().tree() }) {
			continue
		}
		past, err := loadPast(ctx, now.at, s)
		if err != nil {
			return err
		}
		before := s.Folder
		if len(past) > 0 && past[0].Folder != "" {
			before = past[0].Folder
		}
		change.Head.Trees = append(change.Head.Trees, s.tree(past, before))
	}
	return nil
}

// summarize fills the result.
func (e *editor) summarize(next *generation, plans []*suitePlan, more []SuiteResult) {
	e.result.Generation = next.Number
	e.result.Origin, e.result.Fingerprints = next.Origin, next.Keys
	e.result.Suites = append(e.results(next, plans), more...)
}

// results say of each suite what becomes of its packages.
func (e *editor) results(next *generation, plans []*suitePlan) []SuiteResult {
	var results []SuiteResult
	for _, p := range plans {
		if len(p.added)+len(p.unchanged)+len(p.removed) == 0 {
			continue
		}
		r := SuiteResult{
			Format: p.name.format, Suite: p.name.suite,
			Added: p.added, Removed: p.removed, Unchanged: p.unchanged,
		}
		if s := next.find(r.Format, r.Suite); s != nil {
			r.Date = s.Date
		}
		r.sort()
		results = append(results, r)
	}
	return results
}

// sort orders the packages as an index does.
func (r *SuiteResult) sort() {
	for _, packages := range [][]Package{r.Added, r.Removed, r.Unchanged} {
		slices.SortFunc(packages, func(a, b Package) int { return comparePackages(r.Format, a, b) })
	}
}
