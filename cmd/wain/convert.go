package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"wain/convert"
	"wain/convert/sdist"
	"wain/convert/target"
	"wain/sign"
)

type convertOptions struct {
	lock, python, name, app, prefix, revision, maintainer, output, unknownLibrary string
	keys, extras, groups, targets, libraries, allowUnmet                          []string
	allowUnhashed, healRecord, build, buildNetwork                                bool
	jobs                                                                          int
	places                                                                        indexOptions
}

func newConvertCommand(con *console) *cobra.Command {
	opts := convertOptions{}
	cmd := &cobra.Command{
		Use:   "convert [SOURCE...]",
		Short: "Make packages of a wheel and its pinned requirements",
		Long: `Make packages of a wheel and its pinned requirements: one for each target, with
the finished virtual environment under /opt/venvs/<app>.

SOURCE is a wheel, name==version of a project that the lock pins, or a folder
with a wain.yaml (by default this one); the first names the package. A wain.yaml
in the current folder keeps what the flags leave out: wain init writes one.

The lock is a requirements.txt, pylock.toml, uv.lock, poetry.lock, pdm.lock or
Pipfile.lock. Every pin of it needs a hash, and every wheel must match it.
Wheels are chosen, markers judged and system dependencies derived for the
target, on any host; neither Python nor a compiler is needed.

Wheels come from --find-links, from the URLs that the lock has, and from the
indexes that flags name, else pip's own settings (pip.conf, PIP_*, netrc,
keyring), else the lock. No index is assumed. The first that has a project
wins. Downloads are kept by hash in --cache (WAIN_CACHE).

Writes OUTPUT/<target>/<package file> and prints each path. A target that cannot
be served is left out, its reason told, and the exit code is 1.`,
		Example: `  wain convert dist/myproject-1.2.3-py3-none-any.whl --lock requirements.txt --find-links wheelhouse -t debian12 -t el9 --key archive.key`,
		RunE: func(cmd *cobra.Command, args []string) error {
			sources, err := applyProject(args, cmd.Flags(), con)
			if err != nil {
				return err
			}
			return runConvert(cmd.Context(), sources, opts, con)
		},
	}
	opts.addFlags(cmd)
	return cmd
}

func (o *convertOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&o.lock, "lock", "l", "", "the lock `file`: requirements.txt, pylock.toml, uv.lock, poetry.lock, pdm.lock or Pipfile.lock")
	flags.StringArrayVar(&o.extras, "extra", nil, "an extra of the SOURCE project to install (repeatable)")
	flags.StringArrayVar(&o.groups, "group", nil, "a dependency group of the lock to install (repeatable)")
	o.places.addFlags(flags)
	flags.StringArrayVarP(&o.targets, "target", "t", nil, "a distribution release, as in debian12, el9, debian13/arm64, el9+python3.12, or the path of one's own target file (repeatable)")
	flags.StringVar(&o.python, "python", "", "the Python, as in 3.12, of every target that names none")
	flags.StringVar(&o.name, "name", "", "package name (default python-<project>)")
	flags.StringVar(&o.app, "app", "", "folder of the environment below the prefix (default <project>)")
	flags.StringVar(&o.prefix, "prefix", "/opt/venvs", "`folder` that holds the environments")
	flags.StringVar(&o.revision, "revision", "", "package revision (default: none for a deb, 1 for an rpm)")
	flags.StringVar(&o.maintainer, "maintainer", "", "\"Name <address>\" (default: the project's own)")
	flags.BoolVar(&o.allowUnhashed, "allow-unhashed", false, "take pins without a hash: nothing then proves which bytes are meant")
	flags.StringArrayVar(&o.allowUnmet, "allow-unmet", nil, "a `project` of which the lock may have another version than wheels require, or none (repeatable)")
	flags.BoolVar(&o.healRecord, "heal-record", false, "take files that a wheel carries but its RECORD does not list")
	flags.BoolVar(&o.build, "build", false, "build the pins that have a source archive and no wheel, on this host, without network: this runs their code")
	flags.BoolVar(&o.buildNetwork, "build-network", false, "let builds use the network")
	flags.StringVar(&o.unknownLibrary, "unknown-library", "warn", "what becomes of a system library that no known package brings: warn, error or ignore")
	flags.StringArrayVar(&o.libraries, "library", nil, "`SONAME=PACKAGE` that brings a system library, or SONAME= where none has to (repeatable)")
	flags.StringArrayVar(&o.keys, "key", nil, "signing key: a `file`, or env:VARIABLE; of several, the oldest signs (else WAIN_KEY, WAIN_KEY_FILE)")
	flags.StringVarP(&o.output, "output", "o", "dist", "`folder` for the packages")
	flags.IntVarP(&o.jobs, "jobs", "j", runtime.NumCPU(), "how many things to do at once")
	completeTargets(cmd)
	completeFolders(cmd, "find-links", "output", "cache")
	completeFiles(cmd, "", "key", "lock")
	cmd.ValidArgsFunction = completeOperands("whl")
}

