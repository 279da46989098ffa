package repo_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goreleaser/nfpm/v2"
	nfpmdeb "github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	nfpmrpm "github.com/goreleaser/nfpm/v2/rpm"

	"wain/repo"
	"wain/repo/store"
	"wain/sign"
)

// noon is when tests publish first.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// A made package is small and depends on nothing; what the text says tells two of one version apart.
type made struct {
	format, name, version, arch, suite, text string
}

// write makes the package in dir and returns its path.
func (m made) write(t testing.TB, dir string) string {
	t.Helper()
	content := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(content, []byte(m.version+m.text), 0o644); err != nil {
		t.Fatal(err)
	}
	stamp := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	info := &nfpm.Info{
		Name: m.name, Arch: m.arch, Platform: "linux", Version: m.version, VersionSchema: "none",
		Maintainer: "Ops <ops@example.org>", Description: "A test package\nIt says more of itself.", MTime: stamp, License: "MIT", Homepage: "https://example.org/",
		Overridables: nfpm.Overridables{
			RPM: nfpm.RPM{BuildHost: "localhost", Summary: "A test package", Group: "Unspecified"},
			Contents: files.Contents{
				{Source: content, Destination: "/opt/" + m.name + "/content", FileInfo: &files.ContentFileInfo{Mode: 0o644, MTime: stamp}},
			},
		},
	}
	var b bytes.Buffer
	var err error
	name := fmt.Sprintf("%s_%s_%s%s.%s", m.name, m.version, m.arch, strings.ReplaceAll(m.suite, "/", "-"), m.format)
	if m.format == "deb" {
		if m.suite != "" {
			info.Deb.Fields = map[string]string{"Wain-Suite": m.suite}
		}
		err = nfpmdeb.Default.Package(nfpm.WithDefaults(info), &b)
	} else {
		info.Release = "1"
		if m.suite != "" {
			info.Release = "1." + m.suite
			info.Provides = []string{"wain(suite) = " + m.suite}
		}
		err = nfpmrpm.DefaultRPM.Package(nfpm.WithDefaults(info), &b)
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func deb(version, arch string) made {
	return made{format: "deb", name: "python-myproject", version: version, arch: arch, suite: "bookworm"}
}

func rpm(version, arch string) made {
	return made{format: "rpm", name: "python-myproject", version: version, arch: arch, suite: "el9"}
}

// dist writes packages into a folder of their own.
func dist(t testing.TB, packages ...made) string {
	t.Helper()
	dir := t.TempDir()
	for _, m := range packages {
		m.write(t, dir)
	}
	return dir
}

// key reads a key of fixtures/keys.
func key(t testing.TB, name string) *sign.Key {
	t.Helper()
	data, err := os.ReadFile("../fixtures/keys/" + name + ".key")
	if err != nil {
		t.Fatal(err)
	}
	k, err := sign.Read(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func signer(k *sign.Key) *repo.Signer {
	return &repo.Signer{
		Clear: k.Clear,
		Detached: func(data []byte, at time.Time) ([]byte, error) {
			return k.Detached(bytes.NewReader(data), at)
		},
		PublicArmored: k.PublicArmored(), PublicBinary: k.PublicBinary(), Fingerprints: []string{k.Fingerprint()},
	}
}

func verifier(t testing.TB, k *sign.Key) *repo.Verifier {
	t.Helper()
	ring, err := sign.ReadPublic(k.PublicArmored())
	if err != nil {
		t.Fatal(err)
	}
	return &repo.Verifier{
		Clear: func(message []byte) ([]byte, string, error) { return ring.VerifyClear(message, time.Time{}) },
		Detached: func(data, signature []byte) (string, error) {
			return ring.VerifyDetached(bytes.NewReader(data), signature, time.Time{})
		},
		Key: func(file []byte) error {
			served, err := sign.ReadPublic(file)
			if err != nil {
				return err
			}
			for _, c := range served.Certificates() {
				if c.Fingerprint() != k.Fingerprint() {
					return fmt.Errorf("key %s", c.Fingerprint())
				}
			}
			return nil
		},
	}
}

// house is the key that signs here: the quickest one.
const house = "ed25519"

// options publish paths into dir at noon, signed by the house key.
func options(t testing.TB, dir string, paths ...string) repo.Options {
	t.Helper()
	return repo.Options{
		Commit: repo.Commit{Dir: dir, Time: noon, Signer: signer(key(t, house)), Jobs: 2}, Paths: paths, Origin: "Example Archive",
	}
}

func publish(t testing.TB, o repo.Options) *repo.Result {
	t.Helper()
	result, err := repo.Publish(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// sound wants a verification without findings.
func sound(t testing.TB, dir string) {
	t.Helper()
	findings, err := repo.Verify(t.Context(), repo.VerifyOptions{Dir: dir, Verifier: verifier(t, key(t, house)), Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Errorf("%s: %s: %s", f.Path, f.Rule, f.Detail)
	}
}

func folder(dir string) store.Store { return store.NewFolder(dir, store.FolderOptions{}) }

// sum is a text's SHA-256 in hex.
func sum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// snapshot is every path below dir with its type, time of change and content.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		stat, err := e.Info()
		if err != nil {
			return err
		}
		found[name] = fmt.Sprint(stat.Mode(), stat.ModTime())
		if e.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(data)
			found[name] += " " + hex.EncodeToString(sum[:])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// content is every published path with its content: no times, nothing of the publisher's own.
func content(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	var walk func(name string)
	walk = func(name string) {
		entries, err := os.ReadDir(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			path := filepath.Join(name, e.Name())
			stat, err := os.Stat(filepath.Join(dir, path))
			if err != nil {
				t.Fatal(err)
			}
			if stat.IsDir() {
				walk(path)
			} else {
				found[path] = text(t, dir, path)
			}
		}
	}
	walk(".")
	return found
}

// An index that is stored compressed alone is read by its plain name too.
func text(t testing.TB, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return string(gunzip(t, filepath.Join(dir, name+".gz")))
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func gunzip(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// tree lists the paths below dir that are served, without digests in names.
func tree(t testing.TB, dir string) []string {
	t.Helper()
	var found []string
	var walk func(name string)
	walk = func(name string) {
		entries, err := os.ReadDir(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			path := filepath.ToSlash(filepath.Join(name, e.Name()))
			if e.Name() == ".wain" || e.Name() == "generations" {
				continue
			}
			stat, err := os.Stat(filepath.Join(dir, path))
			if err != nil {
				t.Fatal(err)
			}
			if stat.IsDir() {
				walk(path)
				continue
			}
			base := e.Name()
			if len(base) >= 64 && !strings.ContainsAny(base[:64], "_.-") {
				base = "HASH" + base[64:]
			}
			found = append(found, strings.TrimPrefix(name+"/", "./")+base)
		}
	}
	walk(".")
	return found
}
