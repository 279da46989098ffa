package lock_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/lock"
	"wain/convert/pep"
)

// TestUVWrong has locks that Read refuses.
func TestUVWrong(t *testing.T) {
	plain := uvText("", "", uvPackage("p", "1"))
	replace := func(old, new string) string {
		if !strings.Contains(plain, old) {
			t.Fatalf("%q is not there", old)
		}
		return strings.Replace(plain, old, new, 1)
	}
	many := func(n int) string {
		var packages []string
		for i := range n {
			packages = append(packages, uvPackage("q", fmt.Sprint(i)))
		}
		return uvText("", "", packages...)
	}
	tests := map[string]struct {
		text string
		want []string
	}{
		"another schema":              {replace("version = 1\n", "version = 2\n"), []string{"uv.lock format-version"}},
		"another schema, other types": {strings.Replace(replace("version = 1\n", "version = 2\n"), `source = { editable = "." }`, "source = 1", 1), []string{"uv.lock format-version"}},
		"no schema":                   {replace("version = 1\n", "schema = 1\n"), []string{"uv.lock format-version"}},
		"a schema in quotes":          {replace("version = 1\n", "version = \"1\"\n"), []string{"uv.lock:1 field"}},
		"no TOML":                     {plain + "x = \n", []string{"uv.lock:17 syntax"}},
		"sources before uv 0.2.30":    {replace(`source = { editable = "." }`, `source = "editable+."`), []string{"uv.lock:8 field"}},
		"no source":                   {replace(`source = { editable = "." }`, ""), []string{"uv.lock:5 source"}},
		"two sources":                 {replace(`{ editable = "." }`, `{ editable = ".", git = "x" }`), []string{"uv.lock:5 source"}},
		"an unknown source":           {replace(`{ editable = "." }`, `{ ipfs = "x" }`), []string{"uv.lock:5 source"}},
		"no version":                  {replace("name = \"p\"\nversion = \"1\"", `name = "p"`), []string{"uv.lock:11 field"}},
		"a version that is none":      {replace("name = \"p\"\nversion = \"1\"", "name = \"p\"\nversion = \"one\""), []string{"uv.lock:11 field"}},
		"a name that is none":         {replace(`name = "p"`, `name = "../p"`), []string{"uv.lock:11 field"}},
		"Python":                      {replace(">=3.9", "three"), []string{"uv.lock field"}},
		"the same package twice":      {plain + "[[package]]\n" + uvPackage("P", "1"), []string{"uv.lock:17 pinned-twice"}},
		"too many of one name":        {many(201), []string{"uv.lock:1411 size"}},
		"environments":                {replace("revision = 3", "supported-markers = [\"linux\"]"), []string{"uv.lock marker"}},
		"a fork's marker":             {plain + "resolution-markers = [\"x == 1\"]", []string{"uv.lock:11 marker"}},
		"an edge's marker":            {plain + "dependencies = [{ name = \"app\", marker = \"extra == \" }]", []string{"uv.lock:11 marker"}},
		"names that are none": {
			uvText("manifest.dependency-groups.\"a\\nb\" = []\nmanifest.excludes = [\"\\u001b[1m\"]\nconflicts = [[{ package = \"app\", extra = \"-\" }]]", "[package.metadata]\nprovides-extras = [\"x\", \"a b\"]\nrequires-dev.\"é\" = []"),
			[]string{"uv.lock field", "uv.lock:7 field", "uv.lock:7 field", "uv.lock field", "uv.lock field"},
		},
		"an edge to nothing": {plain + "dependencies = [{ name = \"q\" }, { name = \"app\", version = \"2\" }, { name = \"app\", source = { virtual = \".\" } }]", []string{"uv.lock:11 missing", "uv.lock:11 missing", "uv.lock:11 missing"}},
		"an edge to nothing in an extra, and in a group": {
			plain + "optional-dependencies.x = [{ name = \"q\" }]\ndev-dependencies.y = [{ name = \"\" }]",
			[]string{"uv.lock:11 missing", "uv.lock:11 missing"},
		},
		"an edge to two":            {uvText("", `dependencies = [{ name = "p" }]`, uvPackage("p", "1"), uvPackage("p", "2")), []string{"uv.lock:5 missing"}},
		"a member that is not here": {replace("revision = 3", "manifest.members = [\"app\", \"lib\", \"p\"]"), []string{"uv.lock missing", "uv.lock missing"}},
		"a requirement of nothing":  {replace("revision = 3", "manifest.requirements = [{ name = \"q\" }]\nmanifest.dependency-groups.g = [{ name = \"p\", marker = \"x\" }]"), []string{"uv.lock missing", "uv.lock marker"}},
		"too many conflicts":        {replace("revision = 3", "conflicts = [["+strings.Repeat("{},", 10_001)+"]]"), []string{"uv.lock size"}},
		"too many issues":           {plain + "dependencies = [" + strings.Repeat("{ name = \"q\" },", 200) + "]", append(slices.Repeat([]string{"uv.lock:11 missing"}, 100), "uv.lock:11 size")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir, _, err := readUVText(t, test.text, lock.Options{})
			if diff := cmp.Diff(test.want, issues(t, dir, err)); diff != "" {
				t.Errorf("issues (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

// TestUVRefused has what only shows when it is asked for.
func TestUVRefused(t *testing.T) {
	needsP := `dependencies = [{ name = "p" }]`
	two := []string{uvPackage("p", "1"), uvPackage("p", "2")}
	p := func(text string) string {
		return uvText("", needsP, "name = \"p\"\nversion = \"1\"\n"+text)
	}
	tests := map[string]struct {
		text  string
		want  lock.Want
		env   func(*pep.Environment)
		says  []string // rules
		text2 string   // in the message
	}{
		"Python": {uvText("", ""), lock.Want{}, func(e *pep.Environment) { e.PythonFullVersion = "3.8.10" }, []string{lock.RuleTarget}, `">=3.9"; the target has 3.8.10`},
		"an environment": {
			uvText(`supported-markers = ["sys_platform == 'darwin'", "platform_machine == 'aarch64'"]`, ""),
			lock.Want{},
			nil,
			[]string{lock.RuleTarget},
			"the lock is for the environments",
		},
		"an extra":                 {uvText("", "[package.metadata]"), lock.Want{Extras: []string{"x", "y"}}, nil, []string{lock.RuleExtra, lock.RuleExtra}, `no extra "y"`},
		"a group":                  {uvText("", "[package.metadata.requires-dev]\ndev = []"), lock.Want{Groups: []string{"lint"}}, nil, []string{lock.RuleGroup}, "dev"},
		"a member without a group": {uvTeam, lock.Want{Projects: []string{"app"}, Groups: []string{"dev"}}, nil, []string{lock.RuleGroup}, `no dependency group "dev"`},
		"extras that exclude each other": {
			uvText(`conflicts = [[{ package = "app", extra = "x" }, { package = "app", extra = "y" }]]`, "[package.metadata]\nprovides-extras = [\"x\", \"y\"]"),
			lock.Want{Extras: []string{"y", "x"}},
			nil,
			[]string{lock.RuleExclusive},
			"the extra x of app and the extra y of app exclude each other",
		},
		"an extra that a dependency asks for": {
			uvText(`conflicts = [[{ package = "app", extra = "x" }, { package = "p", extra = "y" }]]`, "dependencies = [{ name = \"p\", extra = [\"y\"] }]\n[package.metadata]\nprovides-extras = [\"x\"]", uvPackage("p", "1")),
			lock.Want{Extras: []string{"x"}},
			nil,
			[]string{lock.RuleExclusive},
			"the extra x of app and the extra y of p exclude each other",
		},
		"projects that exclude each other": {
			strings.Replace(uvTeam, "[manifest]", "conflicts = [[{ package = \"app\" }, { package = \"tool\" }]]\n[manifest]", 1),
			lock.Want{Projects: []string{"app"}},
			nil,
			[]string{lock.RuleExclusive},
			"the project app and the project tool",
		},
		"two versions": {
			uvText("", `dependencies = [{ name = "p", version = "1", source = { registry = "https://index.example.org/simple" } }, { name = "p", version = "2" }]`, two...),
			lock.Want{},
			nil,
			[]string{lock.RuleTwice},
			`"p==2": is needed together with "p==1" of line 11`,
		},
		"two forks": {
			uvText(`manifest.requirements = [{ name = "p" }]`, "", uvPackage("p", "1", `resolution-markers = ["sys_platform == 'linux'"]`), uvPackage("p", "2", `resolution-markers = ["os_name == 'posix'"]`)),
			lock.Want{},
			nil,
			[]string{lock.RuleTwice},
			"",
		},
		"no fork": {
			uvText(`manifest.requirements = [{ name = "p" }]`, "", uvPackage("p", "1", `resolution-markers = ["sys_platform == 'win32'"]`)),
			lock.Want{},
			nil,
			[]string{lock.RuleMissing},
			"",
		},
		"a marker without a meaning": {
			uvText("", `dependencies = [{ name = "p", marker = "os_name ~= 'x'" }, { name = "p", marker = "'x' == extra" }]`, uvPackage("p", "1")),
			lock.Want{},
			nil,
			[]string{lock.RuleMarker, lock.RuleMarker},
			"",
		},
		"no hash":                   {p(fromIndex + `wheels = [{ url = "https://index.example.org/p-1-py3-none-any.whl" }]`), lock.Want{}, nil, []string{lock.RuleUnhashed}, "no hash for"},
		"no hash of one of two":     {p(fromIndex + `wheels = [{ url = "https://index.example.org/p-1-py3-none-any.whl", hash = "A" }, { url = "https://index.example.org/p-1-py2-none-any.whl" }]`), lock.Want{}, nil, []string{lock.RuleUnhashed}, "py2"},
		"no hash of the source":     {p(fromIndex + `sdist = { url = "https://index.example.org/p-1.tar.gz" }`), lock.Want{}, nil, []string{lock.RuleUnhashed}, ""},
		"no hash of a URL":          {p(`source = { url = "https://h.example.org/p-1-py3-none-any.whl" }`), lock.Want{}, nil, []string{lock.RuleUnhashed}, ""},
		"a weak hash":               {p(fromIndex + `wheels = [{ url = "https://index.example.org/p-1-py3-none-any.whl", hash = "md5:0123" }]`), lock.Want{}, nil, []string{lock.RuleHash}, "md5"},
		"no file":                   {p(fromIndex), lock.Want{}, nil, []string{lock.RuleMissing}, "no file"},
		"a file without a place":    {p(fromIndex + `wheels = [{ hash = "A" }]`), lock.Want{}, nil, []string{lock.RuleField}, ""},
		"a URL that nobody fetches": {p(fromIndex + `wheels = [{ url = "ftp://u:secret@h.example.org/p-1-py3-none-any.whl", hash = "A" }]`), lock.Want{}, nil, []string{lock.RuleField}, "ftp://****@"},
		"another project's wheel":   {p(`source = { path = "q-1-py3-none-any.whl" }` + "\n" + `wheels = [{ filename = "p-1-py3-none-any.whl", hash = "A" }]`), lock.Want{}, nil, []string{lock.RuleName}, "q-1"},
		"another version's wheel":   {p(`source = { path = "p-2-py3-none-any.whl" }` + "\n" + `wheels = [{ filename = "p-1-py3-none-any.whl", hash = "A" }]`), lock.Want{}, nil, []string{lock.RuleName}, ""},
		"no wheel's name":           {p(`source = { path = "p.whl" }` + "\n" + `wheels = [{ filename = "p-1-py3-none-any.whl", hash = "A" }]`), lock.Want{}, nil, []string{lock.RuleField}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, l, err := readUVText(t, test.text, lock.Options{})
			if err != nil {
				t.Fatal(err)
			}
			env := bookworm
			if test.env != nil {
				test.env(&env)
			}
			pins, err := l.Select(env, test.want)
			if diff := cmp.Diff(test.says, rules(err)); diff != "" || pins != nil {
				t.Fatalf("rules (-want +got):\n%s\n%v, %v", diff, err, pins)
			}
			if !strings.Contains(err.Error(), test.text2) || strings.Contains(err.Error(), "secret") {
				t.Errorf("the message has no %q: %v", test.text2, err)
			}
		})
	}
}
