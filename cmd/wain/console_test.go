package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// testConsole is a terminal whose clock the test moves.
func testConsole(now *time.Time) (con *console, out, errs *bytes.Buffer) {
	out, errs = &bytes.Buffer{}, &bytes.Buffer{}
	return &console{
		stdout: out, stderr: errs, terminal: true,
		getenv: func(string) string { return "" }, now: func() time.Time { return *now },
	}, out, errs
}

// Progress appears after a second, on a terminal that was not asked to be
// quiet, and is gone before anything else is printed.
func TestProgress(t *testing.T) {
	now := time.Unix(0, 0)
	con, _, errs := testConsole(&now)
	con.step("pack", "debian12", 0, 2)
	now = now.Add(progressAfter - 1)
	con.step("pack", "debian12", 1, 2)
	if errs.Len() > 0 {
		t.Errorf("drawn before a second has passed: %q", errs)
	}
	now = now.Add(1)
	con.step("pack", "debian12", 1, 2)
	now = now.Add(progressEvery - 1)
	con.step("pack", "debian12", 2, 2)
	con.plain = true
	con.warnf("odd")
	if got, want := errs.String(), "\r\x1b[Kwain: pack 1/2 debian12\r\x1b[Kwain: warning: odd\n"; got != want {
		t.Errorf("printed %q, not %q", got, want)
	}
	for name, change := range map[string]func(*console){
		"no-terminal": func(c *console) { c.terminal = false },
		"quiet":       func(c *console) { c.quiet = true },
		"json":        func(c *console) { c.json = true },
	} {
		con, _, errs := testConsole(&now)
		change(con)
		con.step("pack", "debian12", 0, 2)
		now = now.Add(time.Minute)
		con.step("pack", "debian12", 1, 2)
		if errs.Len() > 0 {
			t.Errorf("%s: drawn: %q", name, errs)
		}
	}
}

// Colour is for a terminal without NO_COLOR alone.
func TestColour(t *testing.T) {
	now := time.Unix(0, 0)
	for _, c := range []struct {
		terminal, plain bool
		want            string
	}{
		{true, false, "\x1b[33mwain: warning: \x1b[0modd\n"},
		{true, true, "wain: warning: odd\n"},
		{false, false, "wain: warning: odd\n"},
	} {
		con, _, errs := testConsole(&now)
		con.terminal, con.plain = c.terminal, c.plain
		con.warnf("odd")
		if errs.String() != c.want {
			t.Errorf("terminal %t, NO_COLOR %t: %q, not %q", c.terminal, c.plain, errs, c.want)
		}
	}
}

// Foreign text cannot command the terminal, as a result, an error or JSON.
func TestForeignText(t *testing.T) {
	now := time.Unix(0, 0)
	const foreign, shown = "a\x1b]0;b\ac\u202e\u009bd", "a\uFFFD]0;b\uFFFDc\uFFFD\uFFFDd"
	con, out, errs := testConsole(&now)
	con.plain = true
	con.line(foreign)
	if out.String() != shown+"\n" {
		t.Errorf("a result: %q", out)
	}
	con.fail(errors.New("one\n" + foreign))
	if want := "wain: one\nwain: " + shown + "\n"; errs.String() != want {
		t.Errorf("an error: %q, not %q", errs, want)
	}
	out.Reset()
	con.json = true
	con.fail(errors.New("one\n" + foreign))
	if want := `"message": "one\n` + shown + `"`; !bytes.Contains(out.Bytes(), []byte(want)) {
		t.Errorf("a document: %q", out)
	}
}

// TestFlood has errors that foreign files make long: they are told within
// bounds, on the terminal and in JSON.
func TestFlood(t *testing.T) {
	now := time.Unix(0, 0)
	for name, c := range map[string]struct {
		err  error
		last string
	}{
		"lines":      {errors.New(strings.Repeat("requires something\n", 300_000) + "end"), "and 299001 more lines"},
		"one-more":   {errors.New(strings.Repeat("requires something\n", 1000) + "end"), "and 1 more line"},
		"a-line":     {errors.New(strings.Repeat("ä", 1<<20)), "ä…"},
		"long-lines": {errors.New(strings.Repeat(strings.Repeat("x", 10_000)+"\n", 3)), "x…"},
	} {
		con, out, errs := testConsole(&now)
		con.plain = true
		con.fail(c.err)
		if text := strings.TrimSuffix(errs.String(), "\n"); len(text) > 100_000 || !strings.HasSuffix(text, c.last) {
			t.Errorf("%s: %d bytes, at the end %q", name, len(text), text[max(0, len(text)-40):])
		}
		con.json = true
		con.fail(c.err)
		if out.Len() > 100_000 || !strings.Contains(out.String(), c.last) {
			t.Errorf("%s: a document of %d bytes", name, out.Len())
		}
	}
}
