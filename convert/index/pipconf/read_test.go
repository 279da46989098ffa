package pipconf_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/pipconf"
)

// machine is a made-up machine: files below a folder, and variables.
type machine struct {
	files     map[string]string // by path below the folder
	variables map[string]string // %s in a value is the folder
}

func (m machine) options(t testing.TB, dir string) pipconf.Options {
	t.Helper()
	for name, text := range m.files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "%s", dir)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return pipconf.Options{
		Getenv: func(name string) string { return strings.ReplaceAll(m.variables[name], "%s", dir) },
		Home:   filepath.Join(dir, "home"),
		Etc:    filepath.Join(dir, "etc"),
	}
}

// read gives the settings with the folder's name taken out of all that is shown.
func (m machine) read(t testing.TB) (shown []string, err error) {
	t.Helper()
	dir := t.TempDir()
	s, err := pipconf.Read(m.options(t, dir))
	if err != nil {
		return nil, err
	}
	for _, line := range show(s) {
		shown = append(shown, strings.ReplaceAll(line, dir, "DIR"))
	}
	return shown, nil
}

// show lists what is set, with its origin and with its secrets.
func show(s *pipconf.Settings) []string {
	var list []string
	set := func(name, value string, from pipconf.Origin) {
		if value != "" || from != (pipconf.Origin{}) {
			list = append(list, name+" "+value+" ("+from.String()+")")
		}
	}
	place := func(name string, p pipconf.Place) { set(name, p.Reveal(), p.From) }
	text := func(name string, v pipconf.Text) { set(name, v.Value, v.From) }
	for _, i := range s.Indexes {
		place("index "+i.Name, i.URL)
	}
	for _, p := range s.FindLinks {
		place("find-links", p)
	}
	if s.NoIndex.Value {
		set("no-index", "", s.NoIndex.From)
	}
	text("cert", s.Cert)
	text("client-cert", s.ClientCert)
	for _, h := range s.TrustedHosts {
		text("trusted-host", h)
	}
	place("proxy", s.Proxy)
	place("http-proxy", s.HTTPProxy)
	place("https-proxy", s.HTTPSProxy)
	text("no-proxy", s.NoProxy)
	text("netrc", s.Netrc)
	text("keyring-provider", s.KeyringProvider)
	if s.Timeout != (pipconf.Duration{}) {
		set("timeout", s.Timeout.Value.String(), s.Timeout.From)
	}
	if s.Retries != (pipconf.Count{}) {
		set("retries", time.Duration(s.Retries.Value).String(), s.Retries.From)
	}
	for _, note := range s.Notes {
		list = append(list, "note: "+note)
	}
	return list
}

