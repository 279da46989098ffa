package pack_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"wain/convert/pack"
	"wain/fixtures"
)

// written puts a package into a file.
func written(t testing.TB, s pack.Spec) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), s.Filename())
	if err := os.WriteFile(file, write(t, s), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// seal is a signature that says what it signed.
func seal(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(r)
	return fmt.Appendf(nil, "signed %x", sha256.Sum256(b)), err
}

// TestSameBytes writes each package again in everything another way that the
// host can offer: mask, zone, locale, folder, processors, and the order in which
// the contents were staged.
func TestSameBytes(t *testing.T) {
	for _, format := range []string{"deb", "rpm"} {
		for _, method := range []string{"zstd", "gzip", "xz"} {
			t.Run(format+" "+method, func(t *testing.T) {
				s := spec(format, "1.2.3")
				s.Compression, s.Sign = method, seal
				big := map[string]string{dir + "/big": strings.Repeat("several blocks of a compressor ", 200_000)}
				s.Entries = mergeTree(t, appFiles("1.2.3"), big)
				first := write(t, s)

				t.Setenv("TZ", "Pacific/Kiritimati")
				t.Setenv("LC_ALL", "tr_TR.UTF-8")
				t.Setenv("SOURCE_DATE_EPOCH", "1")
				t.Setenv("TMPDIR", t.TempDir())
				zone := time.Local
				time.Local = time.FixedZone("x", 14*3600)
				mask, processors := syscall.Umask(0o077), runtime.GOMAXPROCS(1)
				defer func() { time.Local = zone; syscall.Umask(mask); runtime.GOMAXPROCS(processors) }()

				s.Time = s.Time.Local().Add(time.Nanosecond)
				stage, _ := newStage(t)
				backwards := slices.Clone(s.Entries)
				slices.Reverse(backwards)
				if err := stage.Add(context.Background(), backwards, 7); err != nil {
					t.Fatal(err)
				}
				for range 2 { // one stage serves many
					var b bytes.Buffer
					if err := pack.Write(context.Background(), stage, s, &b); err != nil {
						t.Fatal(err)
					}
					if !bytes.Equal(first, b.Bytes()) {
						t.Errorf("%d and %d bytes differ", len(first), b.Len())
					}
				}
			})
		}
	}
}

// TestDebFields reads the control file as dpkg does.
func TestDebFields(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-deb")
	s := spec("deb", "1.2.3")
	s.Epoch = "1"
	s.Provides = []string{"myproject-cli (= 1.2.3)"}
	got := run(t, "dpkg-deb", "-f", written(t, s))
	want := `Package: python-myproject
Version: 1:1.2.3
Section: python
Priority: optional
Architecture: all
Maintainer: Example Team <team@example.org>
Installed-Size: 1
Provides: myproject-cli (= 1.2.3)
Depends: python3.11
Homepage: https://example.org/myproject
Description: Greets whoever asks
 It greets.
 .
 note:: in many languages
 .
 It installs a virtual environment for Python 3.11, with everything it needs,
 in /opt/venvs/myproject.
Wain-Suite: bookworm
Wain-Target: debian12
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRPMFields reads the header as rpm does.
func TestRPMFields(t *testing.T) {
	fixtures.NeedTool(t, "rpm")
	s := spec("rpm", "1.2.3~rc1")
	s.Epoch, s.Arch = "1", "x86_64"
	file := written(t, s)
	got := run(t, "rpm", "-qp", "--qf", `%{EPOCH} %{NAME} %{VERSION} %{RELEASE} %{ARCH} %{OS}
%{LICENSE} %{URL} %{BUILDHOST} %{BUILDTIME} %{PAYLOADCOMPRESSOR}
%{SUMMARY}
%{PACKAGER}
[R %{REQUIRENEVRS}\n][P %{PROVIDENEVRS}\n]`, file)
	want := `1 python-myproject 1.2.3~rc1 1.el9 x86_64 linux
MIT AND Apache-2.0 https://example.org/myproject wain 1700000000 zstd
Greets whoever asks
Example Team <team@example.org>
R python(abi) = 3.11
R /usr/bin/python3.11
R /bin/sh
R findutils
R rpmlib(CompressedFileNames) <= 3.0.4-1
R rpmlib(FileDigests) <= 4.6.0-1
R rpmlib(PayloadIsZstd) <= 5.4.18-1
R rpmlib(TildeInVersions) <= 4.10.0-1
P python-myproject = 1:1.2.3~rc1-1.el9
P python-myproject(x86-64) = 1:1.2.3~rc1-1.el9
P wain(target) = el9
P wain(suite) = el9
P bundled(python3dist(requests)) = 2.32.3
P python-myproject = 1.2.3~rc1-1.el9
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if out := run(t, "rpm", "-K", file); !strings.Contains(out, "digests OK") {
		t.Error(out)
	}
}

// TestDirectories looks at what each format owns.
func TestDirectories(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-deb", "rpm")
	deb := run(t, "sh", "-c", `dpkg-deb --fsys-tarfile "$0" | tar t | grep '/$'`, written(t, spec("deb", "1.2.3")))
	for _, name := range []string{"./opt/", "./opt/venvs/", "./opt/venvs/myproject/", "./usr/share/doc/python-myproject/"} {
		if !slices.Contains(strings.Fields(deb), name) {
			t.Errorf("the deb has no %s", name)
		}
	}
	rpm := strings.Fields(run(t, "rpm", "-qp", "--qf", `[%{FILEMODES:perms}%{FILENAMES}\n]`, written(t, spec("rpm", "1.2.3"))))
	var dirs []string
	for _, line := range rpm {
		if name, ok := strings.CutPrefix(line, "drwxr-xr-x"); ok {
			dirs = append(dirs, name)
		}
	}
	want := []string{"/opt/venvs"}
	for d := site + "/myproject/data"; d != "/opt/venvs"; d = filepath.Dir(d) {
		want = append(want, d)
	}
	want = append(want, dir+"/bin", site+"/myproject-1.2.3.dist-info", site+"/requests", site+"/requests-2.32.3.dist-info", "/usr/share/doc/python-myproject")
	slices.Sort(want)
	slices.Sort(dirs)
	if diff := cmp.Diff(want, dirs); diff != "" {
		t.Error(diff)
	}
}

// TestPayload unpacks both formats with their own tools and compares every file
// with its entry.
func TestPayload(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-deb", "rpm2cpio", "cpio", "md5sum")
	for _, format := range []string{"deb", "rpm"} {
		for _, method := range []string{"zstd", "gzip", "xz"} {
			s := spec(format, "1.2.3")
			s.Compression = method
			root, file := t.TempDir(), written(t, s)
			if format == "deb" {
				run(t, "dpkg-deb", "-x", file, root)
				run(t, "sh", "-ec", `mkdir "$1.control"; dpkg-deb -e "$0" "$1.control"; cd "$1"; md5sum --quiet -c "$1.control/md5sums"`, file, root)
			} else {
				run(t, "sh", "-ec", `cd "$1"; rpm2cpio "$0" | cpio -id --quiet --no-absolute-filenames`, file, root)
			}
			for _, e := range s.Entries {
				info, err := os.Lstat(root + e.Path)
				if err != nil {
					t.Errorf("%s %s: %v", format, method, err)
					continue
				}
				switch {
				case info.Mode().Type() != e.Mode.Type():
					t.Errorf("%s is %v", e.Path, info.Mode())
				case e.Mode.IsRegular():
					got, err := os.ReadFile(root + e.Path)
					if err != nil || string(got) != bodyOf(t, e) || info.Mode() != e.Mode {
						t.Errorf("%s: %v %q %v", e.Path, info.Mode(), got, err)
					}
				case e.Link != "":
					if got, _ := os.Readlink(root + e.Path); got != e.Link {
						t.Errorf("%s points to %s", e.Path, got)
					}
				}
			}
		}
	}
}

// TestHostileMetadata puts everything into texts that could become something
// else: a field, a script, a terminal's command.
func TestHostileMetadata(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-deb", "rpm")
	const evil = "x\r\nEvil: 1\n\nPackage: evil\n .\x1b[31m\x00\u202e\u2028$(touch /tmp/evil)`id`%{lua:print(1)}\xff"
	for _, format := range []string{"deb", "rpm"} {
		s := spec(format, "1.2.3")
		s.Summary, s.Description, s.Homepage, s.License, s.Maintainer, s.Changelog = evil, evil, "https://example.org/"+evil, evil, evil, evil
		s.Components[0] = pack.Component{Project: "myproject", Version: evil, Homepage: evil, Authors: []string{evil, evil}, License: "(", LicenseText: evil, LicenseFiles: []string{evil}}
		s.Components[1].Paths = []string{evil}
		file := written(t, s)
		text := ""
		if format == "deb" {
			fields := run(t, "sh", "-c", `dpkg-deb -f "$0" | grep -o '^[^ ]*:' | tr -d '\n'`, file)
			if want := "Package:Version:Section:Priority:Architecture:Maintainer:Installed-Size:Depends:Homepage:Description:Wain-Suite:Wain-Target:"; fields != want {
				t.Errorf("fields %s", fields)
			}
			text = run(t, "dpkg-deb", "-I", file) + run(t, "sh", "-c", `dpkg-deb --fsys-tarfile "$0" | tar xO ./usr/share/doc/python-myproject/copyright`, file)
		} else {
			text = run(t, "rpm", "-qp", "--qf", "%{SUMMARY}\n%{DESCRIPTION}\n%{LICENSE}\n%{URL}\n%{PACKAGER}\n", file)
		}
		for _, script := range scriptsOf(t, s) {
			if strings.Contains(script, "touch") {
				t.Error("metadata in a script")
			}
		}
		if strings.ContainsAny(text, "\x1b\x00\r\u202e\u2028") || !utf8.ValidString(text) {
			t.Errorf("control characters in %q", text)
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "Evil") || format == "deb" && strings.HasPrefix(line, "Package: evil") {
				t.Errorf("line %q", line)
			}
		}
	}
}

