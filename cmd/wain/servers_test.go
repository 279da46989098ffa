package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wain/fixtures"
)

// The same packages, byte for byte, come of a folder, of pypiserver and of
// devpi, which both ask for a password: it is in netrc, in the URL, or in
// pip.conf, and is shown nowhere.
func TestConvertFromRealServers(t *testing.T) {
	dir := t.TempDir()
	wheelhouse := filepath.Join(dir, "wheelhouse")
	fixtures.Wheelhouse(t, wheelhouse)
	source := fixtures.WheelFilename("myproject-1.2.3")
	pypiserver := fixtures.PyPIServer(t, wheelhouse, "ann", "sesame")
	devpi := fixtures.Devpi(t, wheelhouse, "ann", "sesame")
	withUser := func(url string) string { return strings.Replace(url, "http://", "http://ann:sesame@", 1) }
	files := map[string]string{
		"requirements.txt": fixtures.Requirements(t), source: string(fixtures.Wheel("myproject-1.2.3")),
		"netrc/.netrc":              "machine 127.0.0.1\nlogin ann\npassword sesame\n",
		"conf/.config/pip/pip.conf": "[global]\nindex-url = " + withUser(devpi) + "\n",
		"none/README":               "",
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	convert := func(home, output string, args ...string) []byte {
		t.Helper()
		args = append([]string{"convert", source, "-l", "requirements.txt", "-t", "debian12", "-v", "-o", output, "--cache", output + ".cache"}, args...)
		cmd := exec.Command(wainPath(t), args...)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(dir, home), "SOURCE_DATE_EPOCH=1790000000"}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("wain %v: %v\n%s", args, err, out)
		}
		if bytes.Contains(out, []byte("sesame")) {
			t.Errorf("the password is shown:\n%s", out)
		}
		deb, err := os.ReadFile(filepath.Join(dir, output, "debian12", "python-myproject_1.2.3_all.deb"))
		if err != nil {
			t.Fatal(err)
		}
		return deb
	}
	want := convert("none", "folder", "-f", "wheelhouse")
	for output, got := range map[string][]byte{
		"pypiserver, netrc":   convert("netrc", "one", "--index-url", pypiserver),
		"pypiserver, URL":     convert("none", "two", "--index-url", withUser(pypiserver)),
		"devpi, netrc":        convert("netrc", "three", "--index-url", devpi),
		"devpi, pip.conf":     convert("conf", "four"),
		"devpi, then nothing": convert("conf", "four", "--offline"),
	} {
		if !bytes.Equal(got, want) {
			t.Errorf("%s: another package than of the folder", output)
		}
	}
	if out, err := exec.Command("grep", "-rl", "sesame", filepath.Join(dir, "one.cache"), filepath.Join(dir, "two.cache"), filepath.Join(dir, "three.cache"), filepath.Join(dir, "four.cache")).Output(); err == nil {
		t.Errorf("a cache holds the password: %s", out)
	}
}
