package wheel_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/wheel"
)

// withRecord is a demo wheel whose RECORD edit has changed.
func withRecord(edit func(text string) string) []byte {
	a := demo()
	last := &a.members[len(a.members)-1]
	last.data = []byte(edit(string(last.data)))
	return a.bytes()
}

// replaceRow puts another row in the place of the file's.
func replaceRow(path, row string) func(string) string {
	return func(text string) string {
		var b strings.Builder
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, path+",") {
				line = row
			}
			b.WriteString(line)
		}
		return b.String()
	}
}

func b64(sum []byte) string { return base64.RawURLEncoding.EncodeToString(sum) }

const initPath = "demo/__init__.py"

var initText = []byte("VERSION = '1.0'\n")

func TestRecordRefusals(t *testing.T) {
	right := sha256.Sum256(initText)
	wrong := sha256.Sum256([]byte("other"))
	old, weak, long := md5.Sum(initText), sha1.Sum(initText), sha512.Sum512([]byte("other"))
	cases := []struct{ name, row, rule string }{
		{"record-mismatch", fmt.Sprintf("%s,sha256=%s,16\n", initPath, b64(wrong[:])), "record-mismatch"},
		{"record-mismatch-sha512", fmt.Sprintf("%s,sha512=%s,16\n", initPath, b64(long[:])), "record-mismatch"},
		{"wrong-size", fmt.Sprintf("%s,sha256=%s,17\n", initPath, b64(right[:])), "record-mismatch"},
		{"unlisted-file", "", "record-unlisted"},
		{"no-hash", initPath + ",,16\n", "record-no-hash"},
		{"path-only", initPath + "\n", "record-no-hash"},
		{"md5", fmt.Sprintf("%s,md5=%s,16\n", initPath, b64(old[:])), "record-weak-hash"},
		{"sha1", fmt.Sprintf("%s,sha1=%s,16\n", initPath, b64(weak[:])), "record-weak-hash"},
		{"unknown-algorithm", initPath + ",blake3=aaaa,16\n", "record-hash"},
		{"hash-too-short", fmt.Sprintf("%s,sha256=%s,16\n", initPath, b64(right[:20])), "record-hash"},
		{"not-base64", initPath + ",sha256=!!!,16\n", "record-hash"},
		{"no-size-number", fmt.Sprintf("%s,sha256=%s,many\n", initPath, b64(right[:])), "record-size"},
		{"negative-size", fmt.Sprintf("%s,sha256=%s,-16\n", initPath, b64(right[:])), "record-size"},
		{"four-columns", fmt.Sprintf("%s,sha256=%s,16,x\n", initPath, b64(right[:])), "record-syntax"},
		{"open-quote", fmt.Sprintf("\"%s,sha256=%s,16\n", initPath, b64(right[:])), "record-syntax"},
		{"empty-path", ",,\n", "record-syntax"},
		{"twice-differing", fmt.Sprintf("%s,sha256=%s,16\n%s,sha256=%s,16\n", initPath, b64(wrong[:]), initPath, b64(right[:])), "record-duplicate"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := open(withRecord(replaceRow(initPath, c.row)))
			refused(t, err, c.rule)
		})
	}
}

func TestRecordIsTolerant(t *testing.T) {
	right, long, middle := sha256.Sum256(initText), sha512.Sum512(initText), sha512.Sum384(initText)
	hash := "sha256=" + b64(right[:])
	cases := []struct{ name, row string }{
		{"leading slash", "/" + initPath + "," + hash + ",16\n"},
		{"leading dot", "./" + initPath + "," + hash + ",16\n"},
		{"backslashes", `demo\__init__.py,` + hash + ",16\n"},
		{"crlf", initPath + "," + hash + ",16\r\n"},
		{"quoted", `"` + initPath + `",` + hash + ",16\n"},
		{"padded hash", initPath + "," + hash + "=,16\n"},
		{"upper-case algorithm", initPath + ",SHA256=" + b64(right[:]) + ",16\n"},
		{"no size", initPath + "," + hash + ",\n"},
		{"two columns", initPath + "," + hash + "\n"},
		{"empty line", "\n" + initPath + "," + hash + ",16\n\n"},
		{"twice the same", initPath + "," + hash + ",16\n" + initPath + "," + hash + ",16\n"},
		{"directory row", initPath + "," + hash + ",16\ndemo/,,\n"},
		{"sha384", initPath + ",sha384=" + b64(middle[:]) + ",16\n"},
		{"sha512", initPath + ",sha512=" + b64(long[:]) + ",16\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w, err := open(withRecord(replaceRow(initPath, c.row)))
			if err != nil {
				t.Fatal(err)
			}
			if len(w.Warnings) != 0 {
				t.Errorf("warnings: %q", w.Warnings)
			}
			for _, f := range w.Files {
				if f.Path == initPath && f.SHA256 != right {
					t.Errorf("SHA-256 %x, want %x", f.SHA256, right)
				}
			}
		})
	}
}