// TestLintian allows no error, and no warning outside a short list.
func TestLintian(t *testing.T) {
	fixtures.NeedTool(t, "lintian")
	s := spec("deb", "1.2.3")
	s.Name, s.Compression = "greeter", "xz" // lintian does not know zstd
	out, err := exec.Command("lintian", "--allow-root", written(t, s)).CombinedOutput()
	if err != nil {
		t.Errorf("lintian: %v", err)
	}
	known := []string{
		"copyright-without-copyright-notice", // metadata has no years
		"unknown-field",                      // Wain-Suite, Wain-Target
		"no-manual-page",
	}
	for line := range strings.Lines(string(out)) {
		if len(line) > 1 && line[1] == ':' && line[0] != 'N' && !slices.ContainsFunc(known, func(tag string) bool { return strings.Contains(line, " "+tag) }) {
			t.Error(strings.TrimSpace(line))
		}
	}
}

// TestSignatures looks at what is signed and where the result goes.
func TestSignatures(t *testing.T) {
	s := spec("deb", "1.2.3")
	unsigned := write(t, s)
	s.Sign = seal
	signed := write(t, s)
	body, member, ok := bytes.Cut(signed, []byte("_gpgorigin"))
	if !ok || !bytes.Equal(body, unsigned) {
		t.Fatal("the signature is not one more member")
	}
	var all []byte
	for m := range members(t, unsigned) {
		all = append(all, m.body...)
	}
	want, _ := seal(bytes.NewReader(all))
	if !bytes.Contains(member, want) {
		t.Errorf("%q does not hold %q", member, want)
	}

	s = spec("rpm", "1.2.3")
	var signedSizes []int
	s.Sign = func(r io.Reader) ([]byte, error) {
		b, err := io.ReadAll(r)
		signedSizes = append(signedSizes, len(b))
		return []byte("signature"), err
	}
	b := write(t, s)
	if len(signedSizes) != 2 || signedSizes[0] >= signedSizes[1] || signedSizes[1] >= len(b) {
		t.Errorf("signed %v of %d bytes, want header, then header and payload", signedSizes, len(b))
	}
}

