package deb_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"wain/fixtures"
)

const plainControl = "Package: example\nVersion: 1.2.3\nArchitecture: all\nMaintainer: Ops <ops@example.org>\nDescription: an example\n"

// arMember is one member of an archive that a test writes.
type arMember struct {
	name string
	data []byte
}

// arFile writes an ar archive as dpkg-deb does.
func arFile(members ...arMember) []byte {
	var b bytes.Buffer
	b.WriteString("!<arch>\n")
	for _, m := range members {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", m.name, 0, 0, 0, "100644", len(m.data))
		b.Write(m.data)
		if len(m.data)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

// plainDeb is a package with bare members and the given control file.
func plainDeb(control string) []byte {
	return arFile(formatMember(), arMember{"control.tar", controlTar("./control", control)}, arMember{"data.tar", tarFile()})
}

func formatMember() arMember { return arMember{"debian-binary", []byte("2.0\n")} }

// controlTar is a control member with a script beside the control file.
func controlTar(name, control string) []byte {
	return tarFile(
		tarEntry{"./", "", tar.TypeDir},
		tarEntry{"./postinst", "#!/bin/sh\n", tar.TypeReg},
		tarEntry{name, control, tar.TypeReg},
		tarEntry{"./md5sums", "", tar.TypeReg},
	)
}

type tarEntry struct {
	name, content string
	kind          byte
}

func tarFile(entries ...tarEntry) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o644, Size: int64(len(e.content)), ModTime: time.Unix(0, 0)}
		if e.kind == tar.TypeSymlink {
			h.Linkname, h.Size = e.content, 0
		}
		if err := w.WriteHeader(h); err != nil {
			panic(err)
		}
		if e.kind == tar.TypeReg {
			io.WriteString(w, e.content)
		}
	}
	w.Close()
	return b.Bytes()
}

// smallDictionary keeps tests fast: what tools ask for, 8 MiB, takes longer to
// allocate than all else.
const smallDictionary = 1 << 16

// compress stores data in one of the forms of deb(5).
func compress(t testing.TB, suffix string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch suffix {
	case "":
		return data
	case ".gz":
		w = gzip.NewWriter(&b)
	case ".xz":
		w, err = xz.WriterConfig{DictCap: smallDictionary}.NewWriter(&b)
	case ".zst":
		w, err = zstd.NewWriter(&b)
	case ".lzma":
		w, err = lzma.WriterConfig{DictCap: smallDictionary}.NewWriter(&b)
	case ".bz2":
		fixtures.NeedTool(t, "bzip2")
		c := exec.Command("bzip2", "-c")
		c.Stdin = bytes.NewReader(data)
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		return out
	default:
		t.Fatalf("no compression %q", suffix)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
