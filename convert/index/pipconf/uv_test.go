package pipconf_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/pipconf"
	"wain/fixtures"
)

// TestUV has uv ask for a project that no index has, so that it asks all of
// them, in order and with the credentials that it found.
func TestUV(t *testing.T) {
	uv := fixtures.PythonTool(t, "uv", "uv")
	var lock sync.Mutex
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		who, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.Header.Get("Authorization"), "Basic "))
		if len(who) == 0 && strings.Contains(r.URL.Path, "private") {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		// After a 404 uv tries again with what it knows for the same host.
		if len(asked) == 0 || !strings.HasSuffix(asked[len(asked)-1], " "+r.URL.Path) {
			asked = append(asked, string(who)+" "+r.URL.Path)
		}
		http.NotFound(w, r)
	}))
	defer server.Close()
	random := rand.New(rand.NewPCG(9, 9))
	for range 8 {
		variables := randomUV(random, strings.TrimPrefix(server.URL, "http://"))
		asked = nil
		cmd := exec.Command(uv, "pip", "compile", "--no-cache", "--no-config", "-q", "-")
		cmd.Stdin = strings.NewReader("wain-has-no-such-project")
		cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + t.TempDir(), "UV_PYTHON=" + fixtures.PackagingPython(t), "UV_PYTHON_DOWNLOADS=never"}
		for name, value := range variables {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		out, err := cmd.CombinedOutput()
		if err == nil {
			t.Fatalf("uv found the project:\n%s", out)
		}
		s, err := pipconf.Read(pipconf.Options{Getenv: func(name string) string { return variables[name] }, Etc: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, i := range s.Indexes {
			r := httptest.NewRequest(http.MethodGet, i.URL.Reveal(), nil)
			who := ""
			if r.URL.User != nil {
				password, _ := r.URL.User.Password()
				who = r.URL.User.Username() + ":" + password
				// For a name alone uv takes a password that it knows for the same host.
				for _, line := range asked {
					if other, path, _ := strings.Cut(line, " "); password == "" && strings.HasPrefix(other, who) && strings.HasPrefix(path, r.URL.Path) {
						who = other
					}
				}
			}
			want = append(want, who+" "+strings.TrimSuffix(r.URL.Path, "/")+"/wain-has-no-such-project/")
		}
		lock.Lock()
		got := slices.Clone(asked)
		lock.Unlock()
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%v (-uv +ours):\n%s\n%s", variables, diff, out)
		}
	}
}

// randomUV has uv's variables for indexes on a server.
func randomUV(random *rand.Rand, host string) map[string]string {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	variables := map[string]string{}
	n := 0
	index := func(named bool) string {
		n++
		who, kind := pick("", "", "me:pass@", "me:p%40ss@", "me@", "named@"), "public"
		name := ""
		if named && random.IntN(2) == 0 {
			name = fmt.Sprintf("%s%d", pick("main", "my-own", "a.b", "c_d"), n)
			if random.IntN(2) == 0 {
				variable := "UV_INDEX_" + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
				variables[variable+"_USERNAME"], variables[variable+"_PASSWORD"] = "named", pick("pass", "p:@/s")
				kind = "private"
			}
			name += "="
		}
		if who != "" {
			kind = "private"
		}
		return fmt.Sprintf("%shttp://%s%s/%s%d/simple%s", name, who, host, kind, n, pick("", "/"))
	}
	for range random.IntN(4) {
		variables["UV_INDEX"] += pick(" ", "") + index(true) + " "
	}
	if random.IntN(3) == 0 {
		variables["UV_EXTRA_INDEX_URL"] = index(false)
	}
	switch random.IntN(2) {
	case 0:
		variables["UV_DEFAULT_INDEX"] = index(true)
	case 1:
		variables["UV_INDEX_URL"] = index(false)
	}
	return variables
}
