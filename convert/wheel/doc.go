// Package wheel reads one wheel (.whl) and believes nothing in it: the zip
// archive, METADATA, WHEEL, RECORD and entry_points.txt.
//
// What it follows:
//
//   - wheels: PEP 427 and its living text,
//     https://packaging.python.org/en/latest/specifications/binary-distribution-format/
//   - RECORD: PEP 376 and 627,
//     https://packaging.python.org/en/latest/specifications/recording-installed-packages/
//   - METADATA: core metadata up to 2.6,
//     https://packaging.python.org/en/latest/specifications/core-metadata/
//   - entry points: https://packaging.python.org/en/latest/specifications/entry-points/
//   - zip: APPNOTE.TXT 6.3, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
//
// # The archive
//
// Readers of zip files disagree: some believe the central directory, some the
// local headers, and they find the directory in different ways. Open accepts
// only archives that every reader sees alike: local entries back to back from
// the first byte, the central directory, the end records, end of file; both
// headers of an entry equal; each name once, and a name that stays inside.
// archive/zip of the standard library accepts most of what is refused here,
// which is why the walker is our own.
//
// # What is verified, and when
//
// Open checks the archive's structure and everything in the .dist-info folder.
// Payloads are not inflated, with two exceptions: files whose RECORD row has
// SHA-384 or SHA-512, and files that RECORD does not list when
// Options.HealRecord accepts them; both are read once so that every File has
// its SHA-256. All other bytes are checked while they are read: the reader that
// Wheel.Open returns gives io.EOF only after size, CRC-32 and RECORD's hash
// were found right.
//
// Refusals are *Error values with a stable Rule. What is odd but harmless is a
// line in Wheel.Warnings.
package wheel