func TestRead(t *testing.T) {
	everywhere := map[string]string{
		"etc/xdg/pip/pip.conf":      "[global]\nindex-url = https://xdg.example.org\nretries = 1\n",
		"etc/pip.conf":              "[global]\nindex-url = https://etc.example.org\ntimeout = 1\ncert = /a.pem\n",
		"home/.pip/pip.conf":        "[global]\nindex-url = https://old.example.org\nproxy = proxy.example.org\n",
		"home/.config/pip/pip.conf": "[global]\nindex-url = https://user.example.org\ncert = ~/b.pem\n",
		"venv/pip.conf":             "[global]\nindex-url = https://site.example.org\n",
		"named.conf":                "[global]\nindex-url = https://named.example.org\n",
	}
	tests := map[string]struct {
		machine
		want []string
	}{
		"nothing": {},
		"all files, the user's strongest": {
			machine{files: everywhere, variables: nil},
			[]string{
				"index  https://user.example.org (DIR/home/.config/pip/pip.conf:2 [global])",
				"cert DIR/home/b.pem (DIR/home/.config/pip/pip.conf:3 [global])",
				"proxy proxy.example.org (DIR/home/.pip/pip.conf:3 [global])",
				"timeout 1s (DIR/etc/pip.conf:3 [global])",
				"retries 1ns (DIR/etc/xdg/pip/pip.conf:3 [global])",
			},
		},
		"a virtual environment's": {
			machine{files: everywhere, variables: map[string]string{"VIRTUAL_ENV": "%s/venv", "HOME": "/nowhere"}},
			[]string{
				"index  https://site.example.org (DIR/venv/pip.conf:2 [global])",
				"cert DIR/home/b.pem (DIR/home/.config/pip/pip.conf:3 [global])",
				"proxy proxy.example.org (DIR/home/.pip/pip.conf:3 [global])",
				"timeout 1s (DIR/etc/pip.conf:3 [global])",
				"retries 1ns (DIR/etc/xdg/pip/pip.conf:3 [global])",
			},
		},
		"the named one shuts out the user's": {
			machine{files: everywhere, variables: map[string]string{"PIP_CONFIG_FILE": "%s/named.conf"}},
			[]string{
				"index  https://named.example.org (DIR/named.conf:2 [global])",
				"cert /a.pem (DIR/etc/pip.conf:4 [global])",
				"timeout 1s (DIR/etc/pip.conf:3 [global])",
				"retries 1ns (DIR/etc/xdg/pip/pip.conf:3 [global])",
			},
		},
		"no files": {
			machine{files: everywhere, variables: map[string]string{"PIP_CONFIG_FILE": "/dev/null", "PIP_RETRIES": "7"}},
			[]string{"retries 7ns (PIP_RETRIES)"},
		},
		"variables win, empty ones do not": {
			machine{files: everywhere, variables: map[string]string{
				"PIP_INDEX_URL": "https://u:secret@var.example.org", "PIP_CERT": "", "XDG_CONFIG_HOME": "%s/none", "XDG_CONFIG_DIRS": "%s/none",
			}},
			[]string{
				"index  https://u:secret@var.example.org (PIP_INDEX_URL)",
				"cert /a.pem (DIR/etc/pip.conf:4 [global])",
				"proxy proxy.example.org (DIR/home/.pip/pip.conf:3 [global])",
				"timeout 1s (DIR/etc/pip.conf:3 [global])",
			},
		},
		"sections": {
			machine{files: map[string]string{
				"home/.pip/pip.conf": "[download]\nretries=3\n[install]\nretries=2\ntimeout=2\nextra_index_url = https://c.example.org\n" +
					"[global]\nretries=1\ntimeout=1\ncert=/c\nextra-index-url=\n  https://a.example.org\n  https://b.example.org\n[wheel]\ncert=/w\n[freeze]\ntimeout=9",
			}},
			[]string{
				"index  https://c.example.org (DIR/home/.pip/pip.conf:6 [install])",
				"cert /c (DIR/home/.pip/pip.conf:10 [global])",
				"timeout 2s (DIR/home/.pip/pip.conf:5 [install])",
				"retries 3ns (DIR/home/.pip/pip.conf:2 [download])",
			},
		},
		"lists, and a home that exists": {
			machine{
				files: map[string]string{"home/wheels/x": ""},
				variables: map[string]string{
					"PIP_INDEX_URL": "https://a.example.org", "PIP_EXTRA_INDEX_URL": " https://b.example.org\n\thttps://c.example.org ",
					"PIP_FIND_LINKS": "~/wheels ~/none ./here https://l.example.org/x.html", "PIP_TRUSTED_HOST": "a.example.org b.example.org:8443",
				},
			},
			[]string{
				"index  https://a.example.org (PIP_INDEX_URL)",
				"index  https://b.example.org (PIP_EXTRA_INDEX_URL)",
				"index  https://c.example.org (PIP_EXTRA_INDEX_URL)",
				"find-links DIR/home/wheels (PIP_FIND_LINKS)",
				"find-links ~/none (PIP_FIND_LINKS)",
				"find-links ./here (PIP_FIND_LINKS)",
				"find-links https://l.example.org/x.html (PIP_FIND_LINKS)",
				"trusted-host a.example.org (PIP_TRUSTED_HOST)",
				"trusted-host b.example.org:8443 (PIP_TRUSTED_HOST)",
			},
		},
		"no index": {
			machine{variables: map[string]string{"PIP_NO_INDEX": "On", "PIP_INDEX_URL": "https://a.example.org", "PIP_FIND_LINKS": "w"}},
			[]string{"find-links w (PIP_FIND_LINKS)", "no-index  (PIP_NO_INDEX)"},
		},
		"what stands around": {
			machine{
				files: map[string]string{"home/.netrc": "", "home/_netrc": ""},
				variables: map[string]string{
					"REQUESTS_CA_BUNDLE": "/r.pem", "CURL_CA_BUNDLE": "/c.pem", "SSL_CLIENT_CERT": "/s.pem",
					"HTTP_PROXY": "http://a:1", "http_proxy": "http://u:secret@b:2", "ALL_PROXY": "socks5://c:3", "NO_PROXY": "d",
				},
			},
			[]string{
				"cert /r.pem (REQUESTS_CA_BUNDLE)",
				"client-cert /s.pem (SSL_CLIENT_CERT)",
				"http-proxy http://u:secret@b:2 (http_proxy)",
				"https-proxy socks5://c:3 (ALL_PROXY)",
				"no-proxy d (NO_PROXY)",
				"netrc DIR/home/.netrc (DIR/home/.netrc)",
			},
		},
		"pip's own come before what stands around": {
			machine{variables: map[string]string{
				"PIP_CERT": "/p.pem", "PIP_CLIENT_CERT": "~/k.pem", "SSL_CLIENT_CERT": "/s.pem", "NETRC": "~/n",
			}},
			[]string{"cert /p.pem (PIP_CERT)", "client-cert DIR/home/k.pem (PIP_CLIENT_CERT)", "netrc DIR/home/n (NETRC)"},
		},
		"but for one": {
			machine{variables: map[string]string{"PIP_CERT": "/p.pem", "REQUESTS_CA_BUNDLE": "/r.pem"}},
			[]string{"cert /r.pem (REQUESTS_CA_BUNDLE)", "note: cert of PIP_CERT is passed over: REQUESTS_CA_BUNDLE is set"},
		},
		"uv before pip": {
			machine{
				files: map[string]string{"etc/pip.conf": "[global]\nindex-url = https://pip.example.org\nextra-index-url = https://extra.example.org"},
				variables: map[string]string{
					"UV_INDEX":                   "https://u1.example.org my-own.x=https://u2.example.org/simple",
					"UV_EXTRA_INDEX_URL":         "https://u3.example.org",
					"UV_DEFAULT_INDEX":           "main=https://u4.example.org",
					"UV_KEYRING_PROVIDER":        "subprocess",
					"UV_INSECURE_HOST":           "u1.example.org",
					"UV_FIND_LINKS":              "/a,https://b.example.org",
					"UV_INDEX_MY_OWN_X_USERNAME": "us:er", "UV_INDEX_MY_OWN_X_PASSWORD": "p@ss", "UV_INDEX_MAIN_USERNAME": "token",
				},
			},
			[]string{
				"index  https://u1.example.org (UV_INDEX)",
				"index my-own.x https://us%3Aer:p%40ss@u2.example.org/simple (UV_INDEX)",
				"index  https://u3.example.org (UV_EXTRA_INDEX_URL)",
				"index main https://token@u4.example.org (UV_DEFAULT_INDEX)",
				"find-links /a (UV_FIND_LINKS)",
				"find-links https://b.example.org (UV_FIND_LINKS)",
				"trusted-host u1.example.org (UV_INSECURE_HOST)",
				"keyring-provider subprocess (UV_KEYRING_PROVIDER)",
				"note: extra-index-url of DIR/etc/pip.conf:3 [global] is passed over: UV_INDEX is set",
				"note: index-url of DIR/etc/pip.conf:2 [global] is passed over: UV_DEFAULT_INDEX is set",
			},
		},
		"uv beside pip": {
			machine{variables: map[string]string{"UV_INDEX": "torch=https://u.example.org?a=b", "PIP_INDEX_URL": "https://p.example.org"}},
			[]string{"index torch https://u.example.org?a=b (UV_INDEX)", "index  https://p.example.org (PIP_INDEX_URL)"},
		},
		"a folder instead of a file": {
			machine{files: map[string]string{"etc/pip.conf/x": ""}},
			[]string{"note: DIR/etc/pip.conf is passed over: it is a folder"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.read(t)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	m := machine{
		files: map[string]string{
			"etc/pip.conf":       "[global]\nSECRET\n",
			"home/.pip/pip.conf": "[install]\nno-index = SECRET\ntimeout = SECRET\nretries = 1.5\n[download]\ntimeout = -1\n",
		},
		variables: map[string]string{
			"PIP_KEYRING_PROVIDER": "SECRET", "PIP_NO_INPUT": "SECRET", "PIP_TIMEOUT": "nan",
			"UV_INDEX": "a=://SECRET", "UV_INDEX_A_USERNAME": "SECRET",
		},
	}
	dir := t.TempDir()
	_, err := pipconf.Read(m.options(t, dir))
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		"DIR/etc/pip.conf:2 [global]: neither a [section] nor KEY = VALUE",
		"DIR/home/.pip/pip.conf:2 [install]: neither yes, true, on or 1 nor no, false, off or 0",
		"DIR/home/.pip/pip.conf:3 [install]: no number of seconds",
		"DIR/home/.pip/pip.conf:4 [install]: no number",
		"DIR/home/.pip/pip.conf:6 [download]: no number of seconds",
		"PIP_KEYRING_PROVIDER: none of auto, disabled, import, subprocess",
		"PIP_NO_INPUT: neither yes, true, on or 1 nor no, false, off or 0",
		"PIP_TIMEOUT: no number of seconds",
		"UV_INDEX: the index a has no URL that credentials could go to",
	}
	if diff := cmp.Diff(want, strings.Split(strings.ReplaceAll(err.Error(), dir, "DIR"), "\n")); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}
