package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"golang.org/x/term"
)

// console is the outside world of one command: its streams, its environment,
// its clock, and how much it says.
type console struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	terminal       bool // stderr is one, and progress may be drawn
	plain          bool // no colour

	json, dryRun, quiet, verbose bool
	started                      bool // the command line was understood
	progress                     progress
	served                       string // the URL that the command reads a repository from; else ""
}

func systemConsole() *console {
	return &console{
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		getenv:   os.Getenv,
		now:      time.Now,
		terminal: term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("TERM") != "dumb",
		plain:    os.Getenv("NO_COLOR") != "",
	}
}

// line prints one result.
func (c *console) line(text string) {
	fmt.Fprintln(c.stdout, printable(text))
}

// document prints the one JSON document of a command.
func (c *console) document(v any) error {
	enc := json.NewEncoder(c.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (c *console) say(format string, args ...any) {
	if !c.quiet {
		c.note("", "", fmt.Sprintf(format, args...))
	}
}

func (c *console) detail(format string, args ...any) {
	if c.verbose && !c.quiet {
		c.note("", "", fmt.Sprintf(format, args...))
	}
}

func (c *console) warnf(format string, args ...any) {
	if !c.quiet {
		c.note("warning: ", "\x1b[33m", fmt.Sprintf(format, args...))
	}
}

func (c *console) errorf(format string, args ...any) {
	c.note("", "\x1b[31m", fmt.Sprintf(format, args...))
}

func (c *console) hint(text string) {
	c.note("hint: ", "\x1b[36m", text)
}

// note writes each line of text to stderr behind wain's name and the label.
func (c *console) note(label, colour, text string) {
	c.progressDone()
	if c.terminal && !c.plain && colour != "" {
		label = colour + "wain: " + label + "\x1b[0m"
	} else {
		label = "wain: " + label
	}
	for line := range strings.Lines(text) {
		fmt.Fprintln(c.stderr, label+printable(strings.TrimRight(line, "\n")))
	}
}

// printable replaces what a terminal would obey: foreign names and texts reach
// the screen through it alone.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// printableText is printable for a text of several lines.
func printableText(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	return strings.Join(lines, "\n")
}
