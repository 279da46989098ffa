package auth_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/auth"
	"wain/fixtures"
)

func TestNetrc(t *testing.T) {
	tests := map[string]struct {
		text string
		want map[string]auth.Machine // by host
		err  string
	}{
		"nothing": {want: map[string]auth.Machine{"a": {}}},
		"one line and many": {
			text: "machine a login l password p\nmachine b\n\tuser m\n\taccount c\n\tpassword q\n",
			want: map[string]auth.Machine{"a": {"l", "", "p"}, "b": {"m", "c", "q"}, "c": {}},
		},
		"default": {
			text: "machine a login l password p default login d password e",
			want: map[string]auth.Machine{"a": {"l", "", "p"}, "b": {"d", "", "e"}},
		},
		"the last holds": {
			text: "machine a login l password p\nmachine a login m password q",
			want: map[string]auth.Machine{"a": {"m", "", "q"}},
		},
		"quotes and backslashes": {
			text: `machine a login "l l\"\\" password p\ \"q#r`,
			want: map[string]auth.Machine{"a": {`l l"\`, "", `p "q#r`}},
		},
		"a password like a comment": {
			text: "machine a login l password #p\nmachine b login machine password default",
			want: map[string]auth.Machine{"a": {"l", "", "#p"}, "b": {"machine", "", "default"}},
		},
		"comments": {
			text: "# machine x\n\n#machine y login l\nmachine a # login x\n login l #\n\n # password x\n password p\n#end",
			want: map[string]auth.Machine{"a": {"l", "", "p"}, "x": {}, "y": {}},
		},
		"macros": {
			text: "macdef init\nmachine x login y\n\nmachine a login l password p\r\nmacdef last\r\nmachine z login y",
			want: map[string]auth.Machine{"a": {"l", "", "p"}, "x": {}, "z": {}},
		},
		"a half entry":        {text: "machine a password", want: map[string]auth.Machine{"a": {}}},
		"no name":             {text: "machine a login l\nmachine", err: "line 2: a machine has no name"},
		"what is no keyword":  {text: "machine a login l password p SECRET", err: "line 1: neither login, account nor password"},
		"what begins nothing": {text: "\n\nSECRET", err: "line 3: neither machine, default nor macdef"},
		"beyond all use":      {text: strings.Repeat(" ", 2<<20), err: "more than 1048576 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			n, err := auth.ParseNetrc([]byte(test.text))
			text := ""
			if err != nil {
				text = err.Error()
			}
			if diff := cmp.Diff(test.err, text); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			for host, want := range test.want {
				got, _, _ := n.Lookup(host)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", host, diff)
				}
			}
		})
	}
}

// TestNetrcOfPython has Python read the same random files, with comments where
// it takes them for some.
func TestNetrcOfPython(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	texts := make([]string, 2000)
	for i := range texts {
		texts[i] = randomNetrc(random)
	}
	var want []map[string][3]string
	ask(t, fixtures.PackagingPython(t), "testdata/entries.py", texts, &want)
	refused, entries := 0, 0
	for i, text := range texts {
		n, err := auth.ParseNetrc([]byte(text))
		switch {
		case want[i] == nil && err == nil && strings.Contains(text, "macdef"):
			continue // a macro without an end
		case (err != nil) != (want[i] == nil):
			t.Errorf("%q: %v, Python has %v", text, err, want[i])
			continue
		case err != nil:
			refused++
			continue
		}
		for host, m := range want[i] {
			entries++
			got, _, ok := n.Lookup(host)
			if diff := cmp.Diff(auth.Machine{Login: m[0], Account: m[1], Password: m[2]}, got); diff != "" || !ok {
				t.Errorf("%q: %s (-Python +ours):\n%s", text, host, diff)
			}
		}
		if _, isDefault, ok := n.Lookup("of nobody"); isDefault != ok || ok != hasKey(want[i], "default") {
			t.Errorf("%q: a default: %v", text, ok)
		}
	}
	if refused < len(texts)/20 || entries < len(texts)/2 {
		t.Errorf("%d of %d files refused, %d entries: they prove little", refused, len(texts), entries)
	}
}

func hasKey[V any](m map[string]V, key string) bool {
	_, ok := m[key]
	return ok
}

// randomNetrc puts a file together from pieces that matter to the syntax.
func randomNetrc(random *rand.Rand) string {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	space := func() string { return pick(" ", " ", "\n", "\t", "  ", "\r\n", " \n ") }
	value := func() string {
		return pick("w", "w", "host.example.org", `"q u"`, `"a\"b"`, `x\ y`, `\\`, `""`, "ü", "machine", "default", "a\"b", pick("w", `"un`, `\`))
	}
	var b strings.Builder
	for range random.IntN(5) {
		switch random.IntN(20) {
		case 0:
			b.WriteString("default")
		case 1:
			b.WriteString("macdef " + pick("m", "init") + "\n" + pick("ls", "machine x") + "\n" + pick("\n", "\n", ""))
		case 2:
			b.WriteString(pick("password", "x", `"machine"`))
		default:
			b.WriteString("machine" + space() + pick("a", "b.example.org", value()))
		}
		b.WriteString(space())
		for range random.IntN(4) {
			b.WriteString(pick("login", "password", "account", "user", "login", "password", "login", "password", pick("login", "port")))
			b.WriteString(pick(" #secret", space()+value(), space()+value()) + pick(" ", "\n"))
			// Python takes a comment for one right behind the end of a plain word.
			if text := b.String(); random.IntN(8) == 0 && len(text) > 2 && text[len(text)-1] == '\n' && text[len(text)-2] == 'w' {
				b.WriteString("# a comment\n")
			}
		}
	}
	return b.String()
}

// ask has Python run a script with the question on its stdin, both in JSON. The
// script gets the name of a file it may write.
func ask(t *testing.T, python, script string, question, answer any) {
	t.Helper()
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, script, filepath.Join(t.TempDir(), "scratch"))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"}
	stderr := &bytes.Buffer{}
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, stderr)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}

// FuzzNetrc: any bytes give entries or an error that shows nothing of them, and
// an entry that is written down is read again.
func FuzzNetrc(f *testing.F) {
	random := rand.New(rand.NewPCG(8, 8))
	for range 20 {
		f.Add([]byte(randomNetrc(random)), "host.example.org")
	}
	quote := func(s string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	f.Fuzz(func(t *testing.T, data []byte, host string) {
		n, err := auth.ParseNetrc(data)
		if err != nil || host == "" || strings.ContainsRune(host, '\r') {
			return
		}
		m, _, ok := n.Lookup(host)
		if !ok {
			return
		}
		text := "machine " + quote(host) + " login " + quote(m.Login) + " account " + quote(m.Account) + " password " + quote(m.Password)
		again, err := auth.ParseNetrc([]byte(text))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if got, _, _ := again.Lookup(host); got != m {
			t.Errorf("%q: %+v, then %+v", data, m, got)
		}
	})
}
