package convert_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"wain/convert"
	"wain/convert/index"
	"wain/convert/lock"
	"wain/fixtures"
)

// pylock writes a lock that lists the fixture wheels by name, each at a URL that
// nobody may ask.
func (b *bench) pylock(names ...string) string {
	var text strings.Builder
	text.WriteString("lock-version = \"1.0\"\ncreated-by = \"test\"\n")
	for _, name := range names {
		file := fixtures.WheelFilename(name)
		parts := strings.Split(file, "-")
		fmt.Fprintf(&text, "[[packages]]\nname = %q\nversion = %q\nwheels = [{url = \"https://files.example.org/%s\", hashes = {sha256 = \"%x\"}}]\n",
			parts[0], parts[1], file, sha256.Sum256(fixtures.Wheel(name)))
	}
	b.write("pylock.toml", []byte(text.String()))
	return b.path("pylock.toml")
}

// A lock that lists files takes no other, whatever else a folder has: not a
// wheel of a higher build, not other bytes under the listed name.
func TestListedFilesAlone(t *testing.T) {
	b := newBench(t)
	o := b.options("debian12")
	o.Sources, o.Lock = []string{"shouting==1.4"}, b.pylock("shouting")
	better := strings.Replace(fixtures.WheelFilename("shouting"), "-1.4-", "-1.4-9-", 1)
	b.wheel("wheelhouse", "shouting", func(r *fixtures.Recipe) { r.Filename = better })
	if got := build(t, o).Packages[0].Wheels[0].Filename; got != fixtures.WheelFilename("shouting") {
		t.Errorf("took %s", got)
	}
	b.wheel("wheelhouse", "shouting", func(r *fixtures.Recipe) { r.Files[0].Data = append(r.Files[0].Data, '\n') })
	_, err := convert.Build(context.Background(), o)
	var hash *index.HashError
	if !errors.As(err, &hash) {
		t.Errorf("error is %v", err)
	}
	if err := os.Remove(b.path("wheelhouse/" + fixtures.WheelFilename("shouting"))); err != nil {
		t.Fatal(err)
	}
	o.Offline, o.CacheDir = true, b.path("cache")
	_, err = convert.Build(context.Background(), o)
	if !errors.Is(err, index.ErrOffline) {
		t.Errorf("without the file, the error is %v", err)
	}
}

// The SOURCE wheel must be one that the lock lists, where it lists any of the
// project.
func TestSourceIsListed(t *testing.T) {
	b := newBench(t)
	o := b.options("debian12")
	o.Sources, o.Lock = []string{b.path("wheelhouse/" + fixtures.WheelFilename("shouting"))}, b.pylock("shouting")
	build(t, o)
	o.Sources = []string{b.wheel("other", "shouting", func(r *fixtures.Recipe) {
		r.Filename = strings.Replace(r.Filename, "-1.4-", "-1.4-9-", 1)
	})}
	_, err := convert.Build(context.Background(), o)
	var source *convert.SourceError
	if !errors.As(err, &source) || !strings.Contains(err.Error(), "pins other files of shouting") {
		t.Errorf("error is %v", err)
	}
}

// What a lock has against a target names the target.
func TestLockIsNotForTheTarget(t *testing.T) {
	b := newBench(t)
	o := b.options("debian12", "debian13")
	o.Sources, o.Lock = []string{"shouting==1.4"}, b.pylock("shouting")
	text, err := os.ReadFile(o.Lock)
	if err != nil {
		t.Fatal(err)
	}
	b.write("pylock.toml", []byte("requires-python = \">=3.13\"\n"+string(text)))
	result, err := convert.Build(context.Background(), o)
	var broken *lock.Error
	if !errors.As(err, &broken) || broken.Issues[0].Rule != lock.RuleTarget || !strings.HasPrefix(err.Error(), "debian12: ") {
		t.Errorf("error is %v", err)
	}
	if result == nil || len(result.Packages) != 1 || result.Packages[0].Target != "debian13" {
		t.Errorf("result is %+v", result)
	}
}

// A folder that has all that the lock allows leaves nothing to be asked.
func TestFolderBeforeIndex(t *testing.T) {
	b := newBench(t)
	o := b.options("debian12")
	o.Indexes = []index.Remote{{URL: "http://127.0.0.1:1/simple/"}}
	o.Attempts, o.CacheDir = 1, b.path("cache")
	build(t, o)
	// Other bytes than those that the lock allows may be on the index.
	b.wheel("wheelhouse", "shouting", func(r *fixtures.Recipe) { r.Files[0].Data = append(r.Files[0].Data, '\n') })
	_, err := convert.Build(context.Background(), o)
	var page *index.PageError
	if !errors.As(err, &page) || page.Project != "shouting" {
		t.Errorf("error is %v", err)
	}
}

// A server that does not answer is told once, not once a pin.
func TestUnansweredOnce(t *testing.T) {
	b := newBench(t)
	pages := b.options("debian12")
	pages.Sources = []string{"shouting==1.4"}
	pages.FindLinks = nil
	pages.Indexes = []index.Remote{{URL: "http://127.0.0.1:1/simple/"}}
	pages.Attempts, pages.CacheDir = 1, b.path("cache")
	files := pages
	files.Lock, files.Offline = b.pylock("shouting", "greetings", "sharedata", "scripttool"), true
	for want, o := range map[string]convert.Options{"ask http://": pages, "download https://": files} {
		_, err := convert.Build(context.Background(), o)
		var unanswered *convert.UnansweredError
		if !errors.As(err, &unanswered) || unanswered.Others < 3 || strings.Count(err.Error(), "\n") != 0 || strings.Count(err.Error(), want) != 1 {
			t.Errorf("error is %v", err)
		}
	}
}

// A file that a server has not is named, however many there are.
func TestAbsentDownloadsByName(t *testing.T) {
	b := newBench(t)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	o := b.options("debian12")
	o.Sources, o.Lock, o.FindLinks = []string{"shouting==1.4"}, b.pylock("shouting", "greetings"), nil
	o.Attempts, o.CacheDir = 1, b.path("cache")
	text, err := os.ReadFile(o.Lock)
	if err != nil {
		t.Fatal(err)
	}
	b.write("pylock.toml", []byte(strings.ReplaceAll(string(text), "https://files.example.org", server.URL)))
	_, err = convert.Build(context.Background(), o)
	if err == nil || strings.Count(err.Error(), ".whl: the server answers 404") != 2 {
		t.Errorf("error is %v", err)
	}
}
