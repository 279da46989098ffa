// Package simple reads the pages of package indexes: JSON (PEP 691), HTML (PEP
// 503), and flat pages of links, which have the form of the latter.
//
// It reads what the "simple repository API" says of a file: its address, hashes,
// Requires-Python, yanked (PEP 592), core metadata (PEP 658 and 714), size (PEP
// 700), provenance (PEP 740), and of a project its status (PEP 792)
// (https://packaging.python.org/en/latest/specifications/simple-repository-api/).
// Of HTML it takes what pip takes: the anchors anywhere in the page and the first
// base; the rest of the page may be anything.
//
// A page of another major version of the API is refused, one of a newer minor
// version read with a warning. Pages are bounded in their number of links, and
// memory stays a small multiple of the page. Nothing is believed: names and
// hashes are the page's word.
package simple
