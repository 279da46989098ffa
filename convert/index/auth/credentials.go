package auth

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// credentials are a name and a password to send.
type credentials struct{ name, password string }

// index is a place that the user has named.
type index struct {
	origin origin
	url    string // without user, with "/" at the end
	path   string // the same
	user   user
}

// wallet finds credentials.
type wallet struct {
	indexes []index
	trusted []hostPort
	keyring Keyring
	warn    func(string)

	netrcPath string
	netrcOnce sync.Once
	netrc     *Netrc

	asking chan struct{}            // holds one while the keyring is asked
	asked  map[question]credentials // belongs to whoever is asking
	lock   sync.Mutex               // of what follows
	kept   map[origin]credentials   // those that did for another place there
}

// question is one that a keyring has been asked.
type question struct{ place, user string }

func newWallet(o Options) *wallet {
	w := &wallet{
		keyring: o.Keyring, netrcPath: o.Netrc, warn: once(o.Warn),
		asking: make(chan struct{}, 1), asked: map[question]credentials{}, kept: map[origin]credentials{},
	}
	for _, place := range o.Places {
		clean, user := split(place)
		u, err := url.Parse(clean)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			continue
		}
		u.Path = strings.TrimRight(u.Path, "/") + "/"
		u.RawPath, u.RawQuery, u.Fragment = "", "", ""
		i := index{originOf(u), u.String(), u.Path, user}
		w.indexes = append(w.indexes, i)
		if _, ok := w.kept[i.origin]; !ok && user.hasName {
			w.kept[i.origin] = credentials{user.name, user.password}
		}
	}
	for _, host := range o.TrustedHosts {
		w.trusted = append(w.trusted, parseHostPort(host))
	}
	return w
}

// once gives a warn that says each thing once, one at a time.
func once(warn func(string)) func(string) {
	var lock sync.Mutex
	said := map[string]bool{}
	return func(message string) {
		lock.Lock()
		defer lock.Unlock()
		if warn != nil && !said[message] {
			said[message] = true
			warn(message)
		}
	}
}

func (w *wallet) trusts(o origin) bool {
	for _, h := range w.trusted {
		if h.covers(o) {
			return true
		}
	}
	return false
}

// named tells whether the user has named a place on the origin.
func (w *wallet) named(o origin) bool {
	for _, i := range w.indexes {
		if i.origin == o {
			return true
		}
	}
	return false
}

// found is what is known of a request before it is sent.
type found struct {
	credentials
	any      bool   // there is something to send
	complete bool   // a URL gives both name and password: nothing better will turn up
	user     string // the name that a URL gives
	index    string // the URL of the index that the request belongs to
}

// find looks for the credentials of a request, whose URL gave the user.
func (w *wallet) find(u *url.URL, own user) found {
	o := originOf(u)
	// 1. Those in the URL.
	if own.hasName && own.hasPassword {
		return found{credentials: credentials{own.name, own.password}, any: true, complete: true}
	}
	// 2. Those in the URL of an index on the same origin.
	var f found
	if i := w.indexOf(o, u.Path); i != nil {
		f.index = i.url
		if i.user.hasName {
			own = i.user
		}
		if own.hasPassword {
			f.credentials, f.any, f.complete = credentials{own.name, own.password}, true, true
			return f
		}
	}
	f.user = own.name
	// 3. The netrc file's, unless they are somebody else's. pip has changed its mind
	// about a URL with a name: up to 25 it took no entry, since then it takes any.
	w.netrcOnce.Do(w.readNetrc)
	if m, isDefault, ok := w.netrc.Lookup(o.host); ok && m != (Machine{}) && (!isDefault || w.names(o.host)) {
		if m.Login == "" {
			m.Login = m.Account
		}
		if own.name == "" || own.name == m.Login {
			f.credentials, f.any = credentials{m.Login, m.Password}, true
			return f
		}
	}
	// 4. Those that a keyring gave before, or another index on the same origin.
	w.lock.Lock()
	kept, ok := w.kept[o]
	w.lock.Unlock()
	if ok && (own.name == "" || own.name == kept.name) {
		f.credentials, f.any = kept, true
		return f
	}
	// 5. A name alone, which may be a token.
	f.credentials, f.any = credentials{name: own.name}, own.name != ""
	return f
}

// names tells whether the user has named a place on the host.
func (w *wallet) names(host string) bool {
	for _, i := range w.indexes {
		if i.origin.host == host {
			return true
		}
	}
	return false
}

// indexOf gives the index on an origin that has most of a path in common with
// it, nil if there is none.
func (w *wallet) indexOf(o origin, path string) *index {
	var best *index
	most := -1
	path = strings.TrimRight(path, "/") + "/"
	for k := range w.indexes {
		i := &w.indexes[k]
		if i.origin != o {
			continue
		}
		if i.path == path {
			return i
		}
		if n := common(i.path, path); n > most {
			best, most = i, n
		}
	}
	return best
}

// common is the length of the folders that two paths share.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return strings.LastIndexByte(a[:n], '/')
}

// readNetrc reads the netrc file. As with pip, one that cannot be read is none.
func (w *wallet) readNetrc() {
	if w.netrcPath == "" {
		return
	}
	data, err := readFile(w.netrcPath, maxNetrc)
	if err == nil {
		w.netrc, err = ParseNetrc(data)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.warn("credentials of " + w.netrcPath + " are not used: " + plain(err).Error())
	}
}

// patience is how long a keyring may take: it may have to ask somebody.
const patience = 2 * time.Minute

// ask asks the keyring for a request that was answered 401: for its index,
// then for its host. What it finds is kept for the origin. The error is the
// context's: an answer that comes later than that is kept for the next request.
func (w *wallet) ask(ctx context.Context, u *url.URL, f found) (credentials, error) {
	if w.keyring == nil || f.complete {
		return credentials{}, nil
	}
	// One question at a time: a keyring may open a window.
	select {
	case w.asking <- struct{}{}:
	case <-ctx.Done():
		return credentials{}, context.Cause(ctx)
	}
	answer := make(chan credentials, 1)
	go func() {
		defer func() { <-w.asking }()
		patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		answer <- w.askFor(patient, u, f)
	}()
	select {
	case c := <-answer:
		return c, nil
	case <-ctx.Done():
		return credentials{}, context.Cause(ctx)
	}
}

func (w *wallet) askFor(ctx context.Context, u *url.URL, f found) credentials {
	for _, place := range []string{f.index, u.Host} {
		if place == "" {
			continue
		}
		if c := w.question(ctx, question{place, f.user}); c != (credentials{}) {
			w.lock.Lock()
			w.kept[originOf(u)] = c
			w.lock.Unlock()
			return c
		}
	}
	return credentials{}
}

// question asks the keyring what it has not been asked yet.
func (w *wallet) question(ctx context.Context, q question) credentials {
	if c, ok := w.asked[q]; ok {
		return c
	}
	name, password, err := w.keyring(ctx, q.place, q.user)
	if err != nil {
		w.warn("the keyring gives nothing: " + redact(err.Error()))
		name, password = "", ""
	}
	w.asked[q] = credentials{name, password}
	return w.asked[q]
}

// readFile reads a file of at most limit bytes.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// plain takes the path out of an error that is printed beside it.
func plain(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
