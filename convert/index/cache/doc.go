// Package cache keeps downloads in a folder that many processes share.
//
// The folder holds
//
//	sha256/ab/abcd…   whole files, named after their own SHA-256
//	pages/…           small documents: answers of indexes, and what a URL led to
//	partial/…         downloads under way, or broken off
//
// A whole file comes into being by one rename, so a reader finds all of it or
// nothing, whoever dies when. A download under way is locked by its writer: one
// process downloads, the others wait and find the result, and what a killed
// process leaves behind is unlocked by the kernel and carried on by the next.
// The locks are those of flock(2), which network file systems of today have too.
//
// Nothing is synced to the disk: after a power cut a file may hold other bytes
// than its name says. A reader therefore hashes what it takes, and treats a file
// that does not have its name's hash as absent; the next download replaces it.
//
// The package reads no clock and no environment, and it removes nothing that it
// was not told to.
package cache
