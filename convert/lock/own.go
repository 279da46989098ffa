package lock

import (
	"os"
	"path/filepath"

	"wain/convert/pep"
)

// projectName is the name of the project in a folder, normalised; "" where its
// pyproject.toml does not say it.
func projectName(folder string) string {
	path := filepath.Join(folder, "pyproject.toml")
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, p := load(path, maxSize)
	if p != nil {
		return ""
	}
	var d struct {
		Project struct {
			Name string `toml:"name"`
		} `toml:"project"`
		Tool struct {
			Poetry struct {
				Name string `toml:"name"`
			} `toml:"poetry"`
		} `toml:"tool"`
	}
	if issues := decodeTOML(path, f.data, &d); len(issues) > 0 {
		return ""
	}
	name := d.Project.Name
	if name == "" {
		name = d.Tool.Poetry.Name
	}
	if !pep.ValidName(name) {
		return ""
	}
	return pep.Normalize(name)
}
