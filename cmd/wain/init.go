package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func newInitCommand(con *console) *cobra.Command {
	return &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Write a commented wain.yaml",
		Long: `Write a commented wain.yaml into a folder, by default this one. It keeps what
wain convert is told each time; a flag given on the command line wins.`,
		Example: `  wain init`,
		Args:    operands(0, 1, ""),
		RunE: func(_ *cobra.Command, args []string) error {
			return runInit(append(args, ".")[0], con)
		},
		ValidArgsFunction: completeOperands(),
	}
}

// runInit writes the file, and never over one that is there.
func runInit(dir string, con *console) error {
	path := filepath.Join(dir, projectName)
	if con.dryRun {
		if _, err := os.Lstat(path); err == nil {
			return &projectExistsError{path}
		}
		con.say("dry run: nothing was written")
	} else if err := writeNew(path, []byte(projectTemplate), 0o644); errors.Is(err, fs.ErrExist) {
		return &projectExistsError{path}
	} else if err != nil {
		return fmt.Errorf("write project: %w", err)
	}
	if con.json {
		return con.document(initDocument{Schema: "wain/init/1", Changed: true, Path: path})
	}
	con.line(path)
	return nil
}

// initDocument is what `wain init --json` prints.
type initDocument struct {
	Schema  string `json:"schema"`
	Changed bool   `json:"changed"`
	Path    string `json:"path"`
}

type projectExistsError struct{ path string }

func (e *projectExistsError) Error() string { return e.path + " is there already" }

// projectTemplate has every key, those that a first run needs uncommented. A
// test reads it with the comments taken off.
const projectTemplate = `# What "wain convert" is told each time: each key is a flag of it, and a flag on
# the command line wins. Paths are relative to this file.

# The wheel to package, by path, by a pattern that matches one file, or as
# name==version of a project that the lock pins.
sources: [dist/*.whl]

# The pinned, hashed requirements: requirements.txt, pylock.toml, uv.lock,
# poetry.lock, pdm.lock or Pipfile.lock.
lock: requirements.txt
# extras: [server]
# groups: [production]
# allow-unmet: [overridden]

# Where wheels are. Without an index, pip's own settings hold.
# find-links: [wheelhouse]
# index-url: https://index.example.org/simple
# extra-index-urls: [https://mirror.example.org/simple]
# indexes: {corp: https://index.example.org/simple}
# index-for: {myproject: corp}
# no-index: true

# One package for each: NAME[/ARCH][+pythonX.Y].
targets: [debian12, debian13, el9]
# python: "3.12"

# The package: by default python-<project>, in /opt/venvs/<project>.
# name: python-myproject
# app: myproject
# prefix: /opt/venvs
# revision: "1"
# maintainer: Example Team <team@example.org>
# output: dist

# System libraries that no known package brings: warn, error or ignore.
# unknown-library: error
# libraries: {libexample.so.1: libexample1, libdriver.so.1: ""}

# Build the pins that have a source archive and no wheel, on this host.
# build: false
`
