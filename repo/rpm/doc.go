// Package rpm reads one RPM package file: what a yum repository's metadata
// says of it, and nothing else.
//
// The file is read once, front to back, while its SHA-256 is taken. Both
// headers are parsed by this package, with every count, offset and length
// checked against the bytes that are there, so that no header can ask for
// more memory than its file is long. The payload is hashed and not unpacked.
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
// Signatures are noticed, not verified: the package has no keys.
//
// What cannot be noticed: the lead's bytes are covered by nothing, and a
// package that carries neither length nor digest of its payload can be cut
// behind its header; such a file is refused ("unverifiable").
//
// [CompareVersions] and [CompareEVR] order versions as rpm does.
package rpm
