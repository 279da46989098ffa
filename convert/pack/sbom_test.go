package pack_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wain/convert/pack"
	"wain/fixtures"
)

// bill is the SBOM inside the package that s describes.
func bill(t *testing.T, s pack.Spec) []byte {
	t.Helper()
	fixtures.NeedTool(t, "dpkg-deb")
	deb := filepath.Join(t.TempDir(), "x.deb")
	if err := os.WriteFile(deb, write(t, s), 0o644); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command("sh", "-c", `dpkg-deb --fsys-tarfile "$0" | tar -xO ./usr/share/doc/python-myproject/sbom.cdx.json`, deb).Output()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The reference's strict validator takes the document, whatever the metadata of
// strangers say.
func TestSBOMIsValid(t *testing.T) {
	s := spec("deb", "1.2.3")
	s.Components = append(s.Components,
		pack.Component{Project: "Odd.Name", Version: "1!2.0+local.1", LicenseText: "My own\nlicence <\"&>\x1b", SHA256: strings.Repeat("0a", 32), Filename: "odd_name-1!2.0+local.1-py3-none-any.whl"},
		pack.Component{Project: "built", Version: "2.0", License: "MIT OR (Apache-2.0 AND BSD-3-Clause)", Built: "from sdist sha256:00 by uv 0.13.8"},
		pack.Component{Project: "vcs", Version: "3.0", License: "not a licence (", Origin: "git+https://git.example.org/vcs@abc"},
	)
	text := bill(t, s)
	cmd := exec.Command(fixtures.PythonTool(t, "cyclonedx", "python"), filepath.Join("testdata", "validate_sbom.py"))
	cmd.Stdin = bytes.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, text)
	}
}

// What was not simply downloaded says so.
func TestSBOMTellsWhereWheelsComeFrom(t *testing.T) {
	s := spec("deb", "1.2.3")
	s.Components[1].Filename, s.Components[1].SHA256 = "requests-2.32.3-py3-none-any.whl", strings.Repeat("0a", 32)
	s.Components[1].Built, s.Components[1].Origin = "from sdist sha256:00 by uv 0.13.8", "git+https://git.example.org/requests"
	var doc struct {
		Components []struct {
			PURL       string
			Hashes     []struct{ Alg, Content string }
			Properties []struct{ Name, Value string }
		}
	}
	if err := json.Unmarshal(bill(t, s), &doc); err != nil {
		t.Fatal(err)
	}
	c := doc.Components[1]
	said := map[string]string{}
	for _, p := range c.Properties {
		said[p.Name] = p.Value
	}
	if c.PURL != "pkg:pypi/requests@2.32.3" || len(c.Hashes) != 1 || c.Hashes[0].Alg != "SHA-256" || c.Hashes[0].Content != s.Components[1].SHA256 ||
		said["wain:built"] != s.Components[1].Built || said["wain:origin"] != s.Components[1].Origin || said["wain:filename"] != s.Components[1].Filename {
		t.Errorf("the document says %+v", c)
	}
}
