package yum_test

import "wain/repo/yum"

// primary, filelists and other join records as a publisher does: what precedes
// them, the records, what follows.
func primary(records []yum.Record) []byte {
	b := []byte(yum.PrimaryStart(len(records)))
	for _, r := range records {
		b = append(b, r.Primary...)
	}
	return append(b, yum.PrimaryEnd...)
}

func filelists(records []yum.Record) []byte {
	b := []byte(yum.FilelistsStart(len(records)))
	for _, r := range records {
		b = append(b, r.Filelists...)
	}
	return append(b, yum.FilelistsEnd...)
}

func other(records []yum.Record) []byte {
	b := []byte(yum.OtherStart(len(records)))
	for _, r := range records {
		b = append(b, r.Other...)
	}
	return append(b, yum.OtherEnd...)
}
