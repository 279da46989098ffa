package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"wain/fixtures"
)

// The test binary is wain as well: scripts run it as people do.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wain": main})
}

// TestScript runs the sessions of testdata/script. Each has a folder of its own
// ($WORK, also the home of TMPDIR) with
//
//	dist/               myproject 1.2.3
//	wheelhouse/         what it requires
//	requirements.txt    the lock, with hashes
//	keys/               those of fixtures/keys
//
// an environment without any variable of the one who runs the tests, and the
// commands below.
func TestScript(t *testing.T) {
	params := scriptParams("testdata/script")
	addS3(t, &params)
	testscript.Run(t, params)
}

func scriptParams(dir string) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		Setup:               setupScript,
		RequireExplicitExec: false,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"refuses":   cmdRefuses,
			"untouched": cmdUntouched,
			"json":      cmdJSON,
			"wheel":     cmdWheel,
			"index":     cmdIndex,
			"lock":      cmdLock,
			"stamp":     cmdStamp,
			"cut":       cmdCut,
			"flip":      cmdFlip,
			"mode":      cmdMode,
			"example":   cmdExample,
		},
	}
}

// project is the fixture application's folder, by path.
var project = sync.OnceValue(func() map[string][]byte {
	files := map[string][]byte{"requirements.txt": []byte(fixtures.RequirementsText())}
	for _, name := range fixtures.Names() {
		if !fixtures.Application(name) {
			files["wheelhouse/"+fixtures.WheelFilename(name)] = fixtures.Wheel(name)
		}
	}
	files["dist/"+fixtures.WheelFilename("myproject-1.2.3")] = fixtures.Wheel("myproject-1.2.3")
	return files
})

func setupScript(env *testscript.Env) error {
	for path, data := range project() {
		if err := put(filepath.Join(env.WorkDir, path), data); err != nil {
			return err
		}
	}
	keys, err := filepath.Glob("../../fixtures/keys/*.*")
	if err != nil || len(keys) == 0 {
		return fmt.Errorf("no fixture keys: %v", err)
	}
	for _, key := range keys {
		data, err := os.ReadFile(key)
		if err != nil {
			return err
		}
		if err := put(filepath.Join(env.WorkDir, "keys", filepath.Base(key)), data); err != nil {
			return err
		}
	}
	return nil
}

func put(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// refuses CODE KIND wain ARGUMENT... runs a command that must fail: with
// --json, for the document and its kind, then without, so that the script can
// look at stderr. Neither run may change anything below $WORK, print a secret,
// or write to stdout what is no result.
func cmdRefuses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: refuses CODE KIND wain ARGUMENT...")
	}
	code, kind, command := args[0], args[1], args[2:]
	cmdUntouched(ts, false, append([]string{code, command[0], "--json"}, command[1:]...))
	var document errorDocument
	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	decoder.DisallowUnknownFields()
	ts.Check(decoder.Decode(&document))
	if document.Schema != "wain/error/1" || document.Error.Kind != kind || document.Error.Message == "" {
		ts.Fatalf("an error document of kind %s is expected, not %+v", kind, document)
	}
	if document.Error.Hint == "" && kind != kindFailed {
		ts.Fatalf("no hint: %+v", document)
	}
	cmdUntouched(ts, false, append([]string{code}, command...))
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("a failed command printed results: %s", out)
	}
	for line := range strings.Lines(ts.ReadFile("stderr")) {
		if !strings.HasPrefix(line, "wain: ") {
			ts.Fatalf("a line of stderr is not wain's: %q", line)
		}
	}
}

// untouched CODE COMMAND ARGUMENT... runs a command that ends with the code and
// changes nothing below $WORK.
func cmdUntouched(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: untouched CODE COMMAND ARGUMENT...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	work := ts.Getenv("WORK")
	before, err := snapshot(work)
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, not %d", got, want)
	}
	after, err := snapshot(work)
	ts.Check(err)
	if diff := cmp.Diff(before, after); diff != "" {
		ts.Fatalf("%s changed the folder (-before +after):\n%s", strings.Join(args[1:], " "), diff)
	}
	noSecrets(ts)
}

// noSecrets looks for the secrets of fixtures/keys in what was printed.
func noSecrets(ts *testscript.TestScript) {
	for _, stream := range []string{"stdout", "stderr"} {
		text := ts.ReadFile(stream)
		for _, secret := range []string{"PRIVATE KEY", "TEST ONLY passphrase"} {
			if strings.Contains(text, secret) {
				ts.Fatalf("%s shows a secret: %s", stream, text)
			}
		}
	}
}

