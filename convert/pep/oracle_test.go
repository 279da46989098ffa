package pep_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pep"
	"wain/fixtures"
)

// The oracle tests put thousands of random questions to Python's packaging
// library, all of a test in one process. The seeds are fixed: a failure comes
// back. WAIN_RANDOM_CASES is how many questions each test puts (make fuzz).

type question []any

// cases is how many random cases a test takes; few where nobody says.
func cases(t *testing.T, few int) int {
	t.Helper()
	text := os.Getenv("WAIN_RANDOM_CASES")
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("WAIN_RANDOM_CASES=%q is no number of cases", text)
	}
	return max(n, few)
}

// ask gives packaging's answers, decoded, in the order of the questions.
func ask[Answer any](t *testing.T, questions []question) []*Answer {
	t.Helper()
	var answers []*Answer
	fixtures.AskPackaging(t, "testdata/oracle.py", questions, &answers)
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers
}

// agree compares one answer of ours, nil for a refusal, with packaging's.
func agree[Answer any](t *testing.T, q question, got, want *Answer) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q: packaging -, ours +:\n%s", q, diff)
	}
}

// both fails a test whose questions do not exercise acceptance and refusal.
func both[Answer any](t *testing.T, answers []*Answer) {
	t.Helper()
	refused := 0
	for _, a := range answers {
		if a == nil {
			refused++
		}
	}
	if refused < len(answers)/50 || refused > len(answers)*49/50 {
		t.Errorf("%d of %d questions refused: the generator has gone blind", refused, len(answers))
	}
}

func TestOracleNames(t *testing.T) {
	g := newGenerator(1)
	var questions []question
	for range cases(t, 2000) {
		questions = append(questions, question{"name", g.repeat(12, "a", "B", "0", "-", "_", ".", "z")})
	}
	for i, want := range ask[string](t, questions) {
		got := pep.Normalize(questions[i][1].(string))
		agree(t, questions[i], &got, want)
	}
}

type versionAnswer struct {
	String, Epoch, Pre, Post, Dev, Local, Public string
	Release                                      []string
	IsPrerelease                                 bool
}

func answerVersion(s string) *versionAnswer {
	v, err := pep.ParseVersion(s)
	if err != nil {
		return nil
	}
	label, n, _ := v.Pre()
	post, _ := v.Post()
	dev, _ := v.Dev()
	a := &versionAnswer{
		String: v.String(), Epoch: string(v.Epoch()), Pre: label + string(n), Post: string(post), Dev: string(dev),
		Local: v.Local(), Public: v.Public().String(), IsPrerelease: v.IsPrerelease(),
	}
	for _, n := range v.Release() {
		a.Release = append(a.Release, string(n))
	}
	return a
}

func TestOracleVersions(t *testing.T) {
	g := newGenerator(2)
	var questions []question
	for range cases(t, 3000) {
		questions = append(questions, question{"version", g.damaged(g.version())})
	}
	answers := ask[versionAnswer](t, questions)
	both(t, answers)
	for i, want := range answers {
		agree(t, questions[i], answerVersion(questions[i][1].(string)), want)
	}
}

func TestOracleOrder(t *testing.T) {
	g := newGenerator(3)
	var questions []question
	for range cases(t, 3000) {
		questions = append(questions, question{"compare", g.version(), g.version()})
	}
	for i, want := range ask[int](t, questions) {
		v, errV := pep.ParseVersion(questions[i][1].(string))
		w, errW := pep.ParseVersion(questions[i][2].(string))
		if errV != nil || errW != nil {
			t.Fatal(errV, errW)
		}
		got := v.Compare(w)
		agree(t, questions[i], &got, want)
	}
}

func TestOracleSpecifiers(t *testing.T) {
	g := newGenerator(4)
	var questions []question
	for range cases(t, 3000) {
		questions = append(questions, question{"specifiers", g.damaged(g.specifiers())})
	}
	answers := ask[string](t, questions)
	both(t, answers)
	for i, want := range answers {
		var got *string
		if s, err := pep.ParseSpecifiers(questions[i][1].(string)); err == nil {
			text := s.String()
			got = &text
		}
		agree(t, questions[i], got, want)
	}
}

