package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// An indexed tells of the files of a tree that list its packages.
type indexed struct {
	primary string // yum: the one file
	release string // apt: the text that lists them
}

// judge refuses a tree of which packages may have been lost in reading: they would be lost to its readers as well. Of
// what else is wrong it is said that it is.
func (s *scan) judge(ctx context.Context, t tree, v *verification, x indexed) error {
	var errs []error
	for _, f := range v.sorted() {
		if t.aliased(f.Path) {
			continue // the same once more
		}
		lost, err := s.loses(ctx, t, f, x)
		switch {
		case err != nil:
			return err
		case lost:
			errs = append(errs, &AdoptError{f.Path, fmt.Errorf("%s: %s", f.Rule, f.Detail)})
		case strings.HasPrefix(f.Rule, "index-"), strings.HasPrefix(f.Rule, "repomd-"), strings.HasPrefix(f.Rule, "release-"),
			f.Rule == "package-count", f.Rule == "location-elsewhere", f.Rule == "path-escape":
			s.left = append(s.left, fmt.Sprintf("%s: %s", f.Path, f.Detail))
		}
	}
	return errors.Join(errs...)
}

// aliased reports whether a file belongs to another name of the suite.
func (t tree) aliased(name string) bool {
	return slices.ContainsFunc(t.aliases, func(alias string) bool {
		return strings.HasPrefix(name, path.Join(t.base, "dists", alias)+"/")
	})
}

// loses reports whether a finding means that packages of the tree were not read.
func (s *scan) loses(ctx context.Context, t tree, f Finding, x indexed) (bool, error) {
	switch f.Rule {
	case "release-missing", "release-malformed", "repomd-missing", "repomd-malformed":
		return true, nil
	case "repomd-duplicate-type":
		return strings.Contains(f.Detail, `"primary"`), nil
	case "index-missing":
		there, err := s.elsewhere(ctx, t, f.Path, x)
		return x.holds(t, f.Path) && !there, err
	case "index-differs", "index-malformed", "index-xz-streams", "stanza-incomplete":
		return x.holds(t, f.Path), nil
	case "location-elsewhere", "path-escape":
		return x.holds(t, f.Path) || path.Base(f.Path) == "repomd.xml" && strings.HasPrefix(f.Detail, "primary "), nil
	}
	return false, nil
}

// holds reports whether packages are listed in a file.
func (x indexed) holds(t tree, name string) bool {
	if t.format == formatYum {
		return name == x.primary
	}
	stem, _, _ := strings.Cut(path.Base(name), ".")
	return stem == "Packages" && !strings.Contains(name, "/by-hash/")
}

// elsewhere reports whether an apt index that is gone is there in another form, or lists nothing.
func (s *scan) elsewhere(ctx context.Context, t tree, name string, x indexed) (bool, error) {
	if t.format == formatYum {
		return false, nil
	}
	base, _, _ := strings.Cut(path.Base(name), ".")
	stem := path.Join(path.Dir(name), base)
	for line := range strings.SplitSeq(x.release, "\n") {
		words := strings.Fields(line)
		if len(words) != 3 {
			continue
		}
		file := path.Join(t.folder, words[2])
		if file != stem && !(strings.HasPrefix(file, stem+".") && slices.Contains(packings(), file[len(stem):])) {
			continue
		}
		if file == stem && words[1] == "0" {
			return true, nil
		}
		_, err := s.now.at.Size(ctx, file)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

// signatures looks at who signed a tree that the state does not know: its hosts trust that key alone.
func (s *scan) signatures(ctx context.Context, t tree) error {
	if s.known(t) != nil {
		return nil // the state knows the keys
	}
	names := []string{"InRelease", "Release.gpg"}
	if t.format == formatYum {
		names = []string{"repomd.xml.asc"}
	}
	served, err := readBounded(ctx, s.now.at, "key.asc", maxKeyFile)
	if err != nil {
		return err
	}
	signed := ""
	for _, name := range names {
		file := path.Join(t.folder, name)
		signature, err := readBounded(ctx, s.now.at, file, maxReleaseSize)
		if err != nil {
			return err
		}
		if signature == nil {
			continue
		}
		signed = file
		if signer := s.options.Signer; signer != nil && (bytes.Equal(served, signer.PublicArmored) || signer.issuedBy(signature)) {
			return nil
		}
	}
	switch {
	case signed == "", s.options.Signer == nil && !s.options.Unsigned: // a dry run
		return nil
	case s.options.Signer == nil:
		return fmt.Errorf("take over %s: %w", signed, ErrSigned)
	}
	s.left = append(s.left, fmt.Sprintf("%s is not by the key that signs from now on: hosts refuse the repository until they have that key (%s)",
		signed, strings.Join(s.options.Signer.Fingerprints, ", ")))
	return nil
}
