// Package page renders what people and tools meet at the root of a repository: index.html, a page to read without
// scripts, and suites.json, which lists the suites for tools that know the repository's address alone.
//
// It is pure: values in, bytes out; the same values give the same bytes. Names from packages are foreign text and are
// escaped wherever they stand. The page loads nothing: style, script and icon are in it, and its
// Content-Security-Policy allows these alone, by their hashes (Content Security Policy Level 3, section 2.3.1).
package page