func TestOracleContains(t *testing.T) {
	g := newGenerator(5)
	var questions []question
	for range cases(t, 8000) {
		questions = append(questions, question{"contains", g.specifiers(), g.version(), g.IntN(2) == 0})
	}
	answers := ask[bool](t, questions)
	for i, want := range answers {
		q := questions[i]
		var got *bool
		if s, err := pep.ParseSpecifiers(q[1].(string)); err == nil {
			v, err := pep.ParseVersion(q[2].(string))
			if err != nil {
				t.Fatal(err)
			}
			holds := s.Contains(v, q[3].(bool))
			got = &holds
		}
		agree(t, q, got, want)
	}
}

type markerAnswer struct {
	String       string
	Value, Error bool
}

func answerMarker(s string, eval func(*pep.Marker) (bool, error)) *markerAnswer {
	m, err := pep.ParseMarker(s)
	if err != nil {
		return nil
	}
	value, err := eval(m)
	return &markerAnswer{String: m.String(), Value: value, Error: err != nil}
}

func TestOracleMarkers(t *testing.T) {
	g := newGenerator(6)
	var questions []question
	for range cases(t, 4000) {
		questions = append(questions, question{"marker", g.damaged(g.marker(3, "extra")), g.environment(), g.extras()})
	}
	answers := ask[markerAnswer](t, questions)
	both(t, answers)
	for i, want := range answers {
		q := questions[i]
		got := answerMarker(q[1].(string), func(m *pep.Marker) (bool, error) {
			return m.Eval(environment(q[2].(map[string]string)), q[3].([]string))
		})
		agree(t, q, got, want)
	}
}

func TestOracleLockMarkers(t *testing.T) {
	g := newGenerator(7)
	var questions []question
	for range cases(t, 2000) {
		questions = append(questions, question{"lock_marker", g.marker(2, "sets"), g.environment(), g.extras(), g.extras()})
	}
	answers := ask[markerAnswer](t, questions)
	for i, want := range answers {
		q := questions[i]
		got := answerMarker(q[1].(string), func(m *pep.Marker) (bool, error) {
			return m.EvalSets(environment(q[2].(map[string]string)), q[3].([]string), q[4].([]string))
		})
		agree(t, q, got, want)
	}
}

type requirementAnswer struct {
	String, Name, Specifiers, URL, Marker string
	Extras                                []string
}

func TestOracleRequirements(t *testing.T) {
	g := newGenerator(8)
	var questions []question
	for range cases(t, 3000) {
		questions = append(questions, question{"requirement", g.damaged(g.requirement())})
	}
	answers := ask[requirementAnswer](t, questions)
	both(t, answers)
	identityAndMore := regexp.MustCompile(`===[^;)]*,`)
	for i, want := range answers {
		if want == nil && identityAndMore.MatchString(questions[i][1].(string)) {
			continue // to packaging the comma is part of what "===" compares, until it splits there
		}
		if want != nil && slices.ContainsFunc(append(want.Extras, want.Name), func(name string) bool { return strings.HasSuffix(name, "_") }) {
			want = nil // ours refuses it: PEP 508 ends a name with a letter or a digit
		}
		var got *requirementAnswer
		if r, err := pep.ParseRequirement(questions[i][1].(string)); err == nil {
			got = &requirementAnswer{
				String: r.String(), Name: r.Name, Specifiers: r.Specifiers.String(), URL: r.URL,
				Marker: r.Marker.String(), Extras: append([]string{}, r.Extras...),
			}
		}
		agree(t, questions[i], got, want)
	}
}

type wheelAnswer struct {
	Name, Version, Build string
	Tags                 []string
}

func TestOracleWheelFilenames(t *testing.T) {
	g := newGenerator(9)
	var questions []question
	for range cases(t, 3000) {
		questions = append(questions, question{"wheel", g.damaged(g.wheelFilename())})
	}
	answers := ask[wheelAnswer](t, questions)
	both(t, answers)
	plausible := regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._]*[A-Za-z0-9])?-[!-~]+(-[A-Za-z0-9_.]+){3}\.whl$`)
	for i, want := range answers {
		if !plausible.MatchString(questions[i][1].(string)) {
			want = nil // packaging takes some of these, ours takes none
		}
		var got *wheelAnswer
		if f, err := pep.ParseWheelFilename(questions[i][1].(string)); err == nil && f.Variant == "" {
			got = &wheelAnswer{Name: f.Name, Version: f.Version.String(), Build: f.Build.String()}
			for _, tag := range f.Tags {
				got.Tags = append(got.Tags, tag.String())
			}
			slices.Sort(got.Tags)
			got.Tags = slices.Compact(got.Tags)
		}
		agree(t, questions[i], got, want)
	}
}
