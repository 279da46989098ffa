package main_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wain/fixtures"
)

// A repository goes from the key archive to the key next without an outage:
// signed by the first, by both, by the second. Hosts that have one key, the
// other, or both accept each state or refuse it, as docs/trust.md says.
func TestClientKeyRotation(t *testing.T) {
	fixtures.NeedRoots(t)
	w := newWorkshop(t)
	for _, name := range []string{"next.key", "next.asc"} {
		w.write(name, fixtures.Key(name))
	}
	both := append(fixtures.Key("archive.asc"), fixtures.Key("next.asc")...)
	for name, data := range map[string][]byte{"old.asc": fixtures.Key("archive.asc"), "new.asc": fixtures.Key("next.asc"), "both.asc": both} {
		w.write(name, data)
	}
	fixtures.Wheelhouse(t, w.path("wheelhouse"))
	w.write("requirements.txt", []byte(fixtures.Requirements(t)))
	for _, step := range []struct {
		state, application string
		keys, handedOut    []string
	}{
		{"1-old", "myproject-1.2.2", []string{"--key", "archive.key"}, nil},
		{"2-both", "myproject-1.2.3", []string{"--key", "archive.key", "--key", "next.key"}, nil},
		{"3-new", "myproject-1.3.0", []string{"--key", "next.key"}, []string{"--public-key", "archive.asc"}},
	} {
		source := fixtures.WheelFilename(step.application)
		w.write(source, fixtures.Wheel(step.application))
		w.wain(append([]string{"convert", source, "--lock", "requirements.txt", "-f", "wheelhouse", "-t", "debian12", "-t", "debian13", "-t", "el9+python3.11"}, step.keys...)...)
		w.wain(slices.Concat([]string{"publish", "dist", "--repo", "repo", "--origin", "Example"}, step.keys, step.handedOut)...)
		if err := os.CopyFS(w.path("states/"+step.state), os.DirFS(w.path("repo"))); err != nil {
			t.Fatal(err)
		}
	}
	binds := map[string]string{"/states": w.path("states"), "/keys": w.dir}
	for root, want := range map[string]string{
		"bookworm": rotationByApt,
		"trixie":   rotationByApt,
		"rpmhost":  rotationByYum,
	} {
		script := rotationOnApt
		if root == "rpmhost" {
			script = rotationOnYum
		}
		out := fixtures.Root(t, root).Run(t, script, binds)
		var got []string
		for line := range strings.Lines(out) {
			if text, ok := strings.CutPrefix(strings.TrimSpace(line), "= "); ok {
				got = append(got, text)
			}
		}
		if diff := cmp.Diff(strings.Split(strings.TrimSpace(want), "\n"), got); diff != "" {
			t.Errorf("in %s (-want +got):\n%s\n%s", root, diff, out)
		}
	}
}

// What hosts with the old key, the new key or both say to each state, and those
// with the key.asc that was published with it.
const rotationByApt = `
1-old: old yes, new no, both yes, published yes
2-both: old yes, new yes, both yes, published yes
3-new: old no, new yes, both yes, published yes
`

// zypper looks at the first signature alone, the old key's: hosts with only the
// new one have to wait until the old one is dropped.
const rotationByYum = `
1-old: dnf: old yes, new no, both yes, published yes
1-old: zypper: old yes, new no, both yes, published yes
1-old: packages: old yes, new no, both yes, published yes
2-both: dnf: old yes, new yes, both yes, published yes
2-both: zypper: old yes, new no, both yes, published yes
2-both: packages: old yes, new no, both yes, published yes
3-new: dnf: old no, new yes, both yes, published yes
3-new: zypper: old no, new yes, both yes, published yes
3-new: packages: old no, new no, both yes, published yes
`

const rotationOnApt = `
suite=$(. /etc/os-release; echo $VERSION_CODENAME)
echo "deb [signed-by=/etc/apt/keyrings/example.asc] file:/example $suite main" >/tmp/example.list
try() {
	rm -rf /var/lib/apt/lists/*; ln -sfn /states/$1/apt /example; cp $3 /etc/apt/keyrings/example.asc
	if apt-get -q update -o Dir::Etc::SourceList=/tmp/example.list -o Dir::Etc::SourceParts=/dev/null; then said="$said, $2 yes"; else said="$said, $2 no"; fi
}
for state in 1-old 2-both 3-new; do
	said=
	for host in old new both; do try $state $host /keys/$host.asc; done
	try $state published /states/$state/key.asc
	echo "= $state:${said#,}"
done
`

// Debian's rpm has its database in the home folder, where libzypp does not look.
const rotationOnYum = `
mkdir -p /etc/rpm /var/lib/rpm; echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros
cp -a /var/lib/rpm /tmp/clean
repo="[example]\nname=Example\nbaseurl=file:///example\nenabled=1\ngpgcheck=1\nrepo_gpgcheck=1\nskip_if_unavailable=0\n"
try() {
	rm -rf /etc/yum.repos.d /etc/zypp/repos.d /var/cache/dnf /var/lib/dnf /var/cache/zypp /var/lib/rpm
	cp -a /tmp/clean /var/lib/rpm; mkdir -p /etc/yum.repos.d /etc/zypp/repos.d; ln -sfn /states/$2/yum/el9 /example
	case $1 in
	dnf) printf "${repo}gpgkey=file://$4\n" >/etc/yum.repos.d/example.repo; set -- $3 dnf -y makecache ;;
	zypper) printf "$repo" >/etc/zypp/repos.d/example.repo; rpm --import $4; set -- $3 zypper -n refresh ;;
	packages) rpm --import $4; set -- $3 rpmkeys -K $(find /example/ -name '*.rpm') ;;
	esac
	host=$1; shift
	if "$@"; then said="$said, $host yes"; else said="$said, $host no"; fi
}
for state in 1-old 2-both 3-new; do
	for client in dnf zypper packages; do
		said=
		for host in old new both; do try $client $state $host /keys/$host.asc; done
		try $client $state published /states/$state/key.asc
		echo "= $state: $client:${said#,}"
	done
done
`
