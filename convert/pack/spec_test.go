package pack_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"wain/convert/pack"
	"wain/convert/venv"
)

func TestFilename(t *testing.T) {
	for _, c := range []struct {
		s    pack.Spec
		want string
	}{
		{pack.Spec{Format: "deb", Name: "python-x", Version: "1.2.3", Arch: "amd64"}, "python-x_1.2.3_amd64.deb"},
		{pack.Spec{Format: "deb", Name: "python-x", Epoch: "1", Version: "1.0~rc1", Release: "2", Arch: "all"}, "python-x_1.0~rc1-2_all.deb"},
		{pack.Spec{Format: "rpm", Name: "python-x", Epoch: "1", Version: "1.2.3", Release: "1.el9", Arch: "x86_64"}, "python-x-1.2.3-1.el9.x86_64.rpm"},
	} {
		if got := c.s.Filename(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestRefusals breaks one rule at a time. Each error must name the field, and
// nothing may be written.
func TestRefusals(t *testing.T) {
	file := func(p string, mode fs.FileMode) venv.Entry {
		e := tree(map[string]string{"/x": "x"})[0]
		e.Path, e.Mode = p, mode
		return e
	}
	add := func(entries ...venv.Entry) func(*pack.Spec) {
		return func(s *pack.Spec) { s.Entries = append(s.Entries, entries...) }
	}
	for _, c := range []struct {
		name, field string
		change      func(*pack.Spec)
	}{
		{"format", "Format", func(s *pack.Spec) { s.Format = "apk" }},
		{"no name", "Name", func(s *pack.Spec) { s.Name = "" }},
		{"upper-case name", "Name", func(s *pack.Spec) { s.Name = "Bad_Name" }},
		{"short name", "Name", func(s *pack.Spec) { s.Name = "x" }},
		{"name with a folder", "Name", func(s *pack.Spec) { s.Name = "../x" }},
		{"long name", "Filename", func(s *pack.Spec) { s.Name = strings.Repeat("x", 300) }},
		{"version with a revision", "Version", func(s *pack.Spec) { s.Version = "1.2-3" }},
		{"version with an epoch", "Version", func(s *pack.Spec) { s.Version = "1:2" }},
		{"version without a digit", "Version", func(s *pack.Spec) { s.Version = "v1" }},
		{"version with a line", "Version", func(s *pack.Spec) { s.Version = "1\nEvil: 1" }},
		{"no version", "Version", func(s *pack.Spec) { s.Version = "" }},
		{"release", "Release", func(s *pack.Spec) { s.Release = "1-1" }},
		{"no release in an rpm", "Release", func(s *pack.Spec) { s.Format, s.Release = "rpm", "" }},
		{"epoch zero", "Epoch", func(s *pack.Spec) { s.Epoch = "0" }},
		{"epoch too large", "Epoch", func(s *pack.Spec) { s.Epoch = "2147483648" }},
		{"epoch far too large", "Epoch", func(s *pack.Spec) { s.Epoch = "99999999999" }},
		{"architecture", "Arch", func(s *pack.Spec) { s.Arch = "x86 64" }},
		{"deb architecture", "Arch", func(s *pack.Spec) { s.Arch = "x86_64" }},
		{"no time", "Time", func(s *pack.Spec) { s.Time = time.Time{} }},
		{"early time", "Time", func(s *pack.Spec) { s.Time = time.Unix(-1, 0) }},
		{"late time", "Time", func(s *pack.Spec) { s.Time = time.Unix(1<<32, 0) }},
		{"compression", "Compression", func(s *pack.Spec) { s.Compression = "zstd:19" }},
		{"target", "Target", func(s *pack.Spec) { s.Target = "x\ny" }},
		{"suite", "Suite", func(s *pack.Spec) { s.Suite = "" }},
		{"python", "Python", func(s *pack.Spec) { s.Python = "3.11; rm" }},
		{"interpreter", "PythonPath", func(s *pack.Spec) { s.PythonPath = "/usr/bin/python$(id)" }},
		{"interpreter above", "PythonPath", func(s *pack.Spec) { s.PythonPath = "/usr/../bin/python" }},
		{"quoted folder", "Dir", func(s *pack.Spec) { s.Dir = "/opt/venvs/it's" }},
		{"folder with a blank", "Dir", func(s *pack.Spec) { s.Dir = "/opt/venvs/a b" }},
		{"system folder", "Dir", func(s *pack.Spec) { s.Dir = "/usr/lib" }},
		{"folder that is a link", "Dir", func(s *pack.Spec) { s.Dir = "/lib/venvs/app" }},
		{"folder of the kernel", "Dir", func(s *pack.Spec) { s.Dir = "/proc/app" }},
		{"top folder", "Dir", func(s *pack.Spec) { s.Dir = "/opt" }},
		{"relative folder", "Dir", func(s *pack.Spec) { s.Dir = "opt/venvs" }},
		{"folder above", "Dir", func(s *pack.Spec) { s.Dir = "/opt/.." }},
		{"option for a folder", "Dir", func(s *pack.Spec) { s.Dir = "/opt/-rf" }},
		{"bytecode for a folder", "Dir", func(s *pack.Spec) { s.Dir = "/opt/__pycache__/x" }},
		{"rpm relation in a deb", "Depends", func(s *pack.Spec) { s.Depends = []string{"python(abi) = 3.11"} }},
		{"two relations", "Depends", func(s *pack.Spec) { s.Depends = []string{"a1, b1"} }},
		{"a line in a relation", "Depends", func(s *pack.Spec) { s.Depends = []string{"aa\nEvil: 1"} }},
		{"relation without a blank", "Provides", func(s *pack.Spec) { s.Provides = []string{"aa(= 1)"} }},
		{"deb relation in an rpm", "Depends", func(s *pack.Spec) {
			s.Format, s.Arch, s.Release, s.Depends = "rpm", "noarch", "1", []string{"foo (>= 1)"}
		}},
		{"open parenthesis in an rpm", "Depends", func(s *pack.Spec) {
			s.Format, s.Arch, s.Release, s.Depends = "rpm", "noarch", "1", []string{"(a or (b)"}
		}},
		{"component", "Components", func(s *pack.Spec) { s.Components[1].Project = "x\nFiles: *" }},

		{"path-escape", "path", add(file(dir+"/../../../etc/x", 0o644))},
		{"relative path", "path", add(file("etc/x", 0o644))},
		{"path elsewhere", "path", add(file("/etc", fs.ModeDir|0o755), file("/etc/x", 0o644))},
		{"path with a line", "path", add(file(dir+"/a\nb", 0o644))},
		{"path that is not UTF-8", "path", add(file(dir+"/a\xff", 0o644))},
		{"name that dpkg cannot unpack", "path", add(file(dir+"/"+strings.Repeat("n", 247), 0o644))},
		{"path that dpkg cannot unpack", "path", add(file(dir+strings.Repeat("/"+strings.Repeat("n", 199), 21), 0o644))},
		{"same path twice", "path", add(file(dir+"/pyvenv.cfg", 0o644))},
		{"folder not in the tree", "path", add(file(dir+"/not/there", 0o644))},
		{"file in a file", "path", add(file(dir+"/pyvenv.cfg/x", 0o644))},
		{"empty folder", "path", add(file(dir+"/void", fs.ModeDir|0o755))},
		{"bytecode", "path", add(file(site+"/__pycache__", fs.ModeDir|0o755), file(site+"/__pycache__/x.pyc", 0o644))},
		{"file in /usr/bin", "path", add(file("/usr/bin/x", 0o755))},
		{"set-id", "path", add(file(dir+"/x", 0o755|fs.ModeSetuid))},
		{"group-writable", "path", add(file(dir+"/x", 0o664))},
		{"secret", "path", add(file(dir+"/x", 0o600))},
		{"device", "path", add(file(dir+"/x", fs.ModeDevice|0o644))},
		{"folder mode", "path", add(file(dir+"/d", fs.ModeDir|0o700), file(dir+"/d/x", 0o644))},
		{"link to nothing", "path", add(venv.Entry{Path: dir + "/x", Mode: fs.ModeSymlink | 0o777})},
		{"link with a line", "path", add(venv.Entry{Path: dir + "/x", Mode: fs.ModeSymlink | 0o777, Link: "a\nb"})},
		{"no body", "path", add(venv.Entry{Path: dir + "/x", Mode: 0o644})},
		{"environment is a link", "path", func(s *pack.Spec) {
			s.Entries = s.Entries[:2]
			s.Entries = append(s.Entries, venv.Entry{Path: dir, Mode: fs.ModeSymlink | 0o777, Link: "x"})
		}},
		{"too large", "Entries", func(s *pack.Spec) {
			s.Format, s.Arch, s.Release, s.Depends = "rpm", "noarch", "1", nil
			e := file(dir+"/huge", 0o644)
			e.Size = 1 << 32
			s.Entries = append(s.Entries, e)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := spec("deb", "1.2.3")
			c.change(&s)
			stage, _ := newStage(t)
			var out strings.Builder
			err := pack.Write(t.Context(), stage, s, &out)
			var e *pack.SpecError
			if !errors.As(err, &e) {
				t.Fatalf("%v, want a *SpecError", err)
			}
			for _, issue := range e.Issues {
				if issue.Field == c.field {
					if out.Len() > 0 {
						t.Error("something was written")
					}
					return
				}
			}
			t.Errorf("%v, want an issue of %s", err, c.field)
		})
	}
}

func TestRefusalsTogether(t *testing.T) {
	s := spec("deb", "1.2.3")
	s.Name, s.Version, s.Arch = "X", "v", ""
	_, err := tryWrite(t, t.TempDir(), s)
	var e *pack.SpecError
	if !errors.As(err, &e) || len(e.Issues) != 3 || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("%v, want three issues, one a line", err)
	}
}

func TestRelations(t *testing.T) {
	for format, relations := range map[string][]string{
		"deb": {"python3.11", "libc6 (>= 2.34)", "libglib2.0-0t64 | libglib2.0-0", "libstdc++6 (>= 9)", "a1:any", "a1 (<< 1:2~) | b1 (= 3-1)"},
		"rpm": {
			"python(abi) = 3.11", "/usr/bin/python3.11", "libc.so.6(GLIBC_2.34)(64bit)", "rtld(GNU_HASH)", "libc.so.6()(64bit)",
			"(libA or libB >= 2)", "foo >= 1:2.0~rc1-3.el9", "ld-linux-x86-64.so.2()(64bit)", "python3dist(x[extra])", "libstdc++",
		},
	} {
		s := spec(format, "1.2.3")
		s.Depends = relations
		if _, err := tryWrite(t, t.TempDir(), s); err != nil {
			t.Error(err)
		}
	}
}
