package sign_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"wain/fixtures"
	"wain/sign"
)

// A hand signs without asking whether a client will like it: weak keys too.
type hand struct {
	name            string
	public          []byte // armored
	clear, detached func(text []byte) []byte
	binary          func(text []byte) []byte
}

// hands are those of the fixture keys, through GnuPG, and one of version 6.
func hands(t *testing.T, g *gnupg) []hand {
	g.file("trust", nil)
	var all []hand
	for _, name := range []string{"archive", "rsa2048", "rsa1024", "dsa", "ed25519", "nistp256", "brainpool", "sha1", "expired", "subkey"} {
		g.gpg(fixtures.Key(name+".key"), "", "--import")
		user := "wain TEST ONLY " + name + " <" + name + "@example.org>"
		if name == "dsa" || name == "sha1" {
			user = key(t, name).Fingerprint()
		}
		gpg := func(text []byte, args ...string) []byte {
			args = append([]string{"--local-user", user, "--digest-algo", "SHA256", "--output", "-"}, args...)
			if name == "expired" {
				args = append([]string{"--faked-system-time", "20240301T000000!"}, args...)
			}
			return []byte(g.gpg(text, "", args...))
		}
		all = append(all, hand{
			name, key(t, name).PublicArmored(),
			func(text []byte) []byte { return gpg(text, "--clear-sign") },
			func(text []byte) []byte { return gpg(text, "--armor", "--detach-sign") },
			func(text []byte) []byte { return gpg(text, "--detach-sign") },
		})
	}
	bare := flagless(t)
	ours := func(sig []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return sig
	}
	all = append(all, hand{
		"flagless", bare.PublicArmored(),
		func(text []byte) []byte { return ours(bare.Clear(text, time.Now())) },
		func(text []byte) []byte { return ours(bare.Detached(bytes.NewReader(text), time.Now())) },
		func(text []byte) []byte { return ours(bare.Binary(bytes.NewReader(text), time.Now())) },
	})
	return append(all,
		newer(t, "v6", &packet.Config{V6Keys: true, Algorithm: packet.PubKeyAlgoEd25519}),
		newer(t, "v4-ed25519", &packet.Config{Algorithm: packet.PubKeyAlgoEd25519}),
		newer(t, "v4-ed448", &packet.Config{Algorithm: packet.PubKeyAlgoEd448}),
	)
}