// snapshot is every path below dir with its mode, and its content or link.
// The folder cache is left out: what was downloaded stays, whatever becomes of
// the run.
func snapshot(dir string) ([]string, error) {
	var list []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == filepath.Join(dir, "cache") {
			return fs.SkipDir
		}
		stat, err := e.Info()
		if err != nil {
			return err
		}
		content := ""
		switch {
		case stat.Mode()&fs.ModeSymlink != 0:
			content, err = os.Readlink(path)
		case stat.Mode().IsRegular():
			var data []byte
			data, err = os.ReadFile(path)
			content = fmt.Sprintf("%x", sha256.Sum256(data))
		}
		list = append(list, fmt.Sprintf("%s %v %s", strings.TrimPrefix(path, dir), stat.Mode(), content))
		return err
	})
	return list, err
}

// json PATH VALUE compares a value of the document on stdout: names and list
// indexes with dots between, "len" for a list's length.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: json PATH VALUE")
	}
	var value any
	decoder := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	decoder.UseNumber()
	ts.Check(decoder.Decode(&value))
	if decoder.More() {
		ts.Fatalf("more than one document on stdout")
	}
	for name := range strings.SplitSeq(args[0], ".") {
		switch v := value.(type) {
		case map[string]any:
			field, ok := v[name]
			if !ok {
				ts.Fatalf("the document has no %s", args[0])
			}
			value = field
		case []any:
			if name == "len" {
				value = len(v)
				continue
			}
			i, err := strconv.Atoi(name)
			ts.Check(err)
			value = v[i]
		default:
			ts.Fatalf("the document has no %s", args[0])
		}
	}
	if equal := fmt.Sprint(value) == args[1]; equal == neg {
		ts.Fatalf("%s is %v", args[0], value)
	}
}

// wheel FILE FOLDER [NAME=ENTRY...] zips the files of a folder as a wheel, some
// of them under another name, or under none where ENTRY is empty; the files of
// .dist-info that are not there are made up.
func cmdWheel(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: wheel FILE FOLDER [NAME=ENTRY...]")
	}
	root := ts.MkAbs(args[1])
	recipe := fixtures.Recipe{Filename: filepath.Base(args[0])}
	ts.Check(filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name := filepath.ToSlash(strings.TrimPrefix(path, root+"/"))
		if i := slices.IndexFunc(args[2:], func(a string) bool { return strings.HasPrefix(a, name+"=") }); i >= 0 {
			name = strings.TrimPrefix(args[2+i], name+"=")
		}
		recipe.Files = append(recipe.Files, fixtures.RecipeFile{Path: name, Data: data})
		return err
	}))
	data, err := fixtures.BuildWheel(recipe)
	ts.Check(err)
	ts.Check(put(ts.MkAbs(args[0]), data))
}

// lock FILE WHEEL [MARKER] adds a wheel to a lock, with its hash.
func cmdLock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: lock FILE WHEEL [MARKER]")
	}
	data := ts.ReadFile(args[1])
	parts := strings.Split(filepath.Base(args[1]), "-")
	line := parts[0] + "==" + parts[1]
	if len(args) == 3 {
		line += " ; " + args[2]
	}
	path := ts.MkAbs(args[0])
	before, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		ts.Check(err)
	}
	ts.Check(put(path, fmt.Appendf(before, "%s --hash=sha256:%x\n", line, sha256.Sum256([]byte(data)))))
}

// stamp FILE WHEEL puts the wheel's SHA-256 in the place of each HASH in a file.
func cmdStamp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: stamp FILE WHEEL")
	}
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(ts.ReadFile(args[1]))))
	ts.Check(put(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(ts.ReadFile(args[0]), "HASH", sum))))
}

// cut FILE SIZE leaves the first bytes of a file.
func cmdCut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cut FILE SIZE")
	}
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}

// flip FILE TEXT changes one bit of the first place where TEXT is.
func cmdFlip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE TEXT")
	}
	data := []byte(ts.ReadFile(args[0]))
	at := bytes.Index(data, []byte(args[1]))
	if at < 0 {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o644))
}

// mode FILE OCTAL compares a file's permission bits.
func cmdMode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode FILE OCTAL")
	}
	stat, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", stat.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has the mode %s", args[0], got)
	}
}

// example COMMAND... runs the example of a command's help, line by line.
func cmdExample(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: example COMMAND...")
	}
	ts.Check(ts.Exec("wain", append(args, "--help")...))
	_, rest, found := strings.Cut(ts.ReadFile("stdout"), "\nExamples:\n")
	if !found {
		ts.Fatalf("the help has no example")
	}
	examples, _, _ := strings.Cut(rest, "\n\n")
	for line := range strings.Lines(examples) {
		words := shellWords(strings.TrimSpace(line))
		if words[0] != "wain" {
			ts.Fatalf("an example is no command of wain: %q", line)
		}
		ts.Check(ts.Exec(words[0], words[1:]...))
	}
}

// shellWords splits a line at blanks outside of double quotes.
func shellWords(line string) []string {
	var words []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 0 {
			words = append(words, strings.Fields(part)...)
		} else {
			words = append(words, part)
		}
	}
	return words
}
