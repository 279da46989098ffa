// Package sign holds OpenPGP keys and signatures: it makes and reads signing
// keys, signs what a package or a repository needs signed, and verifies such
// signatures, without gpg, an agent or a key ring on disk.
//
// # Keys
//
// [Generate] makes an RSA-4096 key, version 4, whose primary certifies and
// signs: the one shape that every client reads. [Read] takes what an operator
// already has: armored, binary or base64 text, told apart by content; GnuPG's
// exports with a passphrase, with a signing subkey, and with an offline primary
// (the gnu-dummy stub); [ReadAll] reads several keys. [Key.Check] and
// [Certificate.Check] refuse keys that no repository should be signed with, with
// a typed error a fact. [Certificate.Refusals] says which versions of apt, rpm,
// dnf and zypper refuse a key, on which targets and from which day, out of one
// table; [Certificate.Warnings] sums it up.
//
// # Signatures
//
// [Key.Detached], [Key.Clear] and [Key.Binary] write version 4 signatures. The
// same key, input and time give the same bytes: RSA (PKCS #1 v1.5) and EdDSA
// are deterministic, ECDSA nonces follow RFC 6979, and no random notation is
// added. A signature is never dated before the key that makes it. The digest is
// SHA-256, the only one that rpm 4.16 takes from Ed25519 and that every client
// takes from RSA; a larger curve gets the larger digest that its standard asks
// for. No subpacket is marked critical, since rpm up to 4.16 refuses some that
// it would otherwise ignore.
//
// [Keys] signs with several keys at once, so that a repository can go from one to
// the next, and verifies each signature with the public half that is published.
//
// [Keyring] verifies detached, cleartext and rpm header signatures against
// given keys, at least as strictly as apt 3: the facts that [Certificate.Check] refuses
// are refused in a signer too.
//
// # Secrets
//
// Secret key material leaves the package through [Key.PrivateArmored] alone. A
// Key prints as its fingerprint under every verb of fmt, and no error carries a
// passphrase or a part of a key file.
//
// # Left out
//
// Encryption, trust paths, designated revokers, photo IDs, keys of versions 3
// and 6, keys on smart cards.
//
// Specifications: RFC 9580 (OpenPGP; section numbers in comments are its own),
// GnuPG's doc/DETAILS for its secret key stubs, and rpm's "RPM v4 package
// format" for header signatures.
package sign