// newer is the hand of a key that GnuPG 2.2 cannot make.
func newer(t *testing.T, name string, config *packet.Config) hand {
	config.DefaultHash, config.Time = crypto.SHA512, func() time.Time { return keysMade }
	entity, err := openpgp.NewEntity("wain TEST ONLY "+name, "", name+"@example.org", config)
	if err != nil {
		t.Fatal(err)
	}
	var public bytes.Buffer
	if err := entity.Serialize(&public); err != nil {
		t.Fatal(err)
	}
	ring, err := sign.ReadPublic(public.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	write := func(do func(*bytes.Buffer) error) []byte {
		var out bytes.Buffer
		if err := do(&out); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	now := &packet.Config{DefaultHash: crypto.SHA512}
	return hand{
		name, ring.Certificates()[0].Armored(),
		func(text []byte) []byte {
			return write(func(out *bytes.Buffer) error {
				w, err := clearsign.Encode(out, entity.PrivateKey, now)
				if err == nil {
					_, err = w.Write(text)
				}
				if err == nil {
					err = w.Close()
				}
				return err
			})
		},
		func(text []byte) []byte {
			return write(func(out *bytes.Buffer) error {
				return openpgp.ArmoredDetachSign(out, entity, bytes.NewReader(text), now)
			})
		},
		func(text []byte) []byte {
			return write(func(out *bytes.Buffer) error { return openpgp.DetachSign(out, entity, bytes.NewReader(text), now) })
		},
	}
}

// put writes a file below dir.
func put(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// The table of refusals says what the clients of the client roots do with each
// key, and both say it of a kind of key that somebody has.
func TestClientsRefuseKeys(t *testing.T) {
	fixtures.NeedRoots(t)
	g := newGnuPG(t)
	fixtures.NeedTool(t, "createrepo_c")
	dir := t.TempDir()
	all := hands(t, g)
	var names []string
	for _, h := range all {
		h.repository(t, g, filepath.Join(dir, h.name))
		names = append(names, h.name)
	}
	keys := "KEYS='" + strings.Join(names, " ") + "'\n"
	binds := map[string]string{"/keys": dir}
	for root, test := range map[string]struct {
		script  string
		clients map[string]string // what the script calls them, and the table
	}{
		"bookworm": {judgedByApt, map[string]string{"apt": "apt 2.6"}},
		"trixie":   {judgedByApt, map[string]string{"apt": "apt 3.0"}},
		"rpmhost":  {judgedByYum, map[string]string{"rpm": "rpm 4.18 (Debian 12)", "dnf": "dnf 4.14", "zypper": "zypper 1.14"}},
	} {
		out := fixtures.Root(t, root).Run(t, keys+test.script, binds)
		for name, client := range test.clients {
			for _, h := range all {
				got := "says nothing"
				for _, verdict := range []string{"accepts", "refuses"} {
					if strings.Contains(out, "\n= "+name+" "+h.name+" "+verdict+"\n") {
						got = verdict
					}
				}
				if want := h.verdict(t, client); got != want {
					t.Errorf("%s %s the key %s, the table says that it %s it:\n%s", client, got, h.name, want, out)
				}
			}
		}
	}
}

// verdict is what the table says that a client does today.
func (h hand) verdict(t *testing.T, client string) string {
	r, err := sign.ReadPublic(h.public)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, refusal := range r.Certificates()[0].Refusals(now) {
		if refusal.Client.Name == client && refusal.InForce(now) {
			return "refuses"
		}
	}
	return "accepts"
}

// repository makes an apt suite and a yum repository with one package, all signed
// by the key. Where rpmsign cannot sign with such a key, the package is unsigned.
func (h hand) repository(t *testing.T, g *gnupg, dir string) {
	release := fmt.Sprintf("Origin: o\nLabel: l\nSuite: s\nDate: %s\nArchitectures: amd64\nComponents: main\nSHA256:\n %x 0 main/binary-amd64/Packages\n",
		time.Now().UTC().Format(time.RFC1123), sha256.Sum256(nil))
	for name, data := range map[string][]byte{
		"key.asc": h.public, "dists/s/InRelease": h.clear([]byte(release)), "dists/s/main/binary-amd64/Packages": nil,
	} {
		put(t, dir, name, data)
	}
	pkg := buildRPM(t, g)
	if slices.Contains([]string{"nistp256", "brainpool", "v6", "v4-ed25519", "v4-ed448"}, h.name) { // rpmsign has no tag for them
		put(t, dir, "yum/hello-1-1.noarch.rpm", pkg)
	} else {
		put(t, dir, "yum/hello-1-1.noarch.rpm", rpmsign(t, g, pkg, h.binary))
	}
	g.run(nil, "createrepo_c", "-q", filepath.Join(dir, "yum"))
	put(t, dir, "yum/repodata/repomd.xml.asc", h.detached(readFile(t, filepath.Join(dir, "yum/repodata/repomd.xml"))))
	put(t, dir, "yum/repodata/repomd.xml.key", h.public)
}

const judgedByApt = `
for key in $KEYS; do
	cp /keys/$key/key.asc /etc/apt/keyrings/$key.asc
	echo "deb [signed-by=/etc/apt/keyrings/$key.asc] file:/keys/$key s main" >/tmp/$key.list
	if apt-get -q update -o Dir::Etc::SourceList=/tmp/$key.list -o Dir::Etc::SourceParts=/dev/null
	then echo "= apt $key accepts"; else echo "= apt $key refuses"; fi
done
`

// Debian's rpm has its database in the home folder, where libzypp does not look.
const judgedByYum = `
mkdir -p /etc/rpm /var/lib/rpm; echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros
cp -a /var/lib/rpm /tmp/clean
for key in $KEYS; do
	for client in rpm dnf zypper; do
		rm -rf /etc/yum.repos.d /etc/zypp/repos.d /var/cache/dnf /var/lib/dnf /var/cache/zypp /var/lib/rpm
		cp -a /tmp/clean /var/lib/rpm; mkdir -p /etc/yum.repos.d /etc/zypp/repos.d
		printf "[$key]\nname=$key\nbaseurl=file:///keys/$key/yum\nenabled=1\ngpgcheck=1\nrepo_gpgcheck=1\nskip_if_unavailable=0\ngpgkey=file:///keys/$key/key.asc\n" >/tmp/$key.repo
		case $client in
		rpm) set -- sh -c "rpm --import /keys/$key/key.asc && rpmkeys -Kv /keys/$key/yum/*.rpm && ! rpmkeys -Kv /keys/$key/yum/*.rpm | grep -q NOKEY" ;;
		dnf) cp /tmp/$key.repo /etc/yum.repos.d; set -- dnf -y makecache ;;
		zypper) cp /tmp/$key.repo /etc/zypp/repos.d; set -- zypper -n --gpg-auto-import-keys refresh ;;
		esac
		if "$@"; then echo "= $client $key accepts"; else echo "= $client $key refuses"; fi
	done
done
`
