package yum

import (
	"cmp"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// Carried reports whether a publisher that adopts a repository keeps the files
// of a type, as they are, over its own publishes: updateinfo, group and its
// forms, modules, productid and all that is unknown. Not kept is what repeats
// the packages and would be out of date at once: primary, filelists and other
// themselves, which are rendered anew, their databases (primary_db and so on),
// their zchunk forms (primary_zck), and filelists-ext.
func Carried(kind string) bool {
	base := kind
	for _, form := range []string{"_db", "_zck", "_gz", "_xz", "_zst"} {
		base = strings.TrimSuffix(base, form)
	}
	switch base {
	case "primary", "filelists", "other", "filelists-ext":
		return false
	}
	return true
}

// Check returns an error unless stored is what the entry vouches for.
func (d *Data) Check(stored []byte) error {
	if d.Size >= 0 && int64(len(stored)) != d.Size {
		return fmt.Errorf("%d bytes, and repomd.xml says %d", len(stored), d.Size)
	}
	h := newHash(d.ChecksumType)
	if h == nil {
		return fmt.Errorf("the checksum type %q is unknown", d.ChecksumType)
	}
	h.Write(stored)
	if got := hex.EncodeToString(h.Sum(nil)); got != d.Checksum {
		return fmt.Errorf("its %s is %s, and repomd.xml says %s", cmp.Or(d.ChecksumType, "sha256"), got, d.Checksum)
	}
	return nil
}

// newHash knows the names that createrepo and createrepo_c have used.
func newHash(kind string) hash.Hash {
	switch kind {
	case "", "sha256":
		return sha256.New()
	case "md5":
		return md5.New()
	case "sha", "sha1":
		return sha1.New()
	case "sha224":
		return sha256.New224()
	case "sha384":
		return sha512.New384()
	case "sha512":
		return sha512.New()
	}
	return nil
}
