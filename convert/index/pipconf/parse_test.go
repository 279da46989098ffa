package pipconf_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/pipconf"
	"wain/fixtures"
)

func TestParse(t *testing.T) {
	tests := map[string]struct {
		text string
		want []pipconf.Entry
		err  string
	}{
		"nothing": {text: " \n# comment\n"},
		"usual": {
			text: "[global]\nindex-url = https://u:p@index.example.org/simple?a=b\n",
			want: []pipconf.Entry{{Section: "global", Key: "index-url", Value: "https://u:p@index.example.org/simple?a=b", Line: 2}},
		},
		"several lines": {
			text: "[global]\nfind-links =\n\n    https://a.example.org\n  # not this\n\n\t/wheels ; this is no comment\n\n[install]\nNo-Index: yes",
			want: []pipconf.Entry{
				{Section: "global", Key: "find-links", Value: "\n\nhttps://a.example.org\n\n/wheels ; this is no comment", Line: 2},
				{Section: "install", Key: "no-index", Value: "yes", Line: 10},
			},
		},
		"nothing is put in": {
			text: "[global]\nproxy=http://%(user)s:${PASSWORD}%%@h\n",
			want: []pipconf.Entry{{Section: "global", Key: "proxy", Value: "http://%(user)s:${PASSWORD}%%@h", Line: 2}},
		},
		"defaults": {
			text: "[DEFAULT]\nretries=1\ntimeout=2\n[global]\nTIMEOUT=3\n[install]\n",
			want: []pipconf.Entry{
				{Section: "global", Key: "retries", Value: "1", Line: 2},
				{Section: "global", Key: "timeout", Value: "3", Line: 5},
				{Section: "install", Key: "retries", Value: "1", Line: 2},
				{Section: "install", Key: "timeout", Value: "2", Line: 3},
			},
		},
		"no header":           {text: "index-url = x", err: "line 1: a line stands before the first [section]"},
		"byte order mark":     {text: "\uFEFF[global]\n", err: "line 1: a line stands before the first [section]"},
		"no delimiter":        {text: "[global]\nhttps//secret\nno-index\n", err: "line 2 [global]: neither a [section] nor KEY = VALUE\nline 3 [global]: neither a [section] nor KEY = VALUE"},
		"no key":              {text: "[global]\n= secret\n", err: "line 2 [global]: a value has no key"},
		"twice a section":     {text: "[global]\n[global]\n", err: "line 2 [global]: the section is there twice"},
		"twice a key":         {text: "[global]\ncert=a\nCert=b\n", err: "line 3 [global]: cert is there twice"},
		"not in UTF-8":        {text: "[global]\ncert=\xff\n", err: "line 1: the file is not in UTF-8"},
		"beyond all use":      {text: strings.Repeat("#", 2<<20), err: "line 1: the file has more than 1048576 bytes"},
		"defaults multiplied": {text: "[DEFAULT]\n" + numbered("k%d=\n", 5000) + numbered("[s%d]\n", 5000), err: "line 1: the file has more than 10000 settings"},
		"a long binary key":   {text: "[g]\n" + strings.Repeat("\x01", 99) + "=\n" + strings.Repeat("\x01", 99) + "=\n", err: "line 3 [g]: " + strings.Repeat("?", 40) + "… is there twice"},
		"a key in a section":  {text: "[global] ; not part of it\ncert = a", want: []pipconf.Entry{{Section: "global", Key: "cert", Value: "a", Line: 2}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := pipconf.Parse([]byte(test.text))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			text := ""
			if err != nil {
				text = err.Error()
			}
			if diff := cmp.Diff(test.err, text); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestConfigParser has Python read the same random files.
func TestConfigParser(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	texts := make([]string, 5000)
	for i := range texts {
		texts[i] = randomFile(random)
	}
	var want [][][3]string
	ask(t, fixtures.PackagingPython(t), "testdata/parse.py", texts, &want)
	refused := 0
	for i, text := range texts {
		entries, err := pipconf.Parse([]byte(text))
		var wrong *pipconf.Error
		if errors.As(err, &wrong) {
			refused++
		}
		if (err != nil) != (want[i] == nil) {
			t.Errorf("%q: %v, configparser has %q", text, err, want[i])
			continue
		}
		var got [][3]string
		for _, e := range entries {
			got = append(got, [3]string{e.Section, e.Key, e.Value})
		}
		if len(got) == 0 && len(want[i]) == 0 {
			continue
		}
		if diff := cmp.Diff(want[i], got); diff != "" {
			t.Errorf("%q (-configparser +ours):\n%s", text, diff)
		}
	}
	if refused < len(texts)/20 || refused > len(texts)*9/10 {
		t.Errorf("%d of %d files refused: they prove little", refused, len(texts))
	}
}

// randomFile puts a file together from pieces that matter to the syntax.
func randomFile(random *rand.Rand) string {
	pieces := []string{
		"[global]\n", "[global]\n", "[install]\n", "[DEFAULT]\n", "[ a ]]\n", "[x\n", "[]\n", " [deep]\n", "[x] # c\n",
		"key = value\n", "other: value\n", "Key_%d=1\n", "  indented = 2\n", "    deeper\n", "\tdeeper still\n", "\n", " \n", "\r", "\r\n",
		"# comment\n", " ; comment\n", "a =\n", "b = # no comment\n", "c d = e = f\n", "= x\n", "no delimiter\n", "\u00a0u=\u2003v\n",
		"\x1cz\x1f=\x1e\n", "\v", "ä=ö\n", "--no-index = 1\n", "no_index = 1", "%(x)s = %(y)s\n", "v :\n  l1\n\n  l2\n",
	}
	var b strings.Builder
	if random.IntN(10) > 0 {
		b.WriteString("[first]\n")
	}
	for range random.IntN(9) {
		b.WriteString(strings.ReplaceAll(pieces[random.IntN(len(pieces))], "%d", string(rune('0'+random.IntN(4)))))
	}
	return b.String()
}

// ask has Python run a script with the question on its stdin, both in JSON.
func ask(t *testing.T, python, script string, question, answer any) {
	t.Helper()
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, script)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"}
	stderr := &bytes.Buffer{}
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, stderr)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatal(err)
	}
}

// FuzzParse: any bytes give entries or an *Error; what was read is read again
// the same once written down.
func FuzzParse(f *testing.F) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 20 {
		f.Add([]byte(randomFile(random)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := pipconf.Parse(data)
		if err != nil {
			var wrong *pipconf.Error
			if !errors.As(err, &wrong) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		again, err := pipconf.Parse([]byte(write(entries)))
		if err != nil {
			t.Fatalf("%q: %v", write(entries), err)
		}
		if diff := cmp.Diff(entries, again, cmp.FilterPath(isLine, cmp.Ignore())); diff != "" {
			t.Errorf("(-read +read again):\n%s", diff)
		}
	})
}

func isLine(p cmp.Path) bool { return p.String() == "Line" }

// write is the file that holds the entries. An empty line of a value keeps its
// indentation, which says nothing.
func write(entries []pipconf.Entry) string {
	var b strings.Builder
	section := ""
	for i, e := range entries {
		if i == 0 || e.Section != section {
			section = e.Section
			b.WriteString("[" + section + "]\n")
		}
		b.WriteString(e.Key + " = " + strings.ReplaceAll(e.Value, "\n", "\n  ") + "\n")
	}
	return b.String()
}
