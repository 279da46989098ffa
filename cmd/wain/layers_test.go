package main_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers says which of our own packages each package may import. Imports go
// downwards only; convert and repo meet at the package file alone.
var layers = map[string][]string{
	"wain/cmd/wain": {"wain/convert", "wain/convert/elf", "wain/convert/pep", "wain/convert/index", "wain/convert/index/auth", "wain/convert/index/pipconf", "wain/convert/index/simple", "wain/convert/lock", "wain/convert/pack", "wain/convert/sdist", "wain/convert/target", "wain/convert/venv", "wain/convert/wheel", "wain/repo", "wain/repo/store", "wain/sign"},

	"wain/convert":        {"wain/convert/egg", "wain/convert/elf", "wain/convert/index", "wain/convert/index/cache", "wain/convert/lock", "wain/convert/pack", "wain/convert/pep", "wain/convert/sdist", "wain/convert/target", "wain/convert/venv", "wain/convert/wheel"},
	"wain/convert/pack":   {"wain/convert/pep", "wain/convert/venv"},
	"wain/convert/venv":   {"wain/convert/pep", "wain/convert/target", "wain/convert/wheel"},
	"wain/convert/wheel":  {"wain/convert/pep"},
	"wain/convert/lock":   {"wain/convert/pep"},
	"wain/convert/egg":    {"wain/convert/pep", "wain/convert/wheel"},
	"wain/convert/sdist":  {"wain/convert/pep"},
	"wain/convert/index":  {"wain/convert/index/cache", "wain/convert/index/simple", "wain/convert/pep"},
	"wain/convert/target": {"wain/convert/pep"},
	"wain/convert/elf":    {},
	"wain/convert/pep":    {},

	"wain/convert/index/auth":    {},
	"wain/convert/index/cache":   {},
	"wain/convert/index/pipconf": {},
	"wain/convert/index/simple":  {"wain/convert/pep"},

	"wain/repo":       {"wain/repo/apt", "wain/repo/deb", "wain/repo/frame", "wain/repo/page", "wain/repo/rpm", "wain/repo/store", "wain/repo/yum"},
	"wain/repo/apt":   {"wain/repo/deb"},
	"wain/repo/yum":   {"wain/repo/rpm"},
	"wain/repo/deb":   {"wain/repo/frame"},
	"wain/repo/frame": {},
	"wain/repo/page":  {},
	"wain/repo/rpm":   {},
	"wain/repo/store": {},

	"wain/sign": {},
}

// doors names the only packages that may import a heavy module.
var doors = map[string][]string{
	"github.com/spf13/cobra":             {"wain/cmd/wain"},
	"github.com/goreleaser/nfpm":         {"wain/convert/pack"},
	"github.com/ProtonMail/go-crypto":    {"wain/sign"},
	"github.com/sassoftware/go-rpmutils": {}, // an oracle of tests
	"github.com/pelletier/go-toml":       {"wain/convert/lock"},
	"golang.org/x/net/html":              {"wain/convert/index/simple"},
	"github.com/aws":                     {"wain/repo/store"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestLayers(t *testing.T) {
	for _, p := range goList(t) {
		if strings.HasPrefix(p.ImportPath, "wain/fixtures") || strings.HasSuffix(p.ImportPath, "/storetest") {
			continue
		}
		allowed, known := layers[p.ImportPath]
		if !known {
			t.Errorf("%s has no row in the table of layers", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, "wain/") && !slices.Contains(allowed, imported) {
				t.Errorf("%s imports %s, which its layer does not allow", p.ImportPath, imported)
			}
			for module, users := range doors {
				if strings.HasPrefix(imported, module) && !slices.Contains(users, p.ImportPath) {
					t.Errorf("%s imports %s; the door to it is %v", p.ImportPath, imported, users)
				}
			}
		}
	}
}

func TestLayersNameExistingPackages(t *testing.T) {
	listed := map[string]bool{}
	for _, p := range goList(t) {
		listed[p.ImportPath] = true
	}
	for name := range layers {
		if !listed[name] {
			t.Errorf("the table of layers names %s, which does not exist", name)
		}
	}
}

func goList(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "wain/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []goPackage
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
