package repo_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"wain/fixtures/reader"
	"wain/repo"
	"wain/repo/store"
)

// soaking reports whether the long forms of tests are asked for (make soak).
func soaking() bool { return os.Getenv("WAIN_SOAK") != "" }

// between is the simulated time from one publish to the next: an hour is 20 publishes, and the past that readers are
// promised, a day, 480.
const between = 3 * time.Minute

// A changing repository is published to again and again; its clock runs between a publish and the next.
type changing struct {
	dir    string
	store  store.Store
	signer *repo.Signer
	count  atomic.Int64 // publishes that are done
	clock  atomic.Int64 // Unix time
}

func (c *changing) now() time.Time { return time.Unix(c.clock.Load(), 0) }

// tick is the moment of the next publish.
func (c *changing) tick() repo.Commit {
	at := time.Unix(c.clock.Add(int64(between/time.Second)), 0)
	return repo.Commit{Store: c.store, Signer: c.signer, Time: at, Jobs: 1}
}

// change does what comes next: mostly a publish, now and then something that takes packages away.
func (c *changing) change(t *testing.T, i int) {
	t.Helper()
	var err error
	switch {
	case i%10 == 5:
		_, err = repo.Rollback(t.Context(), repo.RollbackOptions{Commit: c.tick()})
	case i%10 == 7:
		for _, suite := range []string{"bookworm", "el9"} {
			listed, failed := repo.List(t.Context(), c.store, repo.ListOptions{Suites: []string{suite}})
			if failed != nil {
				t.Fatal(failed)
			}
			_, failed = repo.Remove(t.Context(), repo.RemoveOptions{
				Commit: c.tick(), Suite: suite, Packages: []repo.Selection{{Name: listed[i%len(listed)].Name}}, AllVersions: true,
			})
			err = errors.Join(err, failed)
		}
	case i%50 == 49:
		_, err = repo.Prune(t.Context(), repo.PruneOptions{Commit: c.tick(), Keep: 1})
	default:
		c.publish(t, i)
		return
	}
	if err != nil {
		t.Fatalf("change %d: %v", i, err)
	}
	c.count.Add(1)
}

// publish adds one package to each of bookworm and el9.
func (c *changing) publish(t *testing.T, i int) {
	version := fmt.Sprintf("1.%d", i)
	arch := []string{"amd64", "amd64", "arm64", "all"}[i%4]
	rpmArch := []string{"x86_64", "x86_64", "aarch64", "noarch"}[i%4]
	d, r := deb(version, arch), rpm(version, rpmArch)
	d.name, r.name = fmt.Sprintf("python-project%d", i%50), fmt.Sprintf("python-project%d", i%50)
	o := options(t, c.dir, dist(t, d, r))
	o.Commit, o.BaseURL = c.tick(), base
	publish(t, o)
	c.count.Add(1)
}

// base is where hosts find the repository; a mirrorlist begins so.
const base = "https://packages.example.org"

// slowly holds what open returned until some publishes are over, then follows it.
func slowly[T any](c *changing, publishes int64, open func(context.Context) (*T, []reader.Fault), follow func(context.Context, *T) []reader.Fault) func(context.Context) []reader.Fault {
	return func(ctx context.Context) []reader.Fault {
		head, bad := open(ctx)
		if head == nil {
			return bad
		}
		for until := c.count.Load() + publishes; c.count.Load() < until && ctx.Err() == nil; {
			time.Sleep(5 * time.Millisecond)
		}
		return append(bad, follow(ctx, head)...)
	}
}

// TestReaders polls a repository while it is published to, over HTTP and in its folder (case 5). What is bad in no
// view, and what may be in some, is in docs/formats.md, "Readers".
func TestReaders(t *testing.T) {
	publishes := 150
	if soaking() {
		publishes = 1000
	}
	t.Run("switched", func(t *testing.T) { testReaders(t, publishes, store.FolderOptions{}) })
	t.Run("file by file", func(t *testing.T) {
		testReaders(t, publishes/5, store.FolderOptions{NoSymlinks: true, NoHardLinks: true})
	})
}

func testReaders(t *testing.T, publishes int, o store.FolderOptions) {
	dir := memory(t)
	c := &changing{dir: dir, store: store.NewFolder(dir, o), signer: signer(key(t, house))}
	c.clock.Store(noon.Unix())
	c.publish(t, 0)
	v, web, disk := verifier(t, key(t, house)), reader.Serve(t, dir), reader.Folder(dir)
	crowd := reader.NewCrowd(t.Context())
	pause := 10 * time.Millisecond // two cores have more to do
	if soaking() {
		pause = 2 * time.Millisecond
	}
	always := map[string]bool{} // readers that must see nothing bad, ever
	add := func(name string, sure bool, look func(context.Context) []reader.Fault) {
		always[name] = sure
		crowd.Add(name, pause, look)
	}
	apt := func(from reader.Source) *reader.Apt { return aptReader(v, from, c.now) }
	yum := func(from reader.Source) *reader.Yum { return yumReader(v, from, c.now) }
	pair := yum(web)
	hour := int64(time.Hour / between)
	add("apt by hash, HTTP", true, apt(web).Look)
	add("apt by hash, folder", true, apt(disk).Look)
	add("apt by canonical names, HTTP", false, apt(web).Canonical)
	add("apt an hour late, HTTP", true, slowly(c, hour, apt(web).Open, apt(web).Follow))
	add("yum, HTTP", false, yum(web).Look)
	add("yum's repomd.xml and signature alone, HTTP", false, func(ctx context.Context) []reader.Fault {
		_, bad := pair.Open(ctx)
		return bad
	})
	add("yum an hour late, folder", true, slowly(c, hour, retried(yum(disk)), yum(disk).Follow))
	if !o.NoSymlinks {
		add("yum, folder kept open", true, yum(disk).LookPinned)
	}
	mirrored := yum(web)
	mirrored.BaseURL = base
	if _, err := os.Stat(dir + "/yum/el9/mirrorlist"); err == nil {
		add("yum by mirrorlist, HTTP", true, mirrored.LookMirrored)
	} else if o.NoSymlinks {
		t.Log("no mirrorlist: its folders need symbolic links")
	} else {
		t.Error(err)
	}
	start := time.Now()
	for i := range publishes {
		c.change(t, i+1)
	}
	took := time.Since(start)
	tallies := crowd.Stop()
	t.Logf("%d publishes in %s", publishes, took.Round(time.Millisecond))
	for _, tally := range tallies {
		t.Log(tally)
		allowed := map[reader.Class]bool{reader.Asc: !always[tally.Name], reader.Canonical: !always[tally.Name]}
		for class, n := range tally.Bad {
			if !allowed[class] {
				t.Errorf("%s: %d of %d views are bad (%s)", tally.Name, n, tally.Views, class)
			}
		}
		if tally.Views == 0 {
			t.Errorf("%s: no views", tally.Name)
		}
	}
	sound(t, dir)
}

// retried opens repomd.xml again where its signature is of another publish, as clients do.
func retried(y *reader.Yum) func(context.Context) (*reader.Repomd, []reader.Fault) {
	return func(ctx context.Context) (*reader.Repomd, []reader.Fault) {
		for {
			repomd, bad := y.Open(ctx)
			if repomd == nil && len(bad) == 1 && bad[0].Class == reader.Asc && ctx.Err() == nil {
				continue
			}
			return repomd, bad
		}
	}
}
