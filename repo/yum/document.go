package yum

import "strconv"

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
