// Package store is the home of a repository's bytes: a folder, memory, or a dry run over either.
//
// A [Store] is read by name and changed in one way only: [Store.Update] runs a plan against what is there and commits
// the [Change] that it returns. One change is committed at a time: a folder is locked, and a store without locks runs
// the plan again when somebody else was faster. So a plan may run more than once and must not keep what it learnt.
//
// # Order
//
// A change has four parts, committed in this order, each safe on disk before the next begins:
//
//	Pool    packages                                   nothing names them yet
//	Index   the new generation's folders and state     nothing names them yet
//	Head    the state file, then what readers open     the moment of the commit, then its publication
//	Stale   what no kept generation names any more
//
// # What a crash leaves
//
// Until the state file of the head is replaced, nothing has happened: a failed commit takes back what it placed. What
// a killed one placed is named by nobody; in a folder, the next update takes it back. From then on the commit counts. Everything else in the head is *made
// so* rather than written: a later change that repeats the same head completes what a dead publisher began, and
// touches nothing when there is nothing to complete. A plan therefore always returns the whole head.
//
// # Folder
//
// The lock is flock(2) on .wain/lock, which the kernel gives back when its holder dies. All new bytes are first
// written and synced under .wain/staged, then renamed; a full disk shows there, before anything else is touched.
// A [Tree] is a symbolic link, replaced by one rename: its readers see the old folder or the new one. Where symbolic
// links are not to be had (or a real folder is in the way), its files are replaced one by one in their given order.
// Hard links are used between files of the store, copies where there are none. Packages from outside are always
// copied: a link would share its bytes with a file that the next build may rewrite in place.
// Writing follows the process's umask; reading is granted to all, since a repository is public.
package store
