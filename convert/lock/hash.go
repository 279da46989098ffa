package lock

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Hash is a digest that a lock allows for a file.
type Hash struct {
	Algorithm string // sha256, sha384 or sha512
	Hex       string // lower case
}

func (h Hash) String() string { return h.Algorithm + ":" + h.Hex }

// ParseHash reads "sha256:0123…". Only sha256, sha384 and sha512 are allowed,
// and the digest must have their length; its case does not matter.
func ParseHash(s string) (Hash, error) {
	algorithm, digest, ok := strings.Cut(s, ":")
	if !ok {
		return Hash{}, fmt.Errorf("a hash is written sha256:…, not %s", quote(s))
	}
	size := digestSize(algorithm)
	if size == 0 {
		return Hash{}, fmt.Errorf("hashes by %s are not accepted, only sha256, sha384 and sha512", quote(algorithm))
	}
	digest = strings.ToLower(digest)
	if _, err := hex.DecodeString(digest); err != nil || len(digest) != size {
		return Hash{}, fmt.Errorf("a %s hash has %d hexadecimal digits, not %s", algorithm, size, quote(digest))
	}
	return Hash{algorithm, digest}, nil
}

// digestSize is the number of hexadecimal digits of an algorithm's digest, 0 for
// one that is not accepted.
func digestSize(algorithm string) int {
	switch algorithm {
	case "sha256":
		return 64
	case "sha384":
		return 96
	case "sha512":
		return 128
	}
	return 0
}

// sortHashes sorts and drops repetitions, in place.
func sortHashes(hashes []Hash) []Hash {
	slices.SortFunc(hashes, func(a, b Hash) int {
		return cmp.Or(cmp.Compare(a.Algorithm, b.Algorithm), cmp.Compare(a.Hex, b.Hex))
	})
	return slices.Compact(hashes)
}

// bothAllow gives the hashes that two lists allow together; a list without any
// allows all.
func bothAllow(a, b []Hash) []Hash {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	var both []Hash
	for _, h := range a {
		if slices.Contains(b, h) {
			both = append(both, h)
		}
	}
	return both
}
