package simple_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/simple"
)

const (
	typeJSON = "application/vnd.pypi.simple.v1+json"
	typeHTML = "application/vnd.pypi.simple.v1+html"
	pageURL  = "https://index.example.org/simple/a/"
)

func text(s string) *string { return &s }

func TestParse(t *testing.T) {
	const wheel = "a-1-py3-none-any.whl"
	one := func(l simple.Link) []simple.Link {
		if l.Name == "" {
			l.Name = wheel
		}
		if l.URL == "" {
			l.URL = pageURL + wheel
		}
		return []simple.Link{l}
	}
	tests := map[string]struct {
		kind, body string
		want       simple.Page
	}{
		"JSON": {
			typeJSON, `{"meta":{"api-version":"1.4"},"name":"a","versions":["1"],"files":[{"filename":"a-1-py3-none-any.whl","url":"../../f/a-1-py3-none-any.whl",
				"hashes":{"sha256":"ab","md5":"cd"},"requires-python":">=3.9","size":7,"core-metadata":{"sha256":"ef"},"yanked":"broken","upload-time":"2026-01-01T00:00:00Z",
				"provenance":"/integrity/a/1/prov"}]}`,
			simple.Page{Links: one(simple.Link{
				URL: "https://index.example.org/f/" + wheel, Hashes: []simple.Hash{{"md5", "cd"}, {"sha256", "ab"}}, RequiresPython: ">=3.9",
				Size: 7, HasMetadata: true, Metadata: []simple.Hash{{"sha256", "ef"}}, Yanked: text("broken"), Provenance: "https://index.example.org/integrity/a/1/prov",
			})},
		},
		"JSON, as little as there may be": {typeJSON, `{"files":[{"url":"` + wheel + `"}]}`, simple.Page{Links: one(simple.Link{})}},
		"JSON, nothing":                   {typeJSON, `{}`, simple.Page{}},
		"JSON, null everywhere": {
			typeJSON, `{"meta":null,"project-status":null,"files":[{"filename":null,"url":"` + wheel + `","hashes":null,"requires-python":null,"core-metadata":null,"yanked":null,"size":null,"provenance":null}]}`,
			simple.Page{Links: one(simple.Link{})},
		},
		"JSON, yanked true":               {typeJSON, `{"files":[{"url":"` + wheel + `","yanked":true}]}`, simple.Page{Links: one(simple.Link{Yanked: text("")})}},
		"JSON, yanked false":              {typeJSON, `{"files":[{"url":"` + wheel + `","yanked":false}]}`, simple.Page{Links: one(simple.Link{})}},
		"JSON, metadata true":             {typeJSON, `{"files":[{"url":"` + wheel + `","core-metadata":true}]}`, simple.Page{Links: one(simple.Link{HasMetadata: true})}},
		"JSON, metadata by its old name":  {typeJSON, `{"files":[{"url":"` + wheel + `","dist-info-metadata":{"sha256":"00"}}]}`, simple.Page{Links: one(simple.Link{HasMetadata: true, Metadata: []simple.Hash{{"sha256", "00"}}})}},
		"JSON, the new name wins":         {typeJSON, `{"files":[{"url":"` + wheel + `","core-metadata":false,"dist-info-metadata":true}]}`, simple.Page{Links: one(simple.Link{})}},
		"JSON, a hash in the URL":         {typeJSON, `{"files":[{"url":"` + wheel + `#sha256=ab"}]}`, simple.Page{Links: one(simple.Link{Hashes: []simple.Hash{{"sha256", "ab"}}})}},
		"JSON, the name is no path":       {typeJSON, `{"files":[{"url":"` + wheel + `","filename":"../../etc/passwd"}]}`, simple.Page{Links: one(simple.Link{})}},
		"JSON, a name that the URL lacks": {typeJSON, `{"files":[{"url":"https://h.example.org/blob?id=3","filename":"` + wheel + `"}]}`, simple.Page{Links: one(simple.Link{URL: "https://h.example.org/blob?id=3"})}},
		"JSON, status":                    {typeJSON, `{"meta":{"api-version":"1.4","project-status":"quarantined"}}`, simple.Page{Status: "quarantined"}},
		"JSON, status of its own":         {typeJSON, `{"project-status":{"status":"deprecated","reason":"old"},"meta":{"api-version":"1.4"}}`, simple.Page{Status: "deprecated", Reason: "old"}},
		"JSON, a newer version":           {typeJSON, `{"meta":{"api-version":"1.99"}}`, simple.Page{Warnings: []string{"the index speaks version 1.99 of its API, newer than the 1.4 that is known"}}},
		"HTML": {
			typeHTML, `<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.4"><title>Links</title></head><body>
				<a href="/f/a-1-py3-none-any.whl#sha256=ab" data-requires-python="&gt;=3.9" data-yanked="broken &amp; sad" data-core-metadata="sha256=ef" data-provenance="p.json" data-gpg-sig="true">a</a><br/>`,
			simple.Page{Links: one(simple.Link{
				URL: "https://index.example.org/f/" + wheel, Hashes: []simple.Hash{{"sha256", "ab"}}, RequiresPython: ">=3.9",
				Yanked: text("broken & sad"), HasMetadata: true, Metadata: []simple.Hash{{"sha256", "ef"}}, Provenance: pageURL + "p.json",
			})},
		},
		"HTML, as a browser has it":  {"text/html; charset=UTF-8", `<A HREF='a-1-py3-none-any.whl'>`, simple.Page{Links: one(simple.Link{})}},
		"HTML, yanked without value": {"text/html", `<a data-yanked href=a-1-py3-none-any.whl>`, simple.Page{Links: one(simple.Link{Yanked: text("")})}},
		"HTML, old metadata":         {"text/html", `<a data-dist-info-metadata=true href=a-1-py3-none-any.whl>`, simple.Page{Links: one(simple.Link{HasMetadata: true})}},
		"HTML, metadata false":       {"text/html", `<a data-core-metadata=false data-dist-info-metadata=true href=a-1-py3-none-any.whl>`, simple.Page{Links: one(simple.Link{})}},
		"HTML, base":                 {"text/html", `<base href="https://files.example.org/x/"><base href="https://other.example.org/"><a href="a-1-py3-none-any.whl">`, simple.Page{Links: one(simple.Link{URL: "https://files.example.org/x/" + wheel})}},
		"HTML, base after":           {"text/html", `<a href="a-1-py3-none-any.whl"><base href="https://files.example.org/x/">`, simple.Page{Links: one(simple.Link{URL: "https://files.example.org/x/" + wheel})}},
		"HTML, relative base":        {"text/html", `<base href="/x/"><a href="a-1-py3-none-any.whl">`, simple.Page{Links: one(simple.Link{URL: "https://index.example.org/x/" + wheel})}},
		"HTML, not in a script":      {"text/html", `<script>"<a href='b-1-py3-none-any.whl'>"</script><!-- <a href="c"> --><a href="a-1-py3-none-any.whl">`, simple.Page{Links: one(simple.Link{})}},
		"HTML, no address":           {"text/html", `<a name="x"><a href=""><a href="mailto:a@example.org"><a href="javascript:x()"><a href="http://[::1">`, simple.Page{}},
		"HTML, quoted":               {"text/html", `<a href="a-1%2Bx-py3-none-any.whl">`, simple.Page{Links: one(simple.Link{Name: "a-1+x-py3-none-any.whl", URL: pageURL + "a-1%2Bx-py3-none-any.whl"})}},
		"HTML, badly quoted":         {"text/html", ` <a href="  a-1%zz-py3-none-any.whl` + "\n" + `">`, simple.Page{Links: one(simple.Link{Name: "a-1%zz-py3-none-any.whl", URL: pageURL + "a-1%25zz-py3-none-any.whl"})}},
		"HTML, status":               {"text/html", `<meta name="pypi:project-status" content="archived"><meta name="pypi:project-status-reason" content="done">`, simple.Page{Status: "archived", Reason: "done"}},
		"HTML, Latin-1":              {"text/html; charset=iso-8859-1", "<a data-yanked='\xe9' href=a-1-py3-none-any.whl>", simple.Page{Links: one(simple.Link{Yanked: text("é")})}},
		"HTML, not quite UTF-8":      {"text/html", "<a data-yanked='\xe9' href=a-1-py3-none-any.whl>", simple.Page{Links: one(simple.Link{Yanked: text("\ufffd")})}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := simple.Parse([]byte(test.body), test.kind, pageURL)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&test.want, got); diff != "" {
				t.Errorf("page (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRefused(t *testing.T) {
	tests := map[string]struct{ kind, body, want string }{
		"a file":                 {"application/zip", "PK", `of the type "application/zip"`},
		"plain text":             {"text/plain; charset=utf-8", "a", "not a page of links"},
		"JSON of another kind":   {"application/json", "{}", "not a page of links"},
		"no type":                {"", "<a href=x>", `of the type ""`},
		"the next API by type":   {"application/vnd.pypi.simple.v2+json", "{}", `of version "2" of the index API`},
		"the next API in JSON":   {typeJSON, `{"meta":{"api-version":"2.0"}}`, `of version "2.0" of the index API`},
		"the next API in HTML":   {"text/html", `<meta name="pypi:repository-version" content="2.0">`, `of version "2.0" of the index API`},
		"no version":             {typeJSON, `{"meta":{"api-version":"new"}}`, "no version"},
		"truncated":              {typeJSON, `{"files":[{"url":"x"`, "ends too early"},
		"truncated later":        {typeJSON, `{"files":[]`, "ends too early"},
		"empty":                  {typeJSON, ``, "ends too early"},
		"a list":                 {typeJSON, `[]`, "malformed JSON"},
		"files are no list":      {typeJSON, `{"files":{}}`, "malformed JSON"},
		"a URL is a number":      {typeJSON, `{"files":[{"url":3}]}`, "a number where string"},
		"two documents":          {typeJSON, `{}{}`, "something follows"},
		"an unknown encoding":    {"text/html; charset=shift_jis", "<a>", `encoding "shift_jis"`},
		"deep":                   {typeJSON, `{"x":` + strings.Repeat("[", 1<<20), "exceeded max depth"},
		"deep in a file":         {typeJSON, `{"files":[{"yanked":` + strings.Repeat("[", 1<<20), "exceeded max depth"},
		"an endless tag":         {"text/html", `<a href="` + strings.Repeat("x", 5<<20), "max buffer"},
		"too many links in HTML": {"text/html", strings.Repeat("<a href=x>", simple.MaxLinks+1), simple.ErrTooManyLinks.Error()},
		"too many files in JSON": {typeJSON, `{"files":[` + strings.Repeat(`{"url":"x"},`, simple.MaxLinks+1) + `{}]}`, simple.ErrTooManyLinks.Error()},
	}
	long := strings.Repeat("x", 1<<20)
	tests["a long base, again and again"] = struct{ kind, body, want string }{"text/html", `<base href="/` + long + `/">` + strings.Repeat("<a href=x>", 200), simple.ErrLongLinks.Error()}
	tests["long provenance"] = struct{ kind, body, want string }{"text/html", `<base href="/` + long + `/">` + strings.Repeat("<a href=/x data-provenance=x>", 200), simple.ErrLongLinks.Error()}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := simple.Parse([]byte(test.body), test.kind, pageURL)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("want an error with %q, got %v", test.want, err)
			}
		})
	}
	var kind *simple.TypeError
	if _, err := simple.Parse(nil, "image/png", pageURL); !errors.As(err, &kind) || kind.ContentType != "image/png" {
		t.Errorf("%v", err)
	}
	var version *simple.VersionError
	if _, err := simple.Parse([]byte(`{"meta":{"api-version":"2.1"}}`), typeJSON, pageURL); !errors.As(err, &version) || version.Version != "2.1" {
		t.Errorf("%v", err)
	}
}

// A page as large as the largest honest ones.
func BenchmarkParse(b *testing.B) {
	var j, h strings.Builder
	j.WriteString(`{"meta":{"api-version":"1.1"},"files":[`)
	for i := range 20000 {
		name := fmt.Sprintf("a-1.%d-cp311-cp311-manylinux_2_17_x86_64.whl", i)
		if i > 0 {
			j.WriteString(",")
		}
		fmt.Fprintf(&j, `{"filename":%q,"url":"https://files.example.org/packages/ab/cd/%[1]s","hashes":{"sha256":"%064[2]x"},"requires-python":">=3.9","size":123,"core-metadata":{"sha256":"%064[2]x"},"yanked":false}`, name, i)
		fmt.Fprintf(&h, `<a href="https://files.example.org/packages/ab/cd/%s#sha256=%064x" data-requires-python="&gt;=3.9">%[1]s</a><br>`, name, i)
	}
	j.WriteString("]}")
	for name, page := range map[string]struct{ kind, body string }{"json": {typeJSON, j.String()}, "html": {typeHTML, h.String()}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(page.body)))
			for b.Loop() {
				if _, err := simple.Parse([]byte(page.body), page.kind, pageURL); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
