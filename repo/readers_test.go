package repo_test

import (
	"fmt"
	"testing"
	"time"

	"wain/fixtures/reader"
	"wain/repo"
)

// aptReader reads the suite bookworm with the house key's verification.
func aptReader(v *repo.Verifier, from reader.Source, now func() time.Time) *reader.Apt {
	return &reader.Apt{
		Source: from, Base: "apt", Suite: "bookworm", Now: now,
		Verify: func(message []byte) ([]byte, error) {
			text, _, err := v.Clear(message)
			return text, err
		},
		Detached: func(data, signature []byte) error {
			_, err := v.Detached(data, signature)
			return err
		},
	}
}

// yumReader reads the suite el9 with the house key's verification.
func yumReader(v *repo.Verifier, from reader.Source, now func() time.Time) *reader.Yum {
	return &reader.Yum{
		Source: from, Base: "yum/el9", Now: now,
		Verify: func(data, signature []byte) error {
			_, err := v.Detached(data, signature)
			return err
		},
	}
}

// good wants a view without faults.
func good(t *testing.T, when string, bad []reader.Fault) {
	t.Helper()
	for _, f := range bad {
		t.Errorf("%s: %s", when, f)
	}
}

// TestSlowReaders: what took InRelease or repomd.xml finishes within the day or three publishes that are promised,
// whichever is longer (cases 3, 5, 24).
func TestSlowReaders(t *testing.T) {
	dir := t.TempDir()
	v := verifier(t, key(t, house))
	type slow struct {
		at      time.Time
		number  int
		release *reader.Release
		repomd  *reader.Repomd
	}
	var readers []slow
	clock := noon
	now := func() time.Time { return clock }
	apt, yum := aptReader(v, reader.Folder(dir), now), yumReader(v, reader.Folder(dir), now)
	for i, step := range []time.Duration{0, time.Hour, 2 * time.Hour, 7 * time.Hour, time.Second, time.Second, 13 * time.Hour, 30 * time.Hour, time.Hour, 30 * time.Hour, 50 * time.Hour, 50 * time.Hour, time.Hour} {
		clock = clock.Add(step)
		o := options(t, dir, dist(t, deb(fmt.Sprintf("1.%d", i), "amd64"), rpm(fmt.Sprintf("1.%d", i), "amd64")))
		o.Time = clock
		publish(t, o)
		release, bad := apt.Open(t.Context())
		good(t, "InRelease", bad)
		repomd, bad := yum.Open(t.Context())
		good(t, "repomd.xml", bad)
		readers = append(readers, slow{clock, i, release, repomd})
		for _, r := range readers {
			// The last publish at which what the reader has was current, is the one before its successor.
			replaced := clock
			if r.number < i {
				replaced = readers[r.number+1].at
			}
			if i-r.number > 3 && clock.Sub(replaced) > 24*time.Hour {
				continue
			}
			when := fmt.Sprintf("publish %d, taken at %d, %s ago", i, r.number, clock.Sub(r.at))
			good(t, when, apt.Follow(t.Context(), r.release))
			good(t, when, yum.Follow(t.Context(), r.repomd))
		}
	}
}
