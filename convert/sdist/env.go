package sdist

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// compilers are the variables of the caller that a build gets: where programs
// are, and how compilers are to be called. All else stays behind.
var compilers = []string{
	"PATH", "CC", "CXX", "CPP", "AR", "LD", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "MAKEFLAGS",
	"PKG_CONFIG_PATH", "LD_LIBRARY_PATH", "LIBRARY_PATH", "CPATH", "C_INCLUDE_PATH", "CARGO_HOME", "RUSTUP_HOME",
	"RUSTFLAGS", "PYENV_ROOT",
}

// networks are those that a build with the network gets too.
var networks = []string{
	"http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
}

// variable gives "NAME=VALUE" as the caller has it, or nothing.
func (b *build) variable(name string) []string {
	// The last one counts, as it does for programs.
	for _, entry := range slices.Backward(b.Env) {
		if key, _, _ := strings.Cut(entry, "="); key == name {
			return []string{entry}
		}
	}
	return nil
}

func (b *build) passed() []string {
	env := []string{"LANG=C.UTF-8", "LC_ALL=C.UTF-8"}
	for _, name := range compilers {
		env = append(env, b.variable(name)...)
	}
	if b.Network {
		for _, name := range networks {
			env = append(env, b.variable(name)...)
		}
	}
	return env
}

// environment is all that a build sees; its home is in dir.
func (b *build) environment(dir string) []string {
	epoch := b.Epoch
	if first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC); epoch.Before(first) {
		epoch = first
	}
	env := append(b.passed(),
		"HOME="+filepath.Join(dir, "home"),
		"TMPDIR="+filepath.Join(dir, "tmp"),
		"XDG_CACHE_HOME="+filepath.Join(dir, "home", "cache"),
		"SOURCE_DATE_EPOCH="+strconv.FormatInt(epoch.Unix(), 10),
		"NO_COLOR=1", "TERM=dumb",
		"PIP_CONFIG_FILE=/dev/null", "PIP_NO_INPUT=1", "PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_KEYRING_PROVIDER=disabled",
		"UV_NO_CONFIG=1", "UV_PYTHON_DOWNLOADS=never", "UV_KEYRING_PROVIDER=disabled",
	)
	if !b.Network {
		// For builds that run another pip, and where there is no namespace.
		const dead = "http://127.0.0.1:9"
		env = append(env, "PIP_NO_INDEX=1", "UV_NO_INDEX=1", "UV_OFFLINE=1", "CARGO_NET_OFFLINE=true",
			"http_proxy="+dead, "https_proxy="+dead, "all_proxy="+dead, "HTTP_PROXY="+dead, "HTTPS_PROXY="+dead, "ALL_PROXY="+dead)
	}
	return env
}
