package auth_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/auth"
	"wain/convert/index/pipconf"
	"wain/fixtures"
)

// machine is one on which somebody runs pip.
type machine struct {
	variables map[string]string
	files     map[string]string   // below the home folder
	needs     []map[string]string // of each server, what server.need is
	pages     []map[string]string
	places    []string // without credentials
}

// street is some servers that write into one book, in which the machines take
// turns.
type street struct {
	servers  []*server
	control  *httptest.Server
	machines []machine
	lock     sync.Mutex
	turn     int
	book     [][]string // by turn
}

// TestPip runs pip download on random machines, and then asks for the same pages
// and files ourselves: the same places in the same order, with the same
// credentials.
func TestPip(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 11))
	rounds := 60
	if n, err := strconv.Atoi(os.Getenv("WAIN_SEEDS")); err == nil {
		rounds = n
	}
	s := newStreet(t, 3)
	type question struct {
		Begin, Folder string
		Variables     map[string]string
	}
	var questions []question
	for i := range rounds {
		m := s.randomMachine(t, random)
		s.machines = append(s.machines, m)
		questions = append(questions, question{fmt.Sprintf("%s/%d", s.control.URL, i), t.TempDir(), m.variables})
	}
	s.book = make([][]string, rounds)
	var codes []int
	ask(t, fixtures.PythonTool(t, "pip", "python"), "testdata/download.py", questions, &codes)
	pip := s.book
	s.book = make([][]string, rounds)
	sent, vain := 0, 0
	for i, m := range s.machines {
		s.begin(i)
		m.download(t)
		// pip may repeat what was refused.
		want, got := slices.Compact(pip[i]), slices.Compact(s.book[i])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("machine %d\n%s (-pip +ours):\n%s", i, m, diff)
		}
		for _, line := range want {
			if !strings.HasSuffix(line, " -") {
				sent++
			}
		}
		if codes[i] != 0 {
			vain++
		}
	}
	if sent < rounds || vain > rounds*2/3 {
		t.Errorf("%d credentials sent, %d of %d machines in vain: they prove little", sent, vain, rounds)
	}
}

// TestPipCertificates has pip and us ask a server in TLS, with the same
// certificates in the same places.
func TestPipCertificates(t *testing.T) {
	ca := newAuthority(t, "ours")
	s := newTLSServer(t, ca)
	right, wrong := file(t, "ours.pem", ca.pem), file(t, "theirs.pem", newAuthority(t, "theirs").pem)
	cert, key := ca.issue(t, "me")
	me := file(t, "me.pem", key, cert)
	host := strings.TrimPrefix(s.URL, "https://")
	machines := []map[string]string{
		{"PIP_CERT": right},
		{"PIP_CERT": wrong},
		{"PIP_CERT": right, "REQUESTS_CA_BUNDLE": wrong},
		{"PIP_CERT": wrong, "REQUESTS_CA_BUNDLE": right},
		{"PIP_CERT": wrong, "CURL_CA_BUNDLE": right},
		{"REQUESTS_CA_BUNDLE": right, "CURL_CA_BUNDLE": wrong},
		{"PIP_TRUSTED_HOST": host},
		{"PIP_TRUSTED_HOST": "127.0.0.1"},
		{"PIP_TRUSTED_HOST": "127.0.0.1:1 localhost"},
		{"PIP_CERT": right, "PIP_CLIENT_CERT": me},
		{"PIP_TRUSTED_HOST": host, "PIP_CERT": wrong, "PIP_CLIENT_CERT": me},
	}
	var book [][]string // what was asked before each turn
	control := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		book = append(book, slices.Compact(s.taken()))
	}))
	defer control.Close()
	var questions []map[string]any
	for _, variables := range machines {
		maps.Copy(variables, map[string]string{"HOME": t.TempDir(), "PATH": "/usr/bin:/bin", "PIP_INDEX_URL": s.as("u:p", "/simple")})
		questions = append(questions, map[string]any{"Begin": control.URL, "Folder": t.TempDir(), "Variables": variables})
	}
	var codes []int
	ask(t, fixtures.PythonTool(t, "pip", "python"), "testdata/download.py", questions, &codes)
	book = append(book, slices.Compact(s.taken()))
	for i, variables := range machines {
		settings, err := pipconf.Read(pipconf.Options{
			Getenv: func(name string) string { return variables[name] }, Home: variables["HOME"], Etc: t.TempDir(),
		})
		if err != nil {
			t.Fatal(err)
		}
		o := auth.Options{Places: []string{settings.IndexURL.Reveal()}, CABundle: settings.Cert.Value, ClientCert: settings.ClientCert.Value}
		for _, host := range settings.TrustedHosts {
			o.TrustedHosts = append(o.TrustedHosts, host.Value)
		}
		if response, err := client(t, o).Do(httptestRequest(t, s.URL+"/simple/a/")); err == nil {
			response.Body.Close()
		}
		if diff := cmp.Diff(book[i+1], s.taken()); diff != "" {
			t.Errorf("%v (-pip +ours):\n%s", variables, diff)
		}
	}
}