func TestRowWithoutFileIsAWarning(t *testing.T) {
	w, err := open(withRecord(func(text string) string { return text + "demo/gone.py,,\n../../../etc/passwd,,\n" }))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`RECORD lists "demo/gone.py", which is not there`, `RECORD lists "../../../etc/passwd", which is not there`}
	if diff := cmp.Diff(want, w.Warnings); diff != "" {
		t.Error(diff)
	}
}

func TestHealRecord(t *testing.T) {
	data := withRecord(replaceRow(initPath, ""))
	_, err := open(data)
	refused(t, err, "record-unlisted")
	w, err := open(data, wheel.Options{HealRecord: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Warnings) != 1 || !strings.Contains(w.Warnings[0], initPath) {
		t.Errorf("warnings: %q", w.Warnings)
	}
	for _, f := range w.Files {
		if f.Path == initPath && f.SHA256 != sha256.Sum256(initText) {
			t.Errorf("SHA-256 %x", f.SHA256)
		}
	}
	// It accepts what is not listed, nothing else.
	_, err = open(withRecord(replaceRow(initPath, initPath+",md5=aaaa,16\n")), wheel.Options{HealRecord: true})
	refused(t, err, "record-weak-hash")
}

// Every file that is wrong is told at once.
func TestRecordIssuesAreGathered(t *testing.T) {
	_, err := open(withRecord(func(text string) string {
		return replaceRow("demo/data.bin", "")(replaceRow(initPath, initPath+",,\n")(text))
	}))
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 2 {
		t.Fatalf("not two errors: %v", err)
	}
	for _, e := range joined.Unwrap() {
		refused(t, e, map[string]string{initPath: "record-no-hash", "demo/data.bin": "record-unlisted"}[e.(*wheel.Error).Path])
	}
}

// A payload that RECORD disagrees with is found when it is read, and METADATA,
// which is read by Open, at once.
func TestMismatchIsFoundWhenRead(t *testing.T) {
	wrong := sha256.Sum256([]byte("other"))
	data := withRecord(replaceRow(initPath, fmt.Sprintf("%s,sha256=%s,16\n", initPath, b64(wrong[:]))))
	if _, err := wheel.Open(bytes.NewReader(data), int64(len(data)), "demo-1.0-py3-none-any.whl", wheel.Options{}); err != nil {
		t.Errorf("Open inflated a payload: %v", err)
	}
	for _, base := range []string{"METADATA", "WHEEL"} {
		data := withRecord(replaceRow(info+base, fmt.Sprintf("%s,sha256=%s,\n", info+base, b64(wrong[:]))))
		_, err := wheel.Open(bytes.NewReader(data), int64(len(data)), "demo-1.0-py3-none-any.whl", wheel.Options{})
		var e *wheel.Error
		if !errors.As(err, &e) || e.Rule != "record-mismatch" || e.Path != info+base {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestSignaturesOfRecordNeedNoRow(t *testing.T) {
	a := demo()
	a.members = append(a.members, member{name: info + "RECORD.jws", data: []byte("{}")}, member{name: info + "RECORD.p7s", data: []byte("x")})
	if _, err := open(a.bytes()); err != nil {
		t.Error(err)
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte("demo/a.py,sha256=aGk,2\n\"a,b\"\"c\",,\r\n/x\n"))
	f.Add([]byte(`.\a\b,sha512=zzzz==,9` + "\nRECORD,,"))
	f.Add([]byte("\",,,\n,,"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, err := wheel.ParseRecord(text)
		if err != nil {
			return
		}
		written := wheel.FormatRecord(rows)
		again, err := wheel.ParseRecord(written)
		if err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		if diff := cmp.Diff(rows, again); diff != "" {
			t.Errorf("%q:\n%s", written, diff)
		}
	})
}
