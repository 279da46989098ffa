package sdist_test

import (
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/convert/sdist"
	"wain/fixtures"
)

// listener counts the connections that it gets.
func listener(t *testing.T) (address string, count func() int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	n := 0
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
			mu.Lock()
			n++
			mu.Unlock()
		}
	}()
	t.Cleanup(func() { l.Close() })
	return l.Addr().String(), func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

// intruder tries to reach an address, at first as anybody would, then by going
// back to the network of the process that wanted the build.
const intruder = `
import ctypes, os, socket
host, port = %q.split(":")
def reach(name):
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
        answer[name] = "reached"
    except OSError as e:
        answer[name] = "none"
reach("plain")
try:
    fd = os.open("/proc/%d/ns/net", os.O_RDONLY)
    answer["setns"] = ctypes.CDLL(None, use_errno=True).setns(fd, 0)
except OSError as e:
    answer["setns"] = -1
reach("again")
`

func TestBuildHasNoNetwork(t *testing.T) {
	for _, tool := range []string{sdist.Pip, sdist.UV} {
		t.Run(tool, func(t *testing.T) {
			address, count := listener(t)
			path, sum := hooked(t, fmt.Sprintf(intruder, address, os.Getpid()))
			o := options(t, path, sum)
			if tool == sdist.UV {
				o = uv(t, o)
			}
			built := build(t, o)
			if built.Isolation != sdist.Namespace {
				fixtures.Missing(t, "needs network namespaces: this machine grants none")
			}
			want, got := map[string]any{"plain": "none", "setns": -1.0, "again": "none"}, answer(t, built)
			bound := os.Getuid() != 0 || exec.Command("unshare", "--user", "true").Run() == nil
			if !bound { // root without user namespaces can step out
				maps.DeleteFunc(want, func(name string, _ any) bool { return name != "plain" })
				maps.DeleteFunc(got, func(name string, _ any) bool { return name != "plain" })
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if n := count(); bound && n != 0 {
				t.Errorf("%d connections", n)
			}
			// Allowed, the same sdist is built anew, and reaches it.
			o.Network = true
			built = build(t, o)
			if built.Isolation != sdist.Open || built.Cached || answer(t, built)["plain"] != "reached" || count() == 0 {
				t.Errorf("%+v, %v, %d connections", built, answer(t, built), count())
			}
		})
	}
}
