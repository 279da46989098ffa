package yum

import (
	"strconv"
)

// Primary joins records to primary.xml.
func Primary(records []Record) []byte {
	return join(PrimaryStart(len(records)), records, func(r Record) []byte { return r.Primary }, PrimaryEnd)
}

// Filelists joins records to filelists.xml.
func Filelists(records []Record) []byte {
	return join(FilelistsStart(len(records)), records, func(r Record) []byte { return r.Filelists }, FilelistsEnd)
}

// Other joins records to other.xml.
func Other(records []Record) []byte {
	return join(OtherStart(len(records)), records, func(r Record) []byte { return r.Other }, OtherEnd)
}

// What follows the records in each document.
const (
	PrimaryEnd   = "</metadata>"
	FilelistsEnd = "</filelists>"
	OtherEnd     = "</otherdata>"
)

const declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// PrimaryStart returns what precedes the records of n packages in primary.
func PrimaryStart(n int) string {
	return declaration + `<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm"` + count(n)
}

// FilelistsStart returns what precedes the records of n packages in filelists.
func FilelistsStart(n int) string {
	return declaration + `<filelists xmlns="http://linux.duke.edu/metadata/filelists"` + count(n)
}

// OtherStart returns what precedes the records of n packages in other.
func OtherStart(n int) string {
	return declaration + `<otherdata xmlns="http://linux.duke.edu/metadata/other"` + count(n)
}

func count(n int) string { return ` packages="` + strconv.Itoa(n) + "\">\n" }

func join(start string, records []Record, part func(Record) []byte, end string) []byte {
	size := len(start) + len(end)
	for _, r := range records {
		size += len(part(r))
	}
	b := append(make([]byte, 0, size), start...)
	for _, r := range records {
		b = append(b, part(r)...)
	}
	return append(b, end...)
}