func TestSignErrors(t *testing.T) {
	refused := errors.New("the key is locked")
	for _, format := range []string{"deb", "rpm"} {
		s := spec(format, "1.2.3")
		s.Sign = func(io.Reader) ([]byte, error) { return nil, refused }
		if _, err := tryWrite(t, t.TempDir(), s); !errors.Is(err, refused) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// TestArmoredRPM gives an rpm the kind of signature that no client reads.
func TestArmoredRPM(t *testing.T) {
	s := spec("rpm", "1.2.3")
	s.Sign = func(io.Reader) ([]byte, error) { return []byte("-----BEGIN PGP SIGNATURE-----\n"), nil }
	if _, err := tryWrite(t, t.TempDir(), s); !errors.Is(err, pack.ErrArmored) {
		t.Errorf("%v, want ErrArmored", err)
	}
}

func TestWriteErrors(t *testing.T) {
	full := errors.New("disk full")
	for _, format := range []string{"deb", "rpm"} {
		s := spec(format, "1.2.3")
		stage, folder := newStage(t)
		if err := stage.Add(t.Context(), s.Entries, 1); err != nil {
			t.Fatal(err)
		}
		before := staged(t, folder)
		if err := pack.Write(t.Context(), stage, s, refusing{full}); !errors.Is(err, full) {
			t.Errorf("%s: %v", format, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		s.Sign = func(io.Reader) ([]byte, error) { cancel(); return []byte("x"), nil }
		if err := pack.Write(ctx, stage, s, io.Discard); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: %v", format, err)
		}
		if after := staged(t, folder); after != before {
			t.Errorf("%d files in the stage, %d before", after, before)
		}
	}
}

type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }
