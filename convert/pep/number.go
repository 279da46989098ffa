package pep

import (
	"cmp"
	"strconv"
	"strings"
)

// A Number is a non-negative integer of any size, written in decimal without
// leading zeros. Versions in the world hold dates and hashes that exceed
// uint64. The zero value "" stands for no number; it orders below "0".
type Number string

// number drops the leading zeros of a run of digits; no digits mean 0.
func number(digits string) Number {
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return "0"
	}
	return Number(digits)
}

// Compare gives -1, 0 or +1 as n is below, equal to or above m.
func (n Number) Compare(m Number) int {
	if c := cmp.Compare(len(n), len(m)); c != 0 {
		return c
	}
	return strings.Compare(string(n), string(m))
}

// Int gives the number as an int, and whether it fits.
func (n Number) Int() (int, bool) {
	i, err := strconv.Atoi(string(n))
	return i, err == nil
}
