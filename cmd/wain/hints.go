package main

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"wain/convert"
	"wain/convert/elf"
	"wain/convert/index"
	"wain/convert/lock"
	"wain/convert/pack"
	"wain/convert/sdist"
	"wain/convert/target"
	"wain/convert/venv"
	"wain/convert/wheel"
	"wain/repo"
	"wain/sign"
)

// errInterrupted stands for whatever a signal broke off.
var errInterrupted = errors.New("interrupted; nothing was written")

// errNoKey is a command that needs a key and has none.
var errNoKey = errors.New("no signing key")

func adviseUsage(err error) (advice, bool) {
	var usage *usageError
	var unknown *target.UnknownError
	var python *pythonError
	var file *target.FileError
	var option *convert.OptionError
	var publishOption *repo.OptionError
	var owner *sign.UserIDError
	var broken *projectError
	var there *projectExistsError
	var library *target.LibraryError
	switch {
	case errors.Is(err, errInterrupted):
		return advice{kind: "interrupted", code: exitInterrupted}, true
	case errors.As(err, &usage):
		return advice{kind: "usage", code: exitUsage, hint: usage.hint}, true
	case errors.As(err, &option):
		return advice{kind: "usage", code: exitUsage, hint: "wain convert --help says what --" + option.Option + " takes"}, true
	case errors.As(err, &publishOption):
		return advice{kind: "usage", code: exitUsage, hint: optionHint(publishOption.Option)}, true
	case errors.As(err, &broken):
		return advice{kind: "project-file", file: broken.file, hint: "wain init writes a wain.yaml that has every key; docs/cli/wain-convert.md says what each flag takes"}, true
	case errors.As(err, &there):
		return advice{kind: "project-exists", file: there.path, hint: "edit it, or remove it first"}, true
	case errors.As(err, &library):
		return advice{kind: "usage", code: exitUsage, hint: "a library is named by its soname and the package that brings it, as in --library libfoo.so.3=libfoo3"}, true
	case errors.As(err, &owner):
		return advice{kind: "usage", code: exitUsage, hint: "a key's owner is a name and an address, as in --name \"Example Archive\" --email ops@example.com"}, true
	case errors.As(err, &python):
		return advice{kind: "unknown-target", hint: "a target names a Python of its own after a plus sign, as in el9+python3.12"}, true
	case errors.As(err, &unknown):
		return advice{kind: "unknown-target", code: exitUsage, hint: "a target is NAME[/ARCH][+pythonX.Y], as in debian12, debian13/arm64, el9+python3.12"}, true
	case errors.As(err, &file):
		return advice{kind: "target-file", file: file.File, hint: "docs/targets.md says what a target file holds"}, true
	}
	return advice{}, false
}

func adviseKey(err error) (advice, bool) {
	a, ok := adviseKeyItself(err)
	if in, named := as[*keyError](err); ok && named {
		a.file = in.file
	}
	return a, ok
}

