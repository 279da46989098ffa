// Package rpm reads one RPM package file: what a yum repository's metadata
// says of it, and nothing else.
//
// The file is read once, front to back, while its SHA-256 is taken. Both
// headers are parsed by this package, with every count, offset and length
// checked against the bytes that are there, so that memory stays within a
// small multiple of the header's real length, and the paths of all files within
// 128 MiB. The payload is hashed and not unpacked.
//
// What is read (rpm's docs/manual/format_*.md): lead, signature header,
// header and payload of packages of format 4 and 6, signed by header, by
// header and payload (the v3 way), or not at all; binary packages, noarch,
// source and nosource ones; sizes in 32 or in 64 bits.
//
// What a package says of itself is verified, and the rule that is broken is
// named in an [*Error]:
//
//   - the length of header and payload (SIZE, LONGSIGSIZE);
//   - the digests of the header (SHA256, SHA1);
//   - the digest of the compressed payload (PAYLOADDIGEST, SHA-256 or
//     SHA-512), and where there is none, the MD5 of header and payload.
//
// A package that carries neither length nor digest of its payload could be
// cut unseen, and is refused ("unverifiable").
//
// Signatures are noticed, not verified: this package has no keys.
//
// What cannot be noticed: the lead and the signature header are covered by
// nothing. Of them only the length of the unpacked payload, and whether there
// is a signature, reach a [Package].
//
// Headers are not read by go-rpmutils, which allocates what a header
// announces and panics on negative counts; it is the tests' second opinion.
//
// [CompareVersions] and [CompareEVR] order versions as rpm does.
package rpm
