package wheel_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/wheel"
)

// OpenArchive holds any zip file to the rules for wheels; the vectors of those
// are read by both.
func TestOpenArchive(t *testing.T) {
	a := archive{members: []member{
		{name: "b/", attributes: 0o040755 << 16},
		{name: "b/x", data: []byte("text"), deflate: true, attributes: 0o100755 << 16},
		{name: "a", data: []byte("more"), attributes: 0o100640 << 16},
	}}
	data := a.bytes()
	opened, err := wheel.OpenArchive(bytes.NewReader(data), int64(len(data)), "some/demo-1.0-py3.11.egg")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range opened.Members {
		m := &opened.Members[i]
		r := opened.Open(m)
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		got = append(got, m.Name, m.Mode.String(), string(text), m.Modified.Format("2006-01-02 15:04"))
	}
	if diff := cmp.Diff([]string{"a", "-rw-r--r--", "more", "2026-01-05 12:00", "b/x", "-rwxr-xr-x", "text", "2026-01-05 12:00"}, got); diff != "" {
		t.Error(diff)
	}
	a.members[0].name = "../b/"
	data = a.bytes()
	_, err = wheel.OpenArchive(bytes.NewReader(data), int64(len(data)), "demo-1.0-py3.11.egg")
	var e *wheel.Error
	if !errors.As(err, &e) || e.Rule != "zip-name" || e.Wheel != "demo-1.0-py3.11.egg" {
		t.Errorf("%v", err)
	}
}

func TestParseFields(t *testing.T) {
	fields, body, defects := wheel.ParseFields("Name: demo\r\nHome-Page:  x\r\n  y\r\n\r\nBody\r\n")
	if diff := cmp.Diff([]wheel.Field{{Name: "Name", Value: "demo"}, {Name: "Home-Page", Value: "x\n  y"}}, fields); diff != "" {
		t.Error(diff)
	}
	if body != "Body\r\n" || defects != nil {
		t.Errorf("%q %q", body, defects)
	}
}
