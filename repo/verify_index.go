package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"wain/repo/deb"
)

// An aptSuite is a suite while it is verified.
type aptSuite struct {
	v      *verification
	tree   tree
	file   string // Release or InRelease
	byHash bool
	listed map[string]vouched // by path in the suite's folder
	seen   map[string]*claim  // the suite's packages
	parsed map[string]bool    // plain indexes that were read
}

// list gathers what Release vouches for.
func (s *aptSuite) list(fields deb.Paragraph) {
	s.listed = map[string]vouched{}
	trusted := false
	for _, kind := range digestKinds() {
		field := fields.Get(kind)
		trusted = trusted || field != "" && strong(kind)
		for line := range strings.SplitSeq(field, "\n") {
			if err := s.listLine(kind, strings.Fields(line)); err != nil {
				s.v.find("release-malformed", s.file, "%s: line %q: %v", kind, line, err)
			}
		}
	}
	switch {
	case len(s.listed) == 0:
		s.v.find("release-malformed", s.file, "it lists no index")
	case !trusted:
		s.v.find("digest-weak", s.file, "indexes are listed with MD5 or SHA-1 alone: apt refuses them")
	}
}

// listLine takes one line of a digest field: digest, size, path.
func (s *aptSuite) listLine(kind string, words []string) error {
	if len(words) == 0 {
		return nil
	}
	if len(words) != 3 || !isDigest(kind, strings.ToLower(words[0])) {
		return fmt.Errorf("no digest, size and path")
	}
	size, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil || size < 0 {
		return fmt.Errorf("the size is no number")
	}
	name := path.Clean(words[2])
	if escapes(name) {
		return fmt.Errorf("the path leads out of the suite")
	}
	if have, ok := s.listed[name]; ok {
		if have.size != size || have.sums[kind] != "" {
			return fmt.Errorf("the path is listed before with another size or digest")
		}
		have.sums[kind] = strings.ToLower(words[0])
		return nil
	}
	s.listed[name] = vouched{size: size, sums: map[string]string{kind: strings.ToLower(words[0])}}
	return nil
}

// packings are the suffixes of what apt can unpack, the plain form first.
func packings() []string { return []string{"", ".gz", ".zst", ".xz", ".bz2", ".lzma"} }

// stems are the listed indexes without the suffixes of their forms, in order.
func (s *aptSuite) stems() []string {
	stems := map[string]bool{}
	for name := range s.listed {
		for _, suffix := range packings()[1:] {
			if cut, ok := strings.CutSuffix(name, suffix); ok && path.Base(name) != suffix {
				name = cut
				break
			}
		}
		stems[name] = true
	}
	var names []string
	for name := range stems {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// has reports whether an index is listed in any form.
func (s *aptSuite) has(stem string) bool {
	return slices.ContainsFunc(packings(), func(suffix string) bool { _, ok := s.listed[stem+suffix]; return ok })
}

// holdsPackages reports whether apt installs from an index.
func holdsPackages(stem string) bool { return path.Base(stem) == "Packages" }

// verifyStem checks an index in all its forms. The plain one may be listed alone, and its other forms be there.
func (s *aptSuite) verifyStem(ctx context.Context, stem string) error {
	plain, plainListed := s.listed[stem]
	if holdsPackages(stem) && !plainListed {
		s.v.find("plain-index-unlisted", s.file, "%s is listed in compressed form alone: apt sees no package in it, and says nothing", stem)
	}
	found := 0
	for _, suffix := range packings() {
		form, ok := s.listed[stem+suffix]
		if !ok {
			continue
		}
		want := &plain
		if !plainListed {
			want = nil
		}
		there, err := s.verifyForm(ctx, stem, suffix, form, want)
		if err != nil {
			return err
		}
		if there {
			found++
		} else if suffix != "" {
			s.v.find("index-missing", path.Join(s.tree.folder, stem+suffix), "%s lists it", path.Base(s.file))
		}
	}
	if found == 0 && plainListed && !s.anyPacked(stem) {
		s.v.find("index-missing", path.Join(s.tree.folder, stem), "%s lists it", path.Base(s.file))
	}
	return nil
}

func (s *aptSuite) anyPacked(stem string) bool {
	return slices.ContainsFunc(packings()[1:], func(suffix string) bool { _, ok := s.listed[stem+suffix]; return ok })
}

// verifyForm checks one form of an index in its place and by its hash, and reads the packages in it once. Without the
// canonical name, the one by hash will do for clients of a repository that has them.
func (s *aptSuite) verifyForm(ctx context.Context, stem, suffix string, form vouched, plain *vouched) (bool, error) {
	file := path.Join(s.tree.folder, stem+suffix)
	there, err := s.verifyFile(ctx, file, stem, suffix, form, plain)
	if err != nil || !s.byHash {
		return there, err
	}
	kind, sum := strongest(form)
	hashed := path.Join(path.Dir(file), "by-hash", kind, sum)
	if !there && suffix == "" {
		return false, nil // a plain form that is not stored needs no second name
	}
	found, f, err := s.v.scan(ctx, hashed, "", form, vouched{size: -1}, nil)
	switch {
	case err != nil:
		return there, err
	case !found:
		s.v.find("by-hash-missing", hashed, "Acquire-By-Hash is set, and apt asks for %s here", stem+suffix)
	case f != nil:
		s.v.find(f.rule, hashed, "%s", f.text)
	case !there && !s.v.ours:
		return s.verifyFile(ctx, hashed, stem, suffix, form, plain)
	}
	return there, nil
}

func strongest(form vouched) (kind, sum string) {
	for _, kind := range digestKinds() {
		if form.sums[kind] != "" {
			return kind, form.sums[kind]
		}
	}
	return "", ""
}

func isStoreError(err error) bool {
	var failed storeError
	var limit *LimitError
	return errors.As(err, &failed) || errors.As(err, &limit)
}

// verifyFile checks the bytes of one file, and takes what it says of packages unless another form did.
func (s *aptSuite) verifyFile(ctx context.Context, file, stem, suffix string, form vouched, plain *vouched) (bool, error) {
	want := vouched{size: -1}
	if plain != nil {
		want = *plain
	}
	var read *batch
	found, f, err := s.v.scan(ctx, file, suffix, form, want, s.parser(stem, suffix, file, &read))
	if !found || err != nil {
		return found, err
	}
	switch {
	case f != nil:
		s.v.find(f.rule, file, "%s", f.text)
	case read != nil:
		s.parsed[stem] = true
		s.v.duplicates(read, s.seen)
		return true, s.v.take(read)
	}
	return true, nil
}

// parser returns what reads an index, nil for one of another kind or one that was read already.
func (s *aptSuite) parser(stem, suffix, file string, into **batch) func(io.Reader) error {
	var read func(tree, string, io.Reader) (*batch, error)
	switch {
	case s.parsed[stem] || suffix == ".lzma":
		return nil
	case holdsPackages(stem):
		read = s.v.packagesIndex
	case path.Base(stem) == "Sources":
		read = s.v.sourcesIndex
	default:
		return nil
	}
	return func(r io.Reader) (err error) {
		*into, err = read(s.tree, file, r)
		return err
	}
}
