package convert

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"wain/convert/pep"
	"wain/convert/wheel"
)

// member is one project of an environment: the wheel that brings it and the
// extras the lock or the user asked of it.
type member struct {
	wheel  *wheel.Wheel
	extras []string
}

// MissingError lists the requirements that the chosen wheels have and the lock
// does not meet. It is the check that `pip check` makes after an installation,
// made before one.
type MissingError struct {
	Target string
	Needs  []MissingNeed
}

// MissingNeed is one unmet requirement.
type MissingNeed struct {
	Project     string // normalised name of what is missing
	Requirement string // as the wheel's METADATA has it
	By          string // the wheel that requires it
	Have        string // the version that is there and does not fit; "" when none is
	Excluded    string // why a pin of the lock is left out for this target; "" when there is none
}

func (e *MissingError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: the wheels need what the lock does not bring", e.Target)
	for _, n := range e.Needs {
		fmt.Fprintf(&b, "\n%s requires %q, and ", n.By, n.Requirement)
		switch {
		case n.Have != "":
			fmt.Fprintf(&b, "%s is pinned", n.Have)
		case n.Excluded != "":
			b.WriteString(n.Excluded)
		default:
			b.WriteString("nothing pins it")
		}
	}
	return b.String()
}

// maxJudged bounds the requirements judged for one target: the lines of each
// wheel, once for the wheel and once for each extra asked of it. Large real
// applications judge some ten thousand.
const maxJudged = 1 << 21

// closure checks that every requirement of every member is met by a member, as
// markers and extras of the target have it. What an unmet requirement's pin was
// left out for is looked up in excluded, by normalised name. Needs of and by the
// projects in overridden are not insisted on.
func closure(targetName string, env pep.Environment, members map[string]member, excluded map[string]string, overridden []string) error {
	type visit struct{ project, extra string }
	seen := map[visit]bool{}
	var queue []visit
	enter := func(project string, extras []string) {
		for _, extra := range append([]string{""}, extras...) {
			v := visit{project, pep.Normalize(extra)}
			if !seen[v] {
				seen[v] = true
				queue = append(queue, v)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		enter(name, members[name].extras)
	}
	missing := &MissingError{Target: targetName}
	judged := 0
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		w := members[v.project].wheel
		if judged += len(w.Metadata.RequiresDist); judged > maxJudged {
			return &wheel.Error{
				Wheel: w.Filename.Raw, Rule: "metadata-requires-dist",
				Detail: fmt.Sprintf("judging requirements for every extra that is asked for takes more than %d steps", maxJudged),
			}
		}
		for _, r := range w.Metadata.RequiresDist {
			needed, err := r.Marker.Eval(env, extraList(v.extra))
			if err != nil {
				return fmt.Errorf("judge %q of %s for %s: %w", r.String(), w.Filename.Raw, targetName, err)
			}
			if !needed {
				continue
			}
			name := pep.Normalize(r.Name)
			m, present := members[name]
			if present && (r.URL != "" || r.Specifiers.Contains(m.wheel.Filename.Version, true)) {
				enter(name, r.Extras)
				continue
			}
			if slices.Contains(overridden, name) || slices.Contains(overridden, v.project) {
				continue
			}
			need := MissingNeed{Project: name, Requirement: r.String(), By: w.Filename.Raw, Excluded: excluded[name]}
			if present {
				need.Have = name + "==" + m.wheel.Filename.Version.String()
			}
			missing.Needs = append(missing.Needs, need)
		}
	}
	if len(missing.Needs) == 0 {
		return nil
	}
	slices.SortFunc(missing.Needs, func(a, b MissingNeed) int {
		return strings.Compare(a.Project+"\x00"+a.By+"\x00"+a.Requirement, b.Project+"\x00"+b.By+"\x00"+b.Requirement)
	})
	missing.Needs = slices.Compact(missing.Needs)
	return missing
}

func extraList(extra string) []string {
	if extra == "" {
		return nil
	}
	return []string{extra}
}
