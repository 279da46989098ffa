package repo_test

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"wain/fixtures"
	"wain/repo"
	"wain/repo/apt"
	debfile "wain/repo/deb"
)

// A handmade suite is an unsigned foreign one, dists/test with one package in pool, that a test damages before or after
// it is written.
type handmade struct {
	dir      string
	fields   string            // of Release, without digests
	stanza   string            // of the package
	packages string            // the whole index; empty: the stanza
	stored   map[string][]byte // indexes, by path in the suite, beside Packages and Packages.gz
	unlisted []string          // indexes that Release leaves out
	unstored []string          // indexes that are listed alone
	kinds    []string          // of digests
	byHash   string            // the kind of those that are written
}

const handmadeIndex = "dists/test/main/binary-amd64/Packages"

func newHandmade(t *testing.T) *handmade {
	t.Helper()
	h := &handmade{dir: t.TempDir(), kinds: []string{"SHA256"}, stored: map[string][]byte{}}
	h.fields = "Suite: test\nCodename: test\nDate: Fri, 20 Nov 2026 12:00:00 UTC\nArchitectures: amd64\nComponents: main\n"
	h.stanza = h.add(t, made{format: "deb", name: "tool", version: "1.0", arch: "amd64"}, "pool/tool.deb")
	return h
}

// add puts a package into the pool and returns its stanza.
func (h *handmade) add(t *testing.T, m made, name string) string {
	t.Helper()
	file := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(m.write(t, t.TempDir()), file); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := debfile.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return string(apt.Stanza(p, name))
}

// write lays the suite out.
func (h *handmade) write(t *testing.T) {
	t.Helper()
	if h.packages == "" {
		h.packages = h.stanza
	}
	indexes := map[string][]byte{"main/binary-amd64/Packages": []byte(h.packages), "main/binary-amd64/Packages.gz": zip(h.packages)}
	for name, data := range h.stored {
		indexes[name] = data
	}
	listed := map[string][]string{}
	for name, data := range indexes {
		skip := strings.Join(h.unstored, " ")
		for _, kind := range h.kinds {
			if !strings.Contains(" "+strings.Join(h.unlisted, " ")+" ", " "+name+" ") {
				listed[kind] = append(listed[kind], fmt.Sprintf(" %s %d %s\n", hexDigest(kind, data), len(data), name))
			}
			if h.byHash != "" {
				h.put(t, filepath.Join("dists/test", filepath.Dir(name), "by-hash", h.byHash, hexDigest(h.byHash, data)), data)
			}
		}
		if !strings.Contains(" "+skip+" ", " "+name+" ") {
			h.put(t, filepath.Join("dists/test", name), data)
		}
	}
	release := h.fields
	for _, kind := range h.kinds {
		release += kind + ":\n" + strings.Join(listed[kind], "")
	}
	h.put(t, "dists/test/Release", []byte(release))
}

