package pipconf_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/pipconf"
	"wain/fixtures"
)

// pipOptions is what pip starts with.
type pipOptions struct {
	IndexURL        string
	ExtraIndexURLs  []string
	FindLinks       []string
	NoIndex         bool
	Cert            string
	ClientCert      string
	TrustedHosts    []string
	Proxy           string
	KeyringProvider string
	NoInput         bool
	Timeout         float64
	Retries         int
}

// TestPip has pip start on the same random machines, as pip install and as pip
// download.
func TestPip(t *testing.T) {
	type question struct {
		Command, Etc string
		Variables    map[string]string
	}
	random := rand.New(rand.NewPCG(6, 6))
	var questions []question
	var options []pipconf.Options
	machines := 200
	if n, err := strconv.Atoi(os.Getenv("WAIN_SEEDS")); err == nil {
		machines = n
	}
	for i := range machines {
		m, dir := randomMachine(random), t.TempDir()
		q := question{Command: []string{"install", "download"}[i%2], Etc: filepath.Join(dir, "etc"), Variables: map[string]string{}}
		o := m.options(t, dir)
		o.Commands = []string{q.Command}
		for name := range m.variables {
			q.Variables[name] = o.Getenv(name)
		}
		q.Variables["HOME"] = o.Home
		questions, options = append(questions, q), append(options, o)
	}
	var answers []*pipOptions
	ask(t, fixtures.PythonTool(t, "pip", "python"), "testdata/settings.py", questions, &answers)
	refused := 0
	for i, want := range answers {
		s, err := pipconf.Read(options[i])
		if want == nil {
			refused++
		}
		if (err != nil) != (want == nil) {
			t.Errorf("%v: %v, but pip starts: %v", questions[i], err, want != nil)
			continue
		}
		if want == nil {
			continue
		}
		got := asPip(s)
		if diff := cmp.Diff(*want, got); diff != "" {
			t.Errorf("%v (-pip +ours):\n%s", questions[i], diff)
		}
	}
	if refused < len(answers)/20 || refused > len(answers)/2 {
		t.Errorf("%d of %d machines refused: they prove little", refused, len(answers))
	}
}

// asPip gives our settings in pip's form, with pip's defaults where nothing is set.
func asPip(s *pipconf.Settings) pipOptions {
	or := func(from pipconf.Origin) bool { return from != (pipconf.Origin{}) }
	got := pipOptions{
		NoIndex: s.NoIndex.Value, Cert: s.Cert.Value, ClientCert: s.ClientCert.Value,
		Proxy: s.Proxy.Reveal(), KeyringProvider: "auto", NoInput: s.NoInput.Value, Timeout: 15, Retries: 5,
	}
	if !s.IndexURL.IsZero() {
		got.IndexURL = s.IndexURL.Reveal()
	}
	if or(s.Timeout.From) {
		got.Timeout = s.Timeout.Value.Seconds()
	}
	if or(s.Retries.From) {
		got.Retries = s.Retries.Value
	}
	if s.KeyringProvider.Value != "" {
		got.KeyringProvider = s.KeyringProvider.Value
	}
	for _, p := range s.ExtraIndexURLs {
		got.ExtraIndexURLs = append(got.ExtraIndexURLs, p.Reveal())
	}
	for _, p := range s.FindLinks {
		got.FindLinks = append(got.FindLinks, p.Reveal())
	}
	for _, h := range s.TrustedHosts {
		got.TrustedHosts = append(got.TrustedHosts, h.Value)
	}
	return got
}

// randomMachine has some of pip's files and variables.
func randomMachine(random *rand.Rand) machine {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	m := machine{files: map[string]string{"home/wheels/x": ""}, variables: map[string]string{}}
	n := 0
	value := func(key string) string {
		n++
		switch key {
		case "index-url", "pypi-url":
			return fmt.Sprintf("https://u%d:p%%40@h%d.example.org/simple", n, n)
		case "extra-index-url":
			return fmt.Sprintf("https://a%d.example.org%shttps://b%d.example.org", n, pick(" ", "\n  ", "\n\n\t"), n)
		case "find-links":
			return pick("~/wheels", "~/none", "~", "", "rel", "%s/home") + fmt.Sprintf(" /links%d", n)
		case "no-index", "no-input":
			return pick("yes", "no", "1", "off", "True", "", "y", "F", pick("no", "2"))
		case "cert", "client-cert":
			return pick("~/c.pem", "/c.pem", "c.pem", "~", "~x/c.pem", "")
		case "trusted-host":
			return fmt.Sprintf("h%d.example.org h:%d", n, n)
		case "proxy":
			return pick("proxy.example.org:3128", "http://u:p@proxy.example.org", "")
		case "keyring-provider":
			return pick("auto", "disabled", "import", "subprocess", "", pick("auto", "other"))
		case "retries":
			return pick("1", "0", "010", "0x1F", "0b11", " 7 ", "+3", "-1", "1_0", "", pick("3", "08", "x", "1.5", "1__0", "0b2", "0x", "--1"))
		}
		return pick("3", "1.5", "1e2", ".5", "1_0", " 2 ", "0", "+4", "", pick("3", "x", "0x10", "1__0", "_1"))
	}
	keys := []string{
		"index-url", "pypi-url", "extra-index-url", "find-links", "no-index", "cert", "client-cert", "trusted-host",
		"proxy", "keyring-provider", "no-input", "default-timeout", "timeout", "retries",
	}
	spelled := func(key string) string {
		return pick(key, key, strings.ReplaceAll(key, "-", "_"), strings.ToUpper(key), "--"+key)
	}
	envSection := false
	file := func() string {
		var b strings.Builder
		sections := []string{"global", "install", "download", "wheel", ":env:", "DEFAULT", "global.x", "list"}
		random.Shuffle(len(sections), func(i, j int) { sections[i], sections[j] = sections[j], sections[i] })
		for _, section := range sections[:1+random.IntN(len(sections))] {
			envSection = envSection || section == ":env:"
			b.WriteString("[" + section + "]\n")
			order := random.Perm(len(keys))
			for _, k := range order[:random.IntN(4)] {
				b.WriteString(spelled(keys[k]) + pick(" = ", "=", ": ") + value(keys[k]) + "\n")
			}
		}
		return b.String()
	}
	for _, path := range []string{
		"etc/xdg/pip/pip.conf", "etc/pip.conf", "home/.pip/pip.conf", "home/.config/pip/pip.conf", "venv/pip.conf", "named.conf",
		"xdg1/pip/pip.conf", "xdg2/pip/pip.conf", "config/pip/pip.conf",
	} {
		if random.IntN(4) == 0 {
			m.files[path] = file()
		}
	}
	for name, text := range map[string]string{
		"VIRTUAL_ENV": "%s/venv", "PIP_CONFIG_FILE": pick("%s/named.conf", "%s/named.conf", "/dev/null", "%s", ""),
		"XDG_CONFIG_DIRS": pick("%s/xdg1:%s/xdg2", "%s/xdg2:%s/xdg1", ""), "XDG_CONFIG_HOME": pick("%s/config", " "),
	} {
		if random.IntN(3) == 0 {
			m.variables[name] = text
		}
	}
	for _, k := range random.Perm(len(keys))[:random.IntN(5)] {
		// Which of two of the same meaning wins is left to the environment's order;
		// and an empty variable is not told from none, which [:env:] would show.
		v := value(keys[k])
		if keys[k] != "pypi-url" && keys[k] != "default-timeout" && (v != "" || !envSection) {
			m.variables["PIP_"+strings.ToUpper(strings.ReplaceAll(keys[k], "-", "_"))] = v
		}
	}
	return m
}
