package pack

import (
	"strings"

	"github.com/goreleaser/nfpm/v2"
)

// completeDeb adds what only a deb has.
func completeDeb(info *nfpm.Info, s *Spec, work string) error {
	scripts, err := writeScripts(s, work)
	if err != nil {
		return err
	}
	info.Scripts.PostInstall = scripts["postinst"]
	info.Scripts.PreRemove = scripts["prerm"]
	info.Scripts.PostRemove = scripts["postrm"]

	first, _ := synopsis(s)
	info.Description = first + "\n" + strings.Join(description(s), "\n")
	info.Section = "python"
	info.Priority = "optional"
	info.Deb.Arch = s.Arch
	info.Deb.Compression = compression(s.Compression)
	info.Deb.Fields = map[string]string{
		"Wain-Target": s.Target,
		"Wain-Suite":  s.Suite,
	}
	return nil
}

// compression gives nfpm's setting. The levels are where each method stops
// getting much smaller and starts getting much slower; xz has none to set.
func compression(method string) string {
	switch method {
	case "zstd":
		return "zstd:3"
	case "gzip":
		return "gzip:6"
	}
	return method
}
