package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"wain/convert/pep"
)

// index NAME FOLDER [USER PASSWORD] serves the files of a folder as an index of
// PEP 503 until the script ends, and puts its URL, and its host, into the
// variables NAME and NAME_HOST. A file WHEEL.metadata is announced as the
// METADATA of the wheel (PEP 658), WHEEL.gone as a wheel that is not there, and
// PROJECT.status holds a project's status (PEP 792).
func cmdIndex(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 && len(args) != 4 {
		ts.Fatalf("usage: index NAME FOLDER [USER PASSWORD]")
	}
	folder := ts.MkAbs(args[1])
	mux := http.NewServeMux()
	mux.HandleFunc("GET /simple/{project}/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		links := indexLinks(folder, r.PathValue("project"))
		if links == "" {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, links)
	})
	mux.HandleFunc("GET /files/", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(folder, path.Base(r.URL.Path)))
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); len(args) == 4 && (user != args[2] || password != args[3]) {
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL+"/simple/")
	ts.Setenv(args[0]+"_HOST", strings.TrimPrefix(server.URL, "http://"))
}

// indexLinks is a project's page.
func indexLinks(folder, project string) string {
	var page strings.Builder
	if status, err := os.ReadFile(filepath.Join(folder, project+".status")); err == nil {
		fmt.Fprintf(&page, "<meta name=\"pypi:project-status\" content=\"%s\">\n", strings.TrimSpace(string(status)))
	}
	files, _ := os.ReadDir(folder)
	for _, f := range files {
		name, metadata := strings.CutSuffix(strings.TrimSuffix(f.Name(), ".gone"), ".metadata")
		if first, _, _ := strings.Cut(name, "-"); metadata || strings.HasSuffix(name, ".status") || pep.Normalize(first) != project {
			continue
		}
		attribute := ""
		if _, err := os.Stat(filepath.Join(folder, name+".metadata")); err == nil {
			attribute = ` data-core-metadata="true"`
		}
		fmt.Fprintf(&page, "<a href=\"/files/%[1]s\"%[2]s>%[1]s</a>\n", name, attribute)
	}
	return page.String()
}