func adviseKeyItself(err error) (advice, bool) {
	var weak *sign.WeakKeyError
	var expired *sign.ExpiredKeyError
	var revoked *sign.RevokedKeyError
	var early *sign.NotYetValidError
	var noSigner *sign.NoSigningKeyError
	var passphrase *sign.PassphraseError
	var several *sign.SeveralKeysError
	var damaged *sign.DamagedError
	var exists *keyExistsError
	var refused *refusedKeyError
	switch {
	case errors.As(err, &exists):
		return advice{kind: "key-exists", file: exists.path, hint: "give the new key another name with -o; what the old one signed still needs its public half"}, true
	case errors.Is(err, errNoKey), errors.Is(err, repo.ErrNoSigner):
		return advice{kind: "no-key", hint: "name a key with --key FILE, or in WAIN_KEY or WAIN_KEY_FILE; wain key new makes one"}, true
	case errors.As(err, &refused):
		return advice{kind: "refused-key", hint: "wain key check shows which clients take the key; wain key new makes one that all take; --allow-refused-key signs all the same"}, true
	case errors.As(err, &weak):
		return advice{kind: "weak-key", hint: "clients refuse this key; wain key new makes one that all of them accept"}, true
	case errors.As(err, &expired):
		return advice{kind: "expired-key", hint: "extend its validity (gpg --quick-set-expire FINGERPRINT 2y) and export it again, or use another key"}, true
	case errors.As(err, &revoked):
		return advice{kind: "revoked-key", hint: "use another key; wain key new makes one"}, true
	case errors.As(err, &early):
		return advice{kind: "key-not-yet-valid", hint: "compare this host's clock with the one that made the key"}, true
	case errors.As(err, &noSigner):
		return advice{kind: "no-signing-key", hint: "export the secret of the part that signs: gpg --export-secret-subkeys --armor FINGERPRINT"}, true
	case errors.As(err, &passphrase):
		return advice{kind: "passphrase", hint: "set WAIN_PASSPHRASE, or WAIN_PASSPHRASE_FILE to the path of a file that holds it"}, true
	case errors.As(err, &several):
		return advice{kind: "several-keys", hint: "name a file that holds one key: gpg --export --armor FINGERPRINT exports one"}, true
	case errors.Is(err, sign.ErrPublicOnly):
		return advice{kind: "no-signing-key", hint: "this is the public half; gpg --export-secret-keys --armor FINGERPRINT exports the other"}, true
	case errors.As(err, &damaged), errors.Is(err, sign.ErrNoKey), errors.Is(err, sign.ErrTooLarge):
		return advice{kind: "key-unreadable", hint: "a signing key is what gpg --export-secret-keys --armor FINGERPRINT writes, or wain key new; a public one, what gpg --export --armor FINGERPRINT does"}, true
	}
	return advice{}, false
}

func adviseLock(err error) (advice, bool) {
	var broken *lock.Error
	var format *lock.FormatError
	switch {
	case errors.As(err, &format):
		return advice{kind: "lock-format", file: format.Path, hint: "name a lock with --lock: requirements.txt, pylock.toml, uv.lock, poetry.lock, pdm.lock or Pipfile.lock"}, true
	case errors.As(err, &broken):
		a := advice{kind: "lock", file: broken.Path}
		var hints []string
		for _, issue := range broken.Issues {
			hints = append(hints, lockHint(issue.Rule))
		}
		a.hint = joinHints(hints)
		return a, true
	}
	return advice{}, false
}

// lockHint is the way out of a rule that a lock breaks. The messages of the
// others say it themselves.
func lockHint(rule string) string {
	switch rule {
	case lock.RuleUnreadable:
		return "--lock names a lock file; pip-compile --generate-hashes, uv lock, poetry lock and pdm lock write one"
	case lock.RuleUnhashed:
		return "write the hashes with pip-compile --generate-hashes or uv pip compile --generate-hashes; --allow-unhashed takes the pins as they are"
	case lock.RuleUnpinned:
		return "pin every project: pip-compile --generate-hashes, or uv pip compile --generate-hashes, writes such a file"
	case lock.RuleBuild:
		return "build a wheel of it first (pip wheel --no-deps SOURCE), and pin that with its hash"
	case lock.RuleVersion:
		return "lock again with a version of the tool whose format is known, or export the lock as a pylock.toml or a requirements.txt with hashes"
	case lock.RuleTarget:
		return "lock again for this Python and platform, or choose another --target or --python"
	case lock.RuleExclusive:
		return "the project declares that these exclude each other: run wain once for each, with a --name of its own"
	case lock.RuleExtra, lock.RuleGroup:
		return "name an extra or a group that the lock has, or lock again with it"
	case lock.RuleStale:
		return "lock again, so that the lock fits the project it was made from"
	case lock.RuleTwice, lock.RuleConflict:
		return "lock again, so that every project has one version for a Python and a platform"
	}
	return ""
}

