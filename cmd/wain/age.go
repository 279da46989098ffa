package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// age is a flag's duration: Go's units, days (d) and weeks (w).
type age time.Duration

const day = 24 * time.Hour

// Set reads text such as 90d, 1w3d or 36h.
func (a *age) Set(text string) error {
	var total time.Duration
	rest := text
	for rest != "" {
		digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if digits <= 0 || rest[digits] != 'd' && rest[digits] != 'w' {
			break
		}
		n, err := strconv.Atoi(rest[:digits])
		unit := day
		if rest[digits] == 'w' {
			unit = week
		}
		if err != nil || int64(n) > (math.MaxInt64-int64(total))/int64(unit) {
			return fmt.Errorf("%q is too long", text)
		}
		total += time.Duration(n) * unit
		rest = rest[digits+1:]
	}
	if rest != "" || text == "" {
		more, err := time.ParseDuration(rest)
		if err != nil || more < 0 || more > math.MaxInt64-total {
			return fmt.Errorf("a duration is expected, as in 90d, 2w or 36h")
		}
		total += more
	}
	*a = age(total)
	return nil
}

// String is the shortest text that Set reads as the same.
func (a *age) String() string {
	d := time.Duration(*a)
	if d != 0 && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// Type is the flag's kind of value, in help texts.
func (a *age) Type() string { return "age" }