func newStreet(t *testing.T, n int) *street {
	t.Helper()
	s := &street{}
	for i := range n {
		server := newServer(t)
		server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			server.answer(w, r)
			s.lock.Lock()
			defer s.lock.Unlock()
			for _, line := range server.taken() {
				s.book[s.turn] = append(s.book[s.turn], fmt.Sprintf("%d %s", i, line))
			}
		})
		s.servers = append(s.servers, server)
	}
	s.control = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var turn int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &turn); err != nil {
			t.Error(err)
			return
		}
		s.begin(turn)
	}))
	t.Cleanup(s.control.Close)
	return s
}

// begin gives a machine its turn.
func (s *street) begin(turn int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.turn = turn
	for i, server := range s.servers {
		server.lock.Lock()
		server.need, server.pages = s.machines[turn].needs[i], s.machines[turn].pages[i]
		server.lock.Unlock()
	}
}

// randomMachine has indexes, links and credentials in all places.
func (s *street) randomMachine(t *testing.T, random *rand.Rand) machine {
	t.Helper()
	home := t.TempDir()
	m := machine{variables: map[string]string{"HOME": home, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, files: map[string]string{}}
	for range s.servers {
		need := map[string]string{}
		for _, path := range []string{"/x", "/y", "/files", "/links"} {
			need[path] = pick(random, "", "", "right:pass", "right:pass", "right:pass", "right:pass", "token:", "odd:p@:/s%")
		}
		m.needs = append(m.needs, need)
		m.pages = append(m.pages, map[string]string{})
	}
	// pip knows the credentials of another place on a server only once it has asked
	// there; so the first one of a server has some, or none has.
	known, named := map[string]bool{}, false
	place := func(path, page string) string {
		i := random.IntN(len(s.servers))
		at, who := pick(random, "127.0.0.1", "localhost")+strings.TrimPrefix(s.servers[i].URL, "http://127.0.0.1"), ""
		if !known[at] {
			known[at] = true
			who = pick(random, "", "", "right:pass@", "right:pass@", "odd:p%40%3A%2Fs%25@", "%72ight:%70ass@", "wrong:pass@", ":pass@", "right@", "right@", "token@")
			// What pip makes of a name with a netrc file depends on its version.
			// And it does not count a page of links among the indexes.
			named = named || who != "" && (!strings.Contains(who, ":") || page == "")
			if page == "" && !strings.Contains(who, ":") {
				who = "" // nor does it ask a keyring for one with the name
			}
		}
		m.places = append(m.places, "http://"+at+path)
		version := len(m.places)
		file := fmt.Sprintf("a-%d-py3-none-any.whl", version)
		m.pages[i][path+page] = fmt.Sprintf(`<a href="http://%s/files/%s">%s</a>`, at, file, file)
		m.pages[i]["/files/"+file] = wheel(t, version)
		return "http://" + who + at + strings.TrimSuffix(path, pick(random, "/", "none"))
	}
	settings := map[string]string{}
	if random.IntN(4) == 0 {
		settings["find-links"] = place("/links/", "")
	}
	settings["index-url"] = place(pick(random, "/x", "/y")+"/simple/", "a/")
	var extra []string
	for range random.IntN(4) {
		extra = append(extra, place(pick(random, "/x", "/y")+"/simple/", "a/"))
	}
	settings["extra-index-url"] = strings.Join(extra, " ")
	m.configure(random, settings)
	m.keep(random, named)
	for name, text := range m.files {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func pick(random *rand.Rand, list ...string) string { return list[random.IntN(len(list))] }

// configure puts settings into variables and files.
func (m *machine) configure(random *rand.Rand, settings map[string]string) {
	sections := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		if random.IntN(2) == 0 {
			m.variables["PIP_"+strings.ToUpper(strings.ReplaceAll(key, "-", "_"))] = settings[key]
		} else {
			sections[pick(random, "global", "download")] += key + " = " + strings.ReplaceAll(settings[key], " ", "\n  ") + "\n"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		m.files[pick(random, ".pip", ".config/pip")+"/pip.conf"] += "[" + name + "]\n" + sections[name]
	}
}

// keep puts passwords into a netrc file or a keyring, or nowhere.
func (m *machine) keep(random *rand.Rand, named bool) {
	home := m.variables["HOME"]
	switch kind := random.IntN(3); {
	case kind == 0 && !named:
		name := pick(random, ".netrc", "_netrc", "other")
		if name == "other" {
			m.variables["NETRC"] = filepath.Join(home, name)
		}
		m.files[name] = "machine " + pick(random, "127.0.0.1", "localhost", "other.example.org") + " " +
			pick(random, "login right password pass", "login token") +
			pick(random, "", "\ndefault login odd password p@:/s%", "\nmachine localhost account right password \"pass\"")
	case kind > 0 && named:
		m.variables["PIP_KEYRING_PROVIDER"] = "subprocess"
		m.variables["PATH"] = filepath.Join(home, "bin") + ":/usr/bin:/bin"
		of := pick(random, m.places...)
		if random.IntN(2) == 0 {
			of = strings.Split(of, "/")[2]
		}
		m.files["bin/keyring"] = strings.ReplaceAll(keyringScript, "PLACE", of)
	}
}

// keyringScript is a keyring that knows one password, whichever way it is asked.
const keyringScript = `#!/bin/sh
json=
while case "$1" in --*) true;; *) false;; esac; do json=1; shift; done
test "$2" = "PLACE" && test "$3" = right || exit 1
if test "$json"; then echo '{"username": "right", "password": "pass"}'; else echo pass; fi
`

// wheel is the smallest wheel of a project a.
func wheel(t *testing.T, version int) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"METADATA": fmt.Sprintf("Metadata-Version: 2.1\nName: a\nVersion: %d\n", version),
		"WHEEL":    "Wheel-Version: 1.0\nGenerator: wain\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
		"RECORD":   "",
	} {
		w, err := z.Create(fmt.Sprintf("a-%d.dist-info/%s", version, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// download asks as pip download does: for the pages in their order, then for
// the newest file that they name.
func (m machine) download(t *testing.T) {
	t.Helper()
	home := m.variables["HOME"]
	s, err := pipconf.Read(pipconf.Options{
		Getenv: func(name string) string { return m.variables[name] }, Home: home, Etc: t.TempDir(), Commands: []string{"download"},
	})
	if err != nil {
		t.Fatal(err)
	}
	o := auth.Options{Netrc: s.Netrc.Value, Warn: func(m string) { t.Errorf("warning: %s", m) }}
	if s.KeyringProvider.Value == "subprocess" {
		o.Keyring = auth.KeyringCommand(filepath.Join(home, "bin", "keyring"), []string{"PATH=/usr/bin:/bin"})
	}
	var pages []string
	for _, i := range s.Indexes {
		o.Places = append(o.Places, i.URL.Reveal())
		pages = append(pages, strings.TrimSuffix(i.URL.Reveal(), "/")+"/a/")
	}
	for _, p := range s.FindLinks {
		o.Places = append(o.Places, p.Reveal())
		pages = slices.Insert(pages, 0, p.Reveal())
	}
	c := client(t, o)
	newest, file := 0, ""
	asked := map[string]bool{}
	for _, page := range pages {
		if asked[page] {
			continue
		}
		asked[page] = true
		response, err := c.Do(httptestRequest(t, auth.Strip(page)))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		found := link.FindStringSubmatch(string(text))
		if found == nil {
			continue
		}
		if version, _ := strconv.Atoi(found[2]); version > newest {
			newest, file = version, found[1]
		}
	}
	if file != "" {
		get(t, c, file)
	}
}

var link = regexp.MustCompile(`href="([^"]*/a-([0-9]+)-[^"]*)"`)

// String shows what the machine is made of.
func (m machine) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m.variables)) {
		fmt.Fprintf(&b, "%s=%s\n", name, m.variables[name])
	}
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		fmt.Fprintf(&b, "%s: %q\n", name, m.files[name])
	}
	for i, need := range m.needs {
		fmt.Fprintf(&b, "server %d: %v\n", i, need)
	}
	return b.String()
}
