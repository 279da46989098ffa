package egg_test

import (
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pep"
	"wain/convert/wheel"
)

var projects = []string{"plain", "spaces", "spaces2", "compiled"}

// known is what METADATA says, without the order and the spelling that mean
// nothing.
type known struct {
	Name, Version, Summary, Description, Author, AuthorEmail, License, Python string
	Requires, Extras, Classifiers                                             []string
}

func knowledge(md wheel.Metadata) known {
	k := known{
		Name: md.Name, Version: md.Version, Summary: md.Summary, Author: md.Author, AuthorEmail: md.AuthorEmail,
		License: md.License, Python: md.RequiresPython.String(), Classifiers: md.Classifiers,
		Description: strings.TrimSpace(md.Description),
	}
	for _, r := range md.RequiresDist {
		r.Name = pep.Normalize(r.Name)
		for i := range r.Extras {
			r.Extras[i] = pep.Normalize(r.Extras[i])
		}
		text := r.String()
		// Which marker stands first means nothing, nor do parentheses where all is "and".
		if name, marker, found := strings.Cut(text, "; "); found && !strings.Contains(marker, " or ") {
			parts := strings.Split(strings.NewReplacer("(", "", ")", "").Replace(marker), " and ")
			slices.Sort(parts)
			text = name + "; " + strings.Join(parts, " and ")
		}
		k.Requires = append(k.Requires, text)
	}
	for _, extra := range md.ProvidesExtra {
		k.Extras = append(k.Extras, pep.Normalize(extra))
	}
	slices.Sort(k.Requires)
	slices.Sort(k.Extras)
	k.Requires, k.Extras = slices.Compact(k.Requires), slices.Compact(k.Extras)
	return k
}

// `wheel convert` reads the same egg: the same name of the wheel, the same
// metadata and the same payload, except for what it leaves as it was in the egg.
func TestOracleWheelConvert(t *testing.T) {
	for _, project := range projects {
		t.Run(project, func(t *testing.T) {
			t.Parallel()
			path := built(t, project, "bdist_egg")
			dir := t.TempDir()
			run(t, dir, setuptools(t), "-m", "wheel", "convert", "-d", dir, path)
			theirs, err := filepath.Glob(filepath.Join(dir, "*.whl"))
			if err != nil || len(theirs) != 1 {
				t.Fatal(theirs, err)
			}
			ours, _ := convert(t, path)
			// A wheel with an ABI is tagged for its interpreter alone; "py311" would
			// also be PyPy's.
			name := compiledTag.ReplaceAllString(filepath.Base(theirs[0]), "-cp$1-cp$1-")
			if filepath.Base(ours) != name {
				t.Errorf("the wheel is called %s, by `wheel convert` %s", filepath.Base(ours), name)
			}
			a, b := openWheel(t, theirs[0]), openWheel(t, ours)
			want, got := knowledge(a.Metadata), knowledge(b.Metadata)
			want.Description = got.Description // which it loses when it is the body of PKG-INFO
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("METADATA: `wheel convert` -, ours +:\n%s", diff)
			}
			if diff := cmp.Diff(a.EntryPoints, b.EntryPoints); diff != "" {
				t.Errorf("commands: `wheel convert` -, ours +:\n%s", diff)
			}
			if diff := cmp.Diff(payload(contents(t, theirs[0])), payload(contents(t, ours))); diff != "" {
				t.Errorf("payload: `wheel convert` -, ours +:\n%s", diff)
			}
		})
	}
}

var compiledTag = regexp.MustCompile(`-py(\d+)-cp\d+-`)

// payload leaves out what the two make of an egg on purpose differently.
func payload(files map[string]string) map[string]string {
	maps.DeleteFunc(files, func(name, text string) bool {
		return strings.Contains(name, ".dist-info/") || strings.Contains(name, ".data/") ||
			strings.HasSuffix(name, ".pyc") || strings.HasSuffix(name, "-nspkg.pth") ||
			strings.Contains(text, "declare_namespace") || strings.HasPrefix(text, "def __bootstrap__():")
	})
	return files
}

// The wheel that setuptools builds of the same source has the same files, byte
// for byte, but for METADATA and the text of the .pth.
func TestOracleBdistWheel(t *testing.T) {
	for _, project := range projects {
		t.Run(project, func(t *testing.T) {
			t.Parallel()
			theirs := built(t, project, "bdist_wheel")
			ours, _ := convert(t, built(t, project, "bdist_egg"))
			want, got := contents(t, theirs), contents(t, ours)
			if diff := cmp.Diff(comparable(want), comparable(got)); diff != "" {
				t.Errorf("bdist_wheel -, converted egg +:\n%s", diff)
			}
			a, b := knowledge(openWheel(t, theirs).Metadata), knowledge(openWheel(t, ours).Metadata)
			if diff := cmp.Diff(a, b); diff != "" {
				t.Errorf("METADATA: bdist_wheel -, converted egg +:\n%s", diff)
			}
		})
	}
}

// dataFile matches what data_files brings, for which an egg has only its root.
var dataFile = regexp.MustCompile(`^[^/]+\.data/data/`)

func comparable(files map[string]string) map[string]string {
	out := map[string]string{}
	for name, text := range files {
		name = dataFile.ReplaceAllString(name, "")
		switch base := path.Base(name); {
		case base == "zip-safe" || base == "dependency_links.txt":
			continue // for easy_install alone
		case strings.Contains(name, ".dist-info/") && (base == "METADATA" || base == "RECORD" || base == "WHEEL"):
			text = ""
		case strings.HasSuffix(name, ".pth"), strings.HasSuffix(name, ".so"):
			text = "" // a compiler may name its temporary folder
		case strings.Contains(name, ".dist-info/"):
			text = strings.TrimSpace(text)
		}
		out[name] = text
	}
	return out
}
