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
//
// # S3
//
// The head's state is read with its ETag and replaced under the condition that the ETag is still that one; who loses
// plans again. A name that readers know is written so: its ETag is read (1), then the head is seen to be the writer's
// own (2), then the content is put on condition of the ETag of (1) (3). So an older generation never takes a newer one's
// place: a newer one commits after (2), so it writes the name after (1), and the ETag is another; if the newer one wrote
// before (1), its commit was before (2), which finds the head moved. There is one gap: ETags tell contents apart, not
// writes. A newer generation with the content of (1), which has nothing to write, does not stop a put that is on its
// way. The writer then finds at its end that the head moved, and looks at every file again, as does whoever finds the
// head moved after its commit; what carries a date or a number (InRelease, repomd.xml, suites.json) never returns.
//
// A publisher whose answer to the head's PUT was lost finds its own name on the head, or, where another one has taken
// its place, its mark in it ([Head].Mark): then its commit counts and is not made twice.
//
// A package's name does not say its content, so whatever is written there, a promotion too, is put on condition that
// nothing is there (files over 5 GiB as far as the server minds a condition on an upload in parts). Copies within the
// server have no condition, and go only to names or folders that say their content.
//
// A DELETE cannot have a condition either. Names become stale only when no kept generation has them; the head is looked
// at before each try, and a second try leaves what was written since the first. A publisher that found an object there,
// rather than wrote it, looks for it after its commit and again at the end of its update, and writes it once more if it
// is gone. One window remains: a DELETE that is sent before somebody commits that name again, and carried out after the
// end of that publisher's update. Its sender gives up waiting after a minute, which does not call it back. The package is
// then indexed and not there, which only a verification of the repository finds.
//
// A publisher that is overtaken after its commit removes what its trees no longer show, unless the newest ones show it
// again. One that dies between its commit and its removals leaves such files.
//
// Nobody holds a lock. No clock but the server's is asked, for the age of what a killed publisher left under a package's
// name, and for what was written since.
package store