func (h *handmade) put(t *testing.T, name string, data []byte) {
	t.Helper()
	file := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func hexDigest(kind string, data []byte) string {
	switch kind {
	case "MD5Sum":
		return fmt.Sprintf("%x", md5.Sum(data))
	case "SHA1":
		return fmt.Sprintf("%x", sha1.Sum(data))
	case "SHA512":
		return fmt.Sprintf("%x", sha512.Sum512(data))
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

func zip(texts ...string) []byte {
	var b bytes.Buffer
	for _, text := range texts {
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
	}
	return b.Bytes()
}

func zst(texts ...string) []byte {
	var all []byte
	w, _ := zstd.NewWriter(nil)
	for _, text := range texts {
		all = append(all, w.EncodeAll([]byte(text), nil)...)
	}
	return all
}

// pack compresses with a tool of the system.
func pack(t *testing.T, tool string, texts ...string) []byte {
	t.Helper()
	fixtures.NeedTool(t, tool)
	var all []byte
	for _, text := range texts {
		c := exec.Command(tool, "-c")
		c.Stdin = strings.NewReader(text)
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out...)
	}
	return all
}

// replaced changes a text, which has to be there.
func replaced(t *testing.T, text, old, by string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("%q is not in %q", old, text)
	}
	return strings.Replace(text, old, by, 1)
}

// TestVerifyAptRules makes one fault at a time in a foreign apt suite and wants its finding alone (case 2, 24).
func TestVerifyAptRules(t *testing.T) {
	const release, packed = "dists/test/Release", handmadeIndex + ".gz"
	const pool = "pool/tool.deb"
	for _, test := range []struct {
		name   string
		before func(t *testing.T, h *handmade) // it is written
		after  func(t *testing.T, dir string)
		want   []string
	}{
		{name: "sound"},
		{name: "Date missing", before: fields("Date: Fri, 20 Nov 2026 12:00:00 UTC\n", ""), want: []string{"date-missing " + release}},
		{name: "Date in no zone", before: fields("UTC", "CET"), want: []string{"date-malformed " + release}},
		{name: "Date with a zone", before: fields("UTC", "+0000")},
		{name: "Date with a short day", before: fields("Fri, 20", "Sun,  1")},
		{name: "Date in the future", before: fields("12:00:00", "13:00:11"), want: []string{"date-future " + release}},
		{name: "Date a little ahead", before: fields("12:00:00", "13:00:09")},
		{name: "Date too old", before: fields("20 Nov", "12 Oct"), want: []string{"date-old " + release}},
		{name: "Valid-Until past", before: fields("Date:", "Valid-Until: Fri, 20 Nov 2026 12:59:59 UTC\nDate:"), want: []string{"valid-until-past " + release}},
		{name: "Valid-Until malformed", before: fields("Date:", "Valid-Until: tomorrow\nDate:"), want: []string{"date-malformed " + release}},
		{name: "Valid-Until ahead", before: fields("Date:", "Valid-Until: Fri, 20 Nov 2026 13:00:01 UTC\nDate:")},
		{name: "Suite and Codename absent", before: fields("Suite: test\nCodename: test\n", ""), want: []string{"suite-unnamed " + release}},
		{name: "Suite and Codename of another", before: fields("Suite: test\nCodename: test\n", "Suite: x\nCodename: y\n"), want: []string{"suite-unnamed " + release}},
		{name: "Codename alone", before: fields("Suite: test\n", "")},
		{name: "an architecture without index", before: fields("amd64", "amd64 arm64 all"), want: []string{"architecture-unindexed " + release}},
		{name: "malformed Release", before: fields("Codename: ", "Codename "), want: []string{"release-malformed " + release, "orphan-file " + pool}},
		{name: "MD5 and SHA-1 alone", before: kinds("MD5Sum", "SHA1"), want: []string{"digest-weak " + release}},
		{name: "SHA-512 alone", before: kinds("SHA512")},
		{name: "all digests", before: kinds("MD5Sum", "SHA1", "SHA256", "SHA512")},
		{name: "no digest", before: kinds(), want: []string{"architecture-unindexed " + release, "release-malformed " + release, "orphan-file " + pool}},
		{name: "a listed path leads out", before: fields("Date:", "SHA512:\n "+hexDigest("SHA512", nil)+" 0 ../../x\nDate:"), want: []string{"release-malformed " + release}},
		{name: "Release gone", after: remove(release), want: []string{"release-missing " + release, "orphan-file " + pool}},

		{
			// The repository is empty for apt, which says nothing of it.
			name: "plain Packages not listed", before: func(_ *testing.T, h *handmade) { h.unlisted = []string{"main/binary-amd64/Packages"} },
			want: []string{"plain-index-unlisted " + release},
		},
		{name: "plain Packages listed and not stored", before: func(_ *testing.T, h *handmade) { h.unstored = []string{"main/binary-amd64/Packages"} }},
		{name: "Packages.gz gone", after: remove(packed), want: []string{"index-missing " + packed}},
		{name: "both gone", after: remove("dists/test/main"), want: []string{"index-missing " + packed, "orphan-file " + pool}},
		{name: "Packages changed", after: change(handmadeIndex), want: []string{"index-differs " + handmadeIndex}},
		{name: "Packages.gz longer", after: longer(packed), want: []string{"index-differs " + packed}},
		{name: "Packages.gz of another Packages", before: form(".gz", zip("Package: x\n")), want: []string{"index-differs " + packed}},
		{name: "Packages.gz is none", before: form(".gz", []byte("x")), want: []string{"index-malformed " + packed}},
		{name: "by hash", before: byHash("SHA256")},
		{name: "by hash, names gone", before: byHash("SHA256"), after: removeAll(handmadeIndex, packed)},
		{name: "by-hash missing", before: fields("Date:", "Acquire-By-Hash: yes\nDate:"), want: []string{"by-hash-missing dists/test/main/binary-amd64/by-hash/SHA256/"}},
		{name: "by-hash of another digest", before: func(t *testing.T, h *handmade) { byHash("SHA256")(t, h); h.kinds = []string{"SHA256", "SHA512"} }, want: []string{"by-hash-missing dists/test/main/binary-amd64/by-hash/SHA512/"}},
		{name: "by-hash changed", before: byHash("SHA256"), after: changeFirst("dists/test/main/binary-amd64/by-hash/SHA256/*"), want: []string{"index-differs dists/test/main/binary-amd64/by-hash/SHA256/"}},

		{name: "bz2", before: formBy("bzip2", ".bz2")},
		{name: "xz", before: formBy("xz", ".xz")},
		{name: "zst of two frames", before: func(t *testing.T, h *handmade) { form(".zst", zst(h.stanza[:10], h.stanza[10:]))(t, h) }},
		{name: "gz of two members", before: func(t *testing.T, h *handmade) { form(".gz", zip(h.stanza[:10], h.stanza[10:]))(t, h) }},
		{
			name: "xz of two streams", before: func(t *testing.T, h *handmade) { form(".xz", pack(t, "xz", h.stanza[:10], h.stanza[10:]))(t, h) },
			want: []string{"index-xz-streams " + handmadeIndex + ".xz"},
		},

		{name: "no SHA256", before: stanza("SHA256: ", "X: "), want: []string{"stanza-incomplete " + handmadeIndex, "orphan-file " + pool}},
		{name: "no Size", before: stanza("\nSize: ", "\nX: "), want: []string{"stanza-incomplete " + handmadeIndex, "orphan-file " + pool}},
		{name: "no Filename", before: stanza("Filename: ", "X: "), want: []string{"stanza-incomplete " + handmadeIndex, "orphan-file " + pool}},
		{name: "Filename leads out", before: stanza("Filename: ", "Filename: ../../"), want: []string{"path-escape " + handmadeIndex, "orphan-file " + pool}},
		{name: "no paragraph", before: stanza("Filename: ", "Filename "), want: []string{"index-malformed " + handmadeIndex, "orphan-file " + pool}},
		{name: "another version", before: stanza("Version: 1.0", "Version: 1.1"), want: []string{"stanza-differs " + pool}},
		{name: "another MD5", before: stanza("MD5sum: ", "MD5sum: 0"), want: []string{"stanza-differs " + pool}},
		{name: "a dependency left out", before: stanza("Maintainer: ", "Depends: libc6\nMaintainer: ")},
		{name: "another section", before: stanza("Priority: ", "Priority: x")},
		{name: "package gone", after: remove(pool), want: []string{"package-missing " + pool}},
		{name: "package changed", after: change(pool), want: []string{"package-differs " + pool}},
		{name: "package longer", after: longer(pool), want: []string{"package-differs " + pool}},
		{name: "a package that is none", before: notADeb, want: []string{"package-damaged " + pool}},
		{name: "an orphan", before: func(t *testing.T, h *handmade) { h.put(t, "pool/a/b.deb", []byte("x")) }, want: []string{"orphan-file pool/a/b.deb"}},
		{
			name:   "one package twice",
			before: func(t *testing.T, h *handmade) { h.packages = h.stanza + "\n" + again(t, h, "") },
			want:   []string{"duplicate-package " + handmadeIndex},
		},
		{
			name:   "one version with two contents",
			before: func(t *testing.T, h *handmade) { h.packages = h.stanza + "\n" + again(t, h, "other") },
			want:   []string{"conflicting-package " + handmadeIndex},
		},
		{
			name: "two indexes, two contents",
			before: func(t *testing.T, h *handmade) {
				h.stored["main/binary-arm64/Packages"] = []byte(replaced(t, replaced(t, h.stanza, "SHA256: ", "SHA256: 0000"), "Version: 1.0", "Version: 1"))
				h.stored["main/binary-arm64/Packages"] = cutDigest(h.stored["main/binary-arm64/Packages"])
			},
			want: []string{"indexes-disagree " + pool},
		},
		{name: "sources", before: sources(""), want: nil},
		{name: "a source file differs", before: sources("x"), want: []string{"package-differs pool/tool.tar.gz"}},
		{name: "a source file gone", before: sources(""), after: remove("pool/tool.tar.gz"), want: []string{"package-missing pool/tool.tar.gz"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHandmade(t)
			if test.before != nil {
				test.before(t, h)
			}
			h.write(t)
			if test.after != nil {
				test.after(t, h.dir)
			}
			got := findings(t, repo.VerifyOptions{Dir: h.dir, Unsigned: true, Time: noon.Add(time.Hour), MaxAge: 30 * 24 * time.Hour})
			same := len(got) >= len(test.want) && (len(got) == 0) == (len(test.want) == 0)
			for i, line := range got {
				// Findings by hash come for each index.
				same = same && strings.HasPrefix(line, test.want[min(i, len(test.want)-1)])
			}
			if !same {
				t.Errorf("found %q, want %q", got, test.want)
			}
		})
	}
}
