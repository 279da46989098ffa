package main

import (
	"fmt"
	"time"
)

const (
	progressAfter = time.Second
	progressEvery = 100 * time.Millisecond
)

// progress is the one line that a long step redraws on a terminal.
type progress struct {
	began, drawn time.Time
	visible      bool
}

// step tells how far a run is. Nothing is drawn before a second has passed.
func (c *console) step(name, label string, done, total int) {
	if !c.terminal || c.quiet || c.json {
		return
	}
	now, p := c.now(), &c.progress
	if p.began.IsZero() {
		p.began = now
	}
	if now.Sub(p.began) < progressAfter || now.Sub(p.drawn) < progressEvery {
		return
	}
	p.drawn, p.visible = now, true
	fmt.Fprintf(c.stderr, "\r\x1b[Kwain: %s %d/%d %s", name, done, total, printable(label))
}

// progressDone clears the line, so that other text can follow.
func (c *console) progressDone() {
	if c.progress.visible {
		fmt.Fprint(c.stderr, "\r\x1b[K")
		c.progress.visible = false
	}
}
