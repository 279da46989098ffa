package convert_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
)

// A pin that names a URL leaves a direct_url.json (PEP 610), without
// credentials; one that names a path leaves none, and neither does one by name.
func TestDirectURL(t *testing.T) {
	fixtures.NeedTool(t, "dpkg-deb")
	hash := func(b *bench) string {
		_, hash, found := strings.Cut(fixtures.Requirements(b.t, "shouting"), "--hash=sha256:")
		if !found {
			b.t.Fatal("no hash of shouting")
		}
		return strings.TrimSpace(hash)
	}
	pins := map[string]func(b *bench, place string) string{
		"url": func(b *bench, place string) string {
			return "shouting @ file://user:sesame@localhost" + place + "#egg=shouting"
		},
		"path": func(b *bench, place string) string { return place },
		"name": func(b *bench, place string) string { return "shouting==1.4" },
	}
	for name, pin := range pins {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			place := b.path("wheelhouse/" + fixtures.WheelFilename("shouting"))
			text := fixtures.Requirements(t, "acme_clock", "acme_words", "greetings", "scripttool", "sharedata")
			text = strings.ReplaceAll(text, "greetings==", "greetings[loud]==")
			b.write("requirements.txt", []byte(fmt.Sprintf("%s%s --hash=sha256:%s\n", text, pin(b, place), hash(b))))
			deb := build(t, b.options("debian12")).Packages[0].Path
			const file = "./opt/venvs/myproject/lib/python3.11/site-packages/shouting-1.4.dist-info/direct_url.json"
			out, err := exec.Command("sh", "-c", `dpkg-deb --fsys-tarfile "$0" | tar -xO "$1"`, deb, file).Output()
			if name != "url" {
				if err == nil {
					t.Errorf("it has %s", out)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			want := map[string]any{
				"url": "file://localhost" + place,
				"archive_info": map[string]any{
					"hash":   "sha256=" + hash(b),
					"hashes": map[string]any{"sha256": hash(b)},
				},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
