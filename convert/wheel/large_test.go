package wheel_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"wain/convert/wheel"
)

// TestLarge has files of a .dist-info folder that no tool writes: success or an
// error, in bounded memory and time.
func TestLarge(t *testing.T) {
	const head = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
	body := strings.Repeat(strings.Repeat("y", 79)+"\n", 50<<20/80)
	const digest = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	var rows strings.Builder
	for i := range 1_000_000 {
		fmt.Fprintf(&rows, "a/b%d.py,sha256=%s,1\n", i, digest)
	}
	tests := map[string]struct {
		rule string // "" for success
		try  func() error
	}{
		"a METADATA of 50 MB": {"dist-info-size", func() error { _, err := open(withInfo("METADATA", head+"\n"+body)); return err }},
		"a METADATA of 50 MB, parsed": {"", func() error {
			md, _, err := wheel.ParseMetadata([]byte(head + "\n" + body))
			if err == nil && len(md.Description) != len(body) {
				err = fmt.Errorf("a description of %d bytes", len(md.Description))
			}
			return err
		}},
		"an entry_points.txt of 50 MB": {"dist-info-size", func() error { _, err := open(withInfo("entry_points.txt", "#"+body)); return err }},
		"a million-row RECORD": {"dist-info-size", func() error {
			_, err := open(withRecord(func(text string) string { return text + rows.String() }))
			return err
		}},
		"a million-row RECORD, parsed": {"", func() error {
			list, err := wheel.ParseRecord([]byte(rows.String()))
			if err == nil && len(list) != 1_000_000 {
				err = fmt.Errorf("%d rows", len(list))
			}
			return err
		}},
		"a marker of a megabyte": {"metadata-requires-dist", func() error {
			_, err := open(withInfo("METADATA", head+"Requires-Dist: p; "+strings.Repeat("os_name == 'x' or ", 60_000)+"os_name == 'y'\n"))
			return err
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			err := test.try()
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if allocated := (after.TotalAlloc - before.TotalAlloc) >> 20; allocated > 1000 || took > 20*time.Second {
				t.Errorf("%v, %d MB allocated", took, allocated)
			}
			if test.rule == "" && err != nil {
				t.Errorf("%.300s", err)
			}
			if test.rule != "" {
				refused(t, err, test.rule)
			}
		})
	}
}
