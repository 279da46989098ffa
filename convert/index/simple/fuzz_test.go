package simple_test

import (
	"net/url"
	"strings"
	"testing"

	"wain/convert/index/simple"
)

// FuzzParse: any bytes as a page of either kind.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`<base href="/x/"><a href="a-1-py3-none-any.whl#sha256=ab" data-yanked data-core-metadata="sha256=1">`), false)
	f.Add([]byte(`<meta name="pypi:repository-version" content="1.0"><a href='//h/%zz' data-requires-python="&gt;3">`), false)
	f.Add([]byte(`{"meta":{"api-version":"1.4"},"files":[{"url":"../x","hashes":{"sha256":"a"},"yanked":"b","core-metadata":true,"size":1e3,"provenance":"p"}]}`), true)
	f.Fuzz(func(t *testing.T, body []byte, isJSON bool) {
		kind := "text/html"
		if isJSON {
			kind = typeJSON
		}
		p, err := simple.Parse(body, kind, pageURL)
		if err != nil {
			return
		}
		for _, l := range p.Links {
			u, err := url.Parse(l.URL)
			if err != nil || u.Scheme == "" || u.Fragment != "" {
				t.Errorf("the address %q: %v", l.URL, err)
			}
			if l.Name == "" || strings.Contains(l.Name, "/") {
				t.Errorf("the name %q", l.Name)
			}
			if len(l.Metadata) > 0 && !l.HasMetadata {
				t.Errorf("hashes of no metadata: %+v", l)
			}
		}
	})
}

// FuzzType: any content type and any page URL.
func FuzzType(f *testing.F) {
	f.Add("text/html; charset=utf-8", pageURL)
	f.Add("application/vnd.pypi.simple.v1+json", "file:///srv/index.html")
	f.Add(";", "%")
	f.Fuzz(func(t *testing.T, kind, at string) {
		if _, err := simple.Parse([]byte(`{"files":[{"url":"x"}]}`), kind, at); err != nil && err.Error() == "" {
			t.Error("an error without a word")
		}
	})
}
