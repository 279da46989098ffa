package lock_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
	"wain/fixtures"
)

// pipfilePin is a package of a Pipfile.lock, as Pipenv writes it and as we read
// it: one from an index, or a place.
type pipfilePin struct {
	Name, Version  string
	Extras, Hashes []string
	Place          string
}

// pipenvRequirements has Pipenv write a lock's groups as requirements.
func pipenvRequirements(t *testing.T, dir, categories string) []string {
	t.Helper()
	cmd := exec.Command(fixtures.PythonTool(t, "pipenv", "pipenv"), "requirements", "--hash", "--categories", categories)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8", "PIPENV_IGNORE_VIRTUALENVS=1", "NO_COLOR=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("pipenv requirements: %v\n%s", err, out)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "-i ") && !strings.HasPrefix(line, "--extra-index-url ") && line != "-e ." {
			lines = append(lines, line)
		}
	}
	return lines
}

// pipfilePins gives our pins as the script testdata/pipfile.py gives Pipenv's.
func pipfilePins(t *testing.T, dir string, pins []lock.Pin) []pipfilePin {
	t.Helper()
	list := []pipfilePin{}
	for _, p := range pins {
		place := p.Origin + p.URL + p.Path
		if len(p.Files) > 0 {
			place = p.Files[0].URL
		}
		switch {
		case filepath.IsAbs(place):
			rel, err := filepath.Rel(dir, place)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, pipfilePin{Place: rel})
		case place != "":
			list = append(list, pipfilePin{Place: place})
		default:
			var hashes []string
			for _, h := range p.Hashes {
				hashes = append(hashes, h.String())
			}
			list = append(list, pipfilePin{Name: p.Name, Version: p.Version, Extras: append([]string{}, p.Extras...), Hashes: hashes})
		}
	}
	return list
}

func sortPipfile(list []pipfilePin) []pipfilePin {
	slices.SortFunc(list, func(a, b pipfilePin) int { return strings.Compare(a.Name+a.Place, b.Name+b.Place) })
	return list
}

// TestPipenv selects from a lock that Pipenv wrote, and from one with every form
// of an entry, for several targets and groups: the same packages, versions,
// extras and hashes as Pipenv writes into requirements, their markers judged by
// packaging.
func TestPipenv(t *testing.T) {
	type question struct {
		Lines        []string            `json:"lines"`
		Environments []map[string]string `json:"environments"`
		dir          string
		groups       []string
	}
	targets := []string{"debian12", "debian13/arm64", "el9", "el9-3.12"}
	var questions []question
	for _, test := range []struct {
		name       string
		categories map[string][]string
	}{
		{"locked", map[string][]string{"packages": nil, "packages,dev-packages": {"dev-packages"}, "packages docs": {"docs"}}},
		{"forms", map[string][]string{"packages": nil, "packages,dev-packages,docs_All": {"develop", "docs-all"}}},
	} {
		for categories, groups := range test.categories {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata/pipfile", test.name))); err != nil {
				t.Fatal(err)
			}
			q := question{Lines: pipenvRequirements(t, dir, categories), dir: dir, groups: groups}
			for _, target := range targets {
				q.Environments = append(q.Environments, markerVariables(machines()[target].env))
			}
			questions = append(questions, q)
		}
	}
	var answers [][][]pipfilePin
	fixtures.AskPackaging(t, "testdata/pipfile.py", questions, &answers)
	compared := 0
	for i, q := range questions {
		path := filepath.Join(q.dir, "Pipfile.lock")
		l, err := lock.Read(path, lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for j, target := range targets {
			pins, err := l.Select(machines()[target].env, lock.Want{Groups: q.groups})
			if err != nil {
				// A lock for another Python, which pipenv requirements does not ask.
				if !strings.Contains(err.Error(), "locked for Python") || target == "debian12" {
					t.Errorf("%s: %v", target, err)
				}
				continue
			}
			compared++
			if diff := cmp.Diff(sortPipfile(answers[i][j]), sortPipfile(pipfilePins(t, q.dir, pins))); diff != "" {
				t.Errorf("%s with groups %q for %s (-pipenv +wain):\n%s", path, q.groups, target, diff)
			}
		}
	}
	if compared != 2*4+3 {
		t.Errorf("%d selections were compared", compared)
	}
}