func adviseWheel(err error) (advice, bool) {
	var only *convert.SourceOnlyError
	var elsewhere *convert.ForeignBuildError
	var build *sdist.Error
	var hash *index.HashError
	var none *index.NoWheelError
	var place *index.PlaceError
	var missing *convert.MissingError
	var python *convert.PythonError
	var broken *wheel.Error
	var load *convert.LoadError
	var foreign *convert.ForeignError
	var origin *convert.OriginError
	var absent *convert.AbsentFileError
	var library *convert.UnknownLibraryError
	switch {
	case errors.As(err, &only):
		return advice{kind: "needs-build", file: only.Archive, hint: "--build builds it on this host; or lock again from an index that has a wheel of it"}, true
	case errors.As(err, &elsewhere):
		return advice{kind: "foreign-build", file: elsewhere.Archive, hint: "build a wheel of it on such a host and pass it by --find-links"}, true
	case errors.As(err, &build):
		return advice{kind: "build", file: build.Archive, hint: buildHint(build)}, true
	case errors.As(err, &origin):
		return advice{kind: "needs-wheel", hint: "pip wheel --no-deps SOURCE -w wheelhouse builds a wheel of it; then add --find-links wheelhouse"}, true
	case errors.As(err, &absent):
		return advice{kind: "file-absent", file: absent.File, hint: "name the index it was locked from with --index-url, or a folder that has it with --find-links"}, true
	case errors.As(err, &library):
		return advice{kind: "unknown-library", file: library.Library, hint: "--library SONAME=PACKAGE says what brings it (libraries: in wain.yaml); --unknown-library warn goes on without"}, true
	case errors.As(err, &hash):
		return advice{kind: "hash-mismatch", file: hash.File, hint: "these are not the bytes that were locked: fetch the wheel again, or lock again if the change is meant"}, true
	case errors.As(err, &none):
		return advice{kind: "no-wheel", hint: fitHint(err, none)}, true
	case errors.As(err, &place):
		return advice{kind: "find-links", file: place.Place, hint: "pip download -r requirements.txt -d wheelhouse fills a folder; name it with --find-links"}, true
	case errors.As(err, &missing):
		return advice{kind: "missing-requirement", hint: "lock the application with all it requires, for this Python and platform; where the lock overrides it on purpose, --allow-unmet PROJECT"}, true
	case errors.As(err, &python):
		return advice{kind: "requires-python", file: python.Wheel, hint: "choose another Python with --python, or lock versions that run on this one"}, true
	case errors.As(err, &load):
		return advice{kind: "glibc", file: load.Wheel, hint: loadHint(load)}, true
	case errors.As(err, &foreign):
		hint := "the wheel is named for a platform that its files are not for: get it again from where it was built"
		if _, libc := as[*elf.LibcError](err); libc {
			hint = "get the wheel for the target's C library: manylinux for glibc, musllinux for musl"
		}
		return advice{kind: "machine", file: foreign.Wheel, hint: hint}, true
	case errors.As(err, &broken):
		a := advice{kind: "wheel", file: broken.Wheel, hint: "the wheel is damaged or was tampered with: fetch it again, or build it with a current tool"}
		switch {
		case strings.HasSuffix(broken.Wheel, ".egg"):
			a.hint = eggHint(broken.Rule)
		case broken.Rule == "record-unlisted":
			a.hint = "RECORD does not list every file: build the wheel with a current tool, or take it as it is with --heal-record"
		case strings.HasPrefix(broken.Rule, "entry-point"):
			a.hint = "the wheel's script cannot have that name or target: leave the project out, or have its authors change it"
		}
		return a, true
	}
	return advice{}, false
}

func adviseTree(err error) (advice, bool) {
	var tree *venv.Error
	var spec *pack.SpecError
	var version *pack.VersionError
	var body *pack.BodyError
	var source *convert.SourceError
	switch {
	case errors.As(err, &tree):
		return advice{kind: "tree", file: tree.Problems[0].Path, hint: "two projects, or a project and the environment, want the same place: leave one out of the lock, or tell its authors"}, true
	case errors.As(err, &spec), errors.As(err, &version):
		return advice{kind: "package", hint: "--name, --revision and --maintainer replace what the package would take from the wheel"}, true
	case errors.As(err, &body):
		return advice{kind: "wheel", hint: "the wheel is damaged or was tampered with: fetch it again, or build it with a current tool"}, true
	case errors.As(err, &source):
		return advice{kind: "source", file: source.Source, hint: "SOURCE is a wheel, as in dist/app-1.2.3-py3-none-any.whl, or name==version of a project that the lock pins"}, true
	}
	return advice{}, false
}

