package main

import (
	"strconv"
	"time"
)

// epoch is SOURCE_DATE_EPOCH, or the zero time where it is not set.
// Specification: https://reproducible-builds.org/specs/source-date-epoch/
func (c *console) epoch() (time.Time, error) {
	value := c.getenv("SOURCE_DATE_EPOCH")
	if value == "" {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil || seconds < 0 {
		return time.Time{}, usagef("SOURCE_DATE_EPOCH: %q is not a number of seconds since 1970", value)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
