package auth_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wain/convert/index/auth"
	"wain/fixtures"
)

// keyringHome is a keyring in a file, with one password.
func keyringHome(t *testing.T, place, user, password string) (program string, environ []string) {
	t.Helper()
	program = fixtures.PythonTool(t, "keyring", "keyring")
	environ = []string{
		"PATH=/usr/bin:/bin", "HOME=" + t.TempDir(), "PYTHON_KEYRING_BACKEND=keyrings.alt.file.PlaintextKeyring", "PYTHONDONTWRITEBYTECODE=1",
	}
	set := exec.Command(program, "set", place, user)
	set.Env, set.Stdin = environ, strings.NewReader(password+"\n")
	if out, err := set.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", set.Args, err, out)
	}
	return program, environ
}

// script writes a program that a shell runs.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyring")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestKeyringCommand(t *testing.T) {
	const place = "https://index.example.org/simple/"
	program, environ := keyringHome(t, place, "me", "pä ss\\\"word")
	// The same keyring as it was before 25.2.1.
	old := script(t, `case $1 in --*) echo "keyring: error: unrecognized arguments: --mode=creds --output=json" >&2; exit 2;; esac
exec `+program+` "$@"
`)
	tests := map[string]struct {
		program, place, user string
		want                 [2]string
	}{
		"found":              {program, place, "me", [2]string{"me", "pä ss\\\"word"}},
		"of somebody else":   {program, place, "you", [2]string{}},
		"of another place":   {program, "index.example.org", "me", [2]string{}},
		"without a name":     {program, "index.example.org", "", [2]string{}},
		"old":                {old, place, "me", [2]string{"me", "pä ss\\\"word"}},
		"old, somebody else": {old, place, "you", [2]string{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			user, password, err := auth.KeyringCommand(test.program, environ)(t.Context(), test.place, test.user)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, [2]string{user, password}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestKeyringCommandFails has programs that are no keyring.
func TestKeyringCommandFails(t *testing.T) {
	tests := map[string]struct{ program, user, want string }{
		"old, without a name": {script(t, `echo "unrecognized arguments: --mode=creds" >&2; exit 2`), "", "it cannot be asked without a user's name; version 25.2.1 and newer can"},
		"no JSON":             {script(t, "echo SECRET"), "me", "its answer is not in JSON"},
		"too much":            {script(t, "exec head -c 5000000 /dev/zero"), "me", "its answer is too long"},
		"too many complaints": {script(t, "head -c 5000000 /dev/zero >&2; exit 1"), "me", ""},
		"absent":              {"/nowhere/keyring", "me", "run /nowhere/keyring: no such file or directory"},
		"a crash":             {script(t, "kill -9 $$"), "me", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			user, password, err := auth.KeyringCommand(test.program, nil)(t.Context(), "https://index.example.org/", test.user)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if user != "" || password != "" || text != test.want {
				t.Errorf("%q, %q, %q, want the error %q", user, password, text, test.want)
			}
		})
	}
	t.Run("one that never ends", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, _, err := auth.KeyringCommand(script(t, "sleep 60 & wait"), []string{"PATH=/usr/bin:/bin"})(ctx, "h", "u")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