func advisePackage(err error) (advice, bool) {
	var unreadable *repo.PackageError
	var suite *repo.SuiteError
	var none *repo.NoPackagesError
	switch {
	case errors.As(err, &unreadable):
		return advice{kind: "package-file", file: unreadable.Source, hint: "the file is damaged or is no package: build or fetch it again; nothing was published"}, true
	case errors.As(err, &suite):
		a := advice{kind: "suite", file: suite.Source, hint: "packages that wain did not make need a suite: --suite bookworm"}
		if suite.Source == "" {
			a.hint = "a suite is named as in --suite bookworm, a channel as in --channel staging"
		}
		return a, true
	case errors.As(err, &none):
		return advice{kind: "no-packages", hint: "name packages, or folders that hold some, as in wain publish dist"}, true
	}
	return advice{}, false
}

func adviseRepository(err error) (advice, bool) {
	var exists *repo.ExistsError
	var identity *repo.IdentityError
	var foreign *repo.ForeignError
	var state *repo.StateError
	var adopt *repo.AdoptError
	var waiting *repo.WaitingError
	switch {
	case errors.As(err, &exists):
		return advice{kind: "exists", file: exists.Source, code: exitExists, hint: "a published version never changes its content: raise the version, or the package's --revision"}, true
	case errors.As(err, &identity):
		return advice{kind: "identity", hint: "leave --origin and --label out, or publish into a new repository; --allow-releaseinfo-change where every apt host may stop until a person agrees"}, true
	case errors.As(err, &foreign):
		return advice{kind: "foreign-repository", file: foreign.Tree, hint: "another tool made this repository, or its .wain folder was lost: wain publish --rescan takes over what is published"}, true
	case errors.As(err, &waiting):
		return advice{kind: "waiting-lost", file: waiting.Path, hint: "add the package again: wain add FILE"}, true
	case errors.As(err, &adopt) && errors.Is(err, repo.ErrFlat):
		return advice{kind: "adopt", file: adopt.Path, hint: "publish its packages to a suite of a new repository: wain publish FOLDER --suite NAME --repo NEW"}, true
	case errors.As(err, &adopt):
		return advice{kind: "adopt", file: adopt.Path, hint: "wain verify finds all that is wrong with it; its own publisher can write it anew, or its packages go to a new repository"}, true
	case errors.As(err, &state):
		return advice{kind: "repository-state", file: state.Name, hint: "restore the repository's .wain folder from a backup, or move it away and build it anew with wain publish --rescan; packages and indexes are as they were"}, true
	case errors.Is(err, repo.ErrNoOrigin):
		return advice{kind: "no-origin", code: exitUsage, hint: "say whose repository it is: --origin Example"}, true
	case errors.Is(err, repo.ErrSigned):
		return advice{kind: "signed", hint: "publish with the key, or into a new repository"}, true
	case errors.Is(err, repo.ErrNoRepository):
		return advice{kind: "no-repository", hint: "wain publish makes one: wain publish dist --repo FOLDER --origin NAME --key FILE"}, true
	}
	return advice{}, false
}

// adviseSystem is for what the operating system refused.
func adviseSystem(err error) (advice, bool) {
	if a, ok := adviseStore(err); ok {
		return a, true
	}
	var path *fs.PathError
	file := ""
	if errors.As(err, &path) {
		file = path.Path
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return advice{kind: "disk-full", file: file, hint: "make room, or name another temporary folder in TMPDIR, and run the same command again; nothing partial was kept"}, true
	case errors.Is(err, fs.ErrNotExist):
		return advice{kind: "not-found", file: file, hint: "look at the path again: it starts from the current folder, or from the one of -C"}, true
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return advice{kind: "permission", file: file, hint: "the folder must be writable for whoever runs wain"}, true
	}
	return advice{}, false
}
