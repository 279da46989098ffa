package repo

import (
	"bytes"
	"context"
	"errors"
	"path"
	"strings"
	"time"

	"wain/repo/deb"
)

// verifyApt checks one apt suite; an alias is one that another suite of the same dists is as well.
func (v *verification) verifyApt(ctx context.Context, t tree, alias bool) error {
	file, text, err := v.release(ctx, t)
	if err != nil || text == nil {
		return err
	}
	fields, err := deb.ParseParagraph(text)
	if err != nil {
		v.find("release-malformed", file, "%v", err)
		return nil
	}
	// A suite with a slash, such as bookworm/updates, is compared by apt in ways of its own.
	suite, codename := fields.Get("Suite"), fields.Get("Codename")
	if !t.flat && (suite == "" && codename == "" || !alias && suite != t.suite && codename != t.suite && !strings.Contains(t.suite, "/")) {
		v.find("suite-unnamed", file, "Suite is %q and Codename %q, and neither is %q: apt warns of a conflicting distribution", suite, codename, t.suite)
	}
	v.releaseDates(file, fields)
	s := &aptSuite{v: v, tree: t, file: file, seen: map[string]*claim{}, parsed: map[string]bool{}}
	s.byHash = strings.EqualFold(fields.Get("Acquire-By-Hash"), "yes")
	s.list(fields)
	for _, stem := range s.stems() {
		if err := s.verifyStem(ctx, stem); err != nil {
			return err
		}
	}
	s.architectures(fields)
	return nil
}

// maxFuture is how far ahead of our clock a date may be, as apt has it (Acquire::Max-FutureTime).
const maxFuture = 10 * time.Second

// releaseDates judges Date and Valid-Until.
func (v *verification) releaseDates(file string, fields deb.Paragraph) {
	now := v.options.Time
	text := fields.Get("Date")
	date, err := releaseTime(text)
	switch {
	case text == "":
		v.find("date-missing", file, "no Date: apt cannot tell an old Release from a new one")
	case err != nil:
		v.find("date-malformed", file, "Date: %v", err)
	case now.IsZero():
	case date.After(now.Add(maxFuture)):
		v.find("date-future", file, "Date is %s, and it is %s: apt refuses it", text, now.UTC().Format(time.RFC1123Z))
	case v.options.MaxAge > 0 && now.Sub(date) > v.options.MaxAge:
		v.find("date-old", file, "Date is %s, more than %s ago", text, v.options.MaxAge)
	}
	text = fields.Get("Valid-Until")
	until, err := releaseTime(text)
	switch {
	case text == "":
	case err != nil:
		v.find("date-malformed", file, "Valid-Until: %v", err)
	case !now.IsZero() && now.After(until):
		v.find("valid-until-past", file, "Valid-Until was %s: apt refuses it", text)
	}
}

// releaseTime reads a date of a Release file. apt takes these zones alone.
func releaseTime(text string) (time.Time, error) {
	for _, zone := range []string{"UTC", "GMT", "Z"} {
		if rest, ok := strings.CutSuffix(text, " "+zone); ok {
			text = rest + " +0000"
		}
	}
	return time.Parse("Mon, _2 Jan 2006 15:04:05 -0700", text)
}

// release returns the text that a client takes for Release, with the file that it is from, after checking signatures.
// InRelease is what apt asks for first; Release with Release.gpg is as good. Of ours both are there.
func (v *verification) release(ctx context.Context, t tree) (file string, text []byte, err error) {
	plain, inline := path.Join(t.folder, "Release"), path.Join(t.folder, "InRelease")
	release, err := v.read(ctx, plain, maxReleaseSize)
	if err != nil {
		return "", nil, err
	}
	message, err := v.read(ctx, inline, maxReleaseSize)
	if err != nil {
		return "", nil, err
	}
	signed := false
	if release != nil {
		if signed, err = v.detached(ctx, release, plain+".gpg"); err != nil {
			return "", nil, err
		}
	}
	v.signatures(t, release != nil, message != nil, signed)
	if message == nil {
		return plain, release, nil
	}
	v.signed = true
	inner, err := v.clear(message)
	if err != nil {
		v.badSignature(inline, err)
		return plain, release, nil
	}
	if release != nil && !bytes.Equal(bytes.TrimRight(inner, "\n"), bytes.TrimRight(release, "\n")) {
		v.find("release-differs", inline, "its text is not that of Release")
	}
	return inline, inner, nil
}

// signatures says which of a suite's head files are missing.
func (v *verification) signatures(t tree, release, inline, detached bool) {
	plain := path.Join(t.folder, "Release")
	unsigned := v.options.Unsigned && !inline && !detached
	if !release && (v.ours || !inline) {
		v.find("release-missing", plain, "there is no Release file")
	}
	if !inline && !unsigned && (v.ours || !detached) {
		v.find("signature-missing", path.Join(t.folder, "InRelease"), "there is no signature")
	}
	if !detached && !unsigned && release && (v.ours || !inline) {
		v.find("signature-missing", plain+".gpg", "there is no signature")
	}
}

// clear returns the text of a clear-signed message; without a verifier, whoever signed it.
func (v *verification) clear(message []byte) ([]byte, error) {
	if v.options.Verifier != nil {
		text, _, err := v.options.Verifier.Clear(message)
		return text, err
	}
	_, rest, ok := bytes.Cut(message, []byte("-----BEGIN PGP SIGNED MESSAGE-----\n"))
	_, rest, begun := bytes.Cut(rest, []byte("\n\n"))
	text, _, ended := bytes.Cut(rest, []byte("\n-----BEGIN PGP SIGNATURE-----"))
	if !ok || !begun || !ended {
		return nil, errNotClear
	}
	text = bytes.ReplaceAll(append([]byte("\n"), text...), []byte("\n- "), []byte("\n"))
	return append(text[1:], '\n'), nil
}

var errNotClear = errors.New("not a clear-signed message")

// architectures wants an index for each architecture of each component: apt stops at one that is not listed.
func (s *aptSuite) architectures(fields deb.Paragraph) {
	for _, component := range strings.Fields(fields.Get("Components")) {
		for _, arch := range strings.Fields(fields.Get("Architectures")) {
			plain := component + "/binary-" + arch + "/Packages"
			if short := path.Base(component) + "/binary-" + arch + "/Packages"; !s.has(plain) && s.has(short) {
				plain = short // a suite such as bookworm/updates
			}
			// Packages for all architectures may be in each architecture's index alone.
			if !s.has(plain) && arch != architectureAll {
				s.v.find("architecture-unindexed", s.file, "%s is not listed: apt on %s stops there", plain, arch)
			}
		}
	}
}