func runConvert(ctx context.Context, sources []string, opts convertOptions, con *console) error {
	if len(opts.targets) == 0 {
		return usagef("no target: name one with -t, as in -t debian12 (there are %s)", strings.Join(target.Names(), ", "))
	}
	if err := checkJobs(opts.jobs); err != nil {
		return err
	}
	targets, absent, err := findTargets(opts.targets, opts.python)
	if err != nil {
		return err
	}
	epoch, err := con.epoch()
	if err != nil {
		return err
	}
	keys, err := con.signingKeys(opts.keys, con.now())
	if err != nil {
		return err
	}
	if keys != nil {
		for _, w := range keys.Oldest().Warnings(con.now()) {
			con.warnf("%s", w.Detail)
		}
	}
	places, err := opts.places.places(con)
	if err != nil {
		return err
	}
	libraries, err := namedValues("library", opts.libraries)
	if err != nil {
		return err
	}
	result, err := convert.Build(ctx, convert.Options{
		Sources: sources, Lock: opts.lock, Extras: opts.extras, Groups: opts.groups, Places: places,
		Libraries: libraries, UnknownLibrary: opts.unknownLibrary, Builder: opts.builder(),
		AllowUnhashed: opts.allowUnhashed, HealRecord: opts.healRecord, AllowUnmet: opts.allowUnmet,
		Targets: targets, Name: opts.name, App: opts.app, Prefix: opts.prefix, Revision: opts.revision,
		Maintainer: opts.maintainer, Epoch: epoch, Output: opts.output, Scratch: os.TempDir(), Jobs: opts.jobs, DryRun: con.dryRun,
		Sign: packageSigner(keys), Getenv: con.getenv,
		Progress: func(e convert.Event) { con.step(e.Step, e.Label, e.Done, e.Total) },
	})
	err = errors.Join(reasons(absent), err)
	if result == nil || len(result.Packages) == 0 {
		return err
	}
	result.Failures = append(absent, result.Failures...)
	if keys == nil {
		result.Warnings = append(result.Warnings, "no key: the packages are unsigned (wain key new makes one, --key names it)")
	}
	return con.showConverted(result, err)
}

// builder builds with uv where it is installed, else with pip; nil where nothing
// is to be built.
func (o *convertOptions) builder() *convert.Builder {
	if !o.build {
		return nil
	}
	b := &convert.Builder{
		Tool: sdist.Pip, Network: o.buildNetwork, Env: os.Environ(),
		Interpreter: func(version string) (string, error) { return exec.LookPath("python" + version) },
	}
	if uv, err := exec.LookPath("uv"); err == nil {
		b.Tool, b.UV = sdist.UV, uv
	}
	return b
}

// applyProject gives the flags that the command line leaves out the values of
// the wain.yaml of the SOURCE folder, else of the current one, and gives the
// SOURCES.
func applyProject(args []string, flags *pflag.FlagSet, con *console) ([]string, error) {
	dir := "."
	if len(args) == 1 {
		if info, err := os.Stat(args[0]); err == nil && info.IsDir() && !strings.HasSuffix(args[0], ".egg") {
			dir, args = args[0], nil
		}
	}
	p, err := readProject(dir)
	switch {
	case err != nil:
		return nil, err
	case p == nil && dir != ".":
		return nil, &convert.SourceError{Source: dir, Detail: "a folder without a " + projectName + "; name a wheel in it"}
	case p == nil && len(args) == 0:
		return nil, usagef("no SOURCE, and no %s here: name a wheel, or name==version of a project that the lock pins", projectName)
	case p == nil:
		return args, nil
	}
	con.detail("reading %s", p.path)
	if err := p.apply(flags); err != nil {
		return nil, err
	}
	if len(args) > 0 {
		return args, nil
	}
	return p.readSources()
}

// showConverted prints the path of each package; with -v also what is in it.
// failed is what stands in the way of the targets that have none.
func (c *console) showConverted(result *convert.Result, failed error) error {
	for _, warning := range result.Warnings {
		c.warnf("%s", warning)
	}
	for _, p := range result.Packages {
		c.detail("%s: %s %s %s, %d bytes, depends on %s", p.Target, p.Name, p.Version, p.Architecture, p.Size, strings.Join(p.Depends, ", "))
		for _, w := range p.Wheels {
			c.detail("%s: %s %s from %s", p.Target, w.Name, w.Version, w.Source)
		}
	}
	if c.dryRun {
		c.say("dry run: nothing was written")
	}
	if c.json {
		if err := c.document(newConvertDocument(result, failed)); err != nil || failed == nil {
			return err
		}
		return reportedError{failed}
	}
	for _, p := range result.Packages {
		c.line(p.Path)
	}
	return failed
}

// packageSigner lends a key to convert as a function. A package of rpm 4 has one
// signature: of the oldest key, which hosts have had for the longest time. When
// that key is dropped, the next one signs.
func packageSigner(keys *sign.Keys) convert.Signer {
	if keys == nil {
		return convert.Signer{}
	}
	key := keys.Oldest()
	return convert.Signer{
		Fingerprint: key.Fingerprint(),
		Sign:        func(r io.Reader, at time.Time) ([]byte, error) { return key.Binary(r, at) },
	}
}
