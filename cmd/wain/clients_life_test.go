package main_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"wain/fixtures"
	"wain/fixtures/clients"
)

// promotedAndBack is the life of a suite that gets its packages by promotion, as a
// host sees it: 1.2.3 is what there is, 1.3.0 is promoted, and is rolled back. The
// host goes back with its own tool for that, and a host without the package gets
// the old one unasked.
const promotedAndBack = `
runs() {
	[ "$(installed)" = "$1" ] || fail "installed is $(installed) in place of $1"
	said=$("$PROGRAM")
	[ "$said" = "$PROGRAM $1" ] || fail "$PROGRAM printed \"$said\" in place of $1"
}

case $PROVIDER in
apt)
	newest() { apt-get -qy install "$PACKAGE"; }
	offered() { apt-cache madison "$PACKAGE" | awk -F' *[|] *' '{ print $2 }'; }
	back() {
		apt-cache policy "$PACKAGE"
		if apt-get -qy install "$PACKAGE=$1"; then fail "apt goes down unasked"; fi
		apt-get -qy --allow-downgrades install "$PACKAGE=$1"
	}
	;;
dnf)
	newest() { quietly dnf -y install "$PACKAGE"; }
	offered() { dnf -q repoquery --refresh --qf '%{version}' "$PACKAGE"; }
	refresh() { dnf -y --refresh makecache; }
	back() { quietly dnf -y distro-sync; }
	;;
zypper)
	newest() { zypp install "$PACKAGE"; }
	offered() { zypper --non-interactive --releasever 15 search -s --repo example "$PACKAGE" | awk -F' *[|] *' '/package/ { sub(/-.*/, "", $4); print $4 }'; }
	back() { zypp dup; }
	;;
esac

offers() {
	found=$(offered | sort -u | xargs)
	[ "$found" = "$1" ] || fail "the host is offered \"$found\", not \"$1\""
}

configure
refresh
offers "1.2.3"
newest
runs 1.2.3

step "promote 1.3.0"
publisher promote
refresh
offers "1.2.3 1.3.0"
upgrade 1.3.0
runs 1.3.0

step "roll back"
publisher rollback
refresh
offers "1.2.3"
back 1.2.3
runs 1.2.3
remove
newest
runs 1.2.3

step "forward again"
publisher rollback
refresh
offers "1.2.3 1.3.0"
upgrade 1.3.0
runs 1.3.0
step "done"
`

// Every client follows a promotion, and the way back.
func TestClientPromotedAndRolledBack(t *testing.T) {
	fixtures.NeedRoots(t)
	w := newWorkshop(t)
	repository := w.repository()
	for to, c := range map[string]clients.Case{
		"bookworm-stable": {Client: clients.Apt, Root: "bookworm", Suite: "bookworm"},
		"trixie-stable":   {Client: clients.Apt, Root: "trixie", Suite: "trixie"},
		"el9-dnf":         {Client: clients.Dnf, Root: "rpmhost", Suite: "el9"},
		"el9-zypper":      {Client: clients.Zypper, Root: "rpmhost", Suite: "el9"},
	} {
		t.Run(to, func(t *testing.T) {
			from := c.Suite
			c.Suite, c.Repository, c.HTTP = to, repository, true
			promote := func(version string) error {
				return w.try("promote", "python-myproject="+version, "--from", from, "--to", to, "--repo", "repo")
			}
			if err := promote("1.2.3"); err != nil {
				t.Fatal(err)
			}
			c.Publisher = func(what string) error {
				switch what {
				case "promote":
					return promote("1.3.0")
				case "rollback":
					return w.try("rollback", "--suite", to, "--repo", "repo")
				}
				return fmt.Errorf("the publisher does not know how to %s", what)
			}
			c.Session(t, promotedAndBack)
		})
	}
}

// try runs the program, which may fail.
func (w *workshop) try(args ...string) error {
	cmd := exec.Command(wainPath(w.t), args...)
	cmd.Dir = w.dir
	cmd.Env = []string{"PATH=/nowhere", "WAIN_KEY_FILE=archive.key", "TMPDIR=" + w.dir}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("wain %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}
