package repo_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What can be wrong with a handmade suite, before it is written.

func fields(old, by string) func(*testing.T, *handmade) {
	return func(t *testing.T, h *handmade) { h.fields = replaced(t, h.fields, old, by) }
}

func stanza(old, by string) func(*testing.T, *handmade) {
	return func(t *testing.T, h *handmade) { h.stanza = replaced(t, h.stanza, old, by) }
}

func kinds(kinds ...string) func(*testing.T, *handmade) {
	return func(_ *testing.T, h *handmade) { h.kinds = kinds }
}

func byHash(kind string) func(*testing.T, *handmade) {
	return func(t *testing.T, h *handmade) {
		fields("Date:", "Acquire-By-Hash: yes\nDate:")(t, h)
		h.byHash = kind
	}
}

// form gives the index one more form, or another one.
func form(suffix string, data []byte) func(*testing.T, *handmade) {
	return func(_ *testing.T, h *handmade) { h.stored["main/binary-amd64/Packages"+suffix] = data }
}

func formBy(tool, suffix string) func(*testing.T, *handmade) {
	return func(t *testing.T, h *handmade) { form(suffix, pack(t, tool, h.stanza))(t, h) }
}

// again puts the same version under another name into the pool.
func again(t *testing.T, h *handmade, text string) string {
	return h.add(t, made{format: "deb", name: "tool", version: "1.0", arch: "amd64", text: text}, "pool/again.deb")
}

// notADeb puts other bytes in the package's place, and says so in its stanza.
func notADeb(t *testing.T, h *handmade) {
	const text = "no package at all"
	h.put(t, "pool/tool.deb", []byte(text))
	h.stanza = fmt.Sprintf("Package: tool\nVersion: 1.0\nArchitecture: amd64\nFilename: pool/tool.deb\nSize: %d\nSHA256: %s\n", len(text), sum(text))
}

// cutDigest leaves the first 64 digits of a digest that a test has made longer.
func cutDigest(stanza []byte) []byte {
	before, after, _ := bytes.Cut(stanza, []byte("SHA256: "))
	return []byte(fmt.Sprintf("%sSHA256: %s%s", before, after[:64], after[68:]))
}

// sources lists a source package whose archive has one more text than its Sources says.
func sources(more string) func(*testing.T, *handmade) {
	return func(t *testing.T, h *handmade) {
		h.put(t, "pool/tool.tar.gz", []byte("source"))
		h.put(t, "pool/tool.dsc", []byte("dsc"))
		h.stored["main/source/Sources"] = []byte(fmt.Sprintf("Package: tool\nDirectory: pool\nChecksums-Sha256:\n %s 6 tool.tar.gz\n %s 3 tool.dsc\n",
			sum("source"+more), sum("dsc")))
	}
}

func removeAll(names ...string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		for _, name := range names {
			if err := os.Remove(filepath.Join(dir, strings.TrimSuffix(name, "/"))); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// changeFirst changes one of the files of a pattern.
func changeFirst(pattern string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		tamper(t, found[0])
	}
}
