package wheel

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	"wain/convert/pep"
)

// Options changes what Open accepts.
type Options struct {
	// HealRecord accepts files that RECORD does not list, with a warning each.
	HealRecord bool
}

// Wheel is one opened wheel. Nothing changes it after Open; its methods may be
// called by several goroutines.
type Wheel struct {
	Filename      pep.WheelFilename
	Metadata      Metadata
	RootIsPurelib bool
	DistInfo      string       // the .dist-info folder as spelled in the archive, without "/"
	EntryPoints   []EntryPoint // those that become scripts, in the order of the file
	Files         []File       // every regular file in the order of paths, without __pycache__
	Newest        time.Time    // the latest time stamp of an entry, read as UTC; zero when none is a date
	Warnings      []string     // oddities that were read around, one a line

	archive content
}

// The names in the .dist-info folder that this package reads or exempts.
const (
	recordName      = "RECORD"
	metadataName    = "METADATA"
	wheelName       = "WHEEL"
	entryPointsName = "entry_points.txt"
)

// maxInfo bounds each file of the .dist-info folder that is read into memory.
const maxInfo = 32 << 20

// Open reads the wheel of size bytes in r, which must stay readable as long as
// the wheel is used; filename is its name, possibly with a path. See the
// package comment for what is verified. A wheel that breaks a rule is an *Error
// or several joined; a file name that is none is pep's *SyntaxError; the rest
// is r's.
func Open(r io.ReaderAt, size int64, filename string, opts Options) (*Wheel, error) {
	name, err := pep.ParseWheelFilename(filename[strings.LastIndexByte(filename, '/')+1:])
	if err != nil {
		return nil, err
	}
	w := &Wheel{Filename: name, archive: content{at: r, name: name.Raw}}
	if err := w.open(size, opts); err != nil {
		return nil, named(err, name.Raw)
	}
	return w, nil
}

func (w *Wheel) open(size int64, opts Options) error {
	// 1. The archive.
	entries, err := walk(w.archive.at, size)
	if err != nil {
		return err
	}
	// 2. The .dist-info folder, and the only .data folder that goes with it.
	if w.DistInfo, err = findDistInfo(entries, w.Filename.Name); err != nil {
		return err
	}
	// 3. WHEEL, since it says how to read the rest.
	info := w.infoEntries(entries)
	for _, base := range []string{wheelName, metadataName, recordName} {
		if info[base] == nil {
			return refuse("dist-info-file", w.DistInfo+"/"+base, "the file is missing")
		}
	}
	text, err := w.readInfo(info[wheelName])
	if err != nil {
		return err
	}
	format, warnings, err := parseFormat(text)
	if err != nil {
		return at(w.DistInfo+"/"+wheelName, err)
	}
	w.warn(wheelName, warnings)
	w.RootIsPurelib = format.rootIsPurelib
	if warning := compareTags(format.tags, w.Filename.Tags); warning != "" {
		w.Warnings = append(w.Warnings, warning)
	}
	// 4. The files, each with its place.
	if err := w.listFiles(entries); err != nil {
		return err
	}
	// 5. RECORD, and with it the bytes that were read so far.
	if err := w.readRecord(info[recordName], opts.HealRecord); err != nil {
		return err
	}
	// 6. METADATA and entry points.
	return errors.Join(w.verifyInfo(wheelName), w.readMetadata(), w.readEntryPoints())
}

// infoEntries gives the entries directly in the .dist-info folder by base name.
func (w *Wheel) infoEntries(entries []entry) map[string]*entry {
	info := map[string]*entry{}
	for i := range entries {
		e := &entries[i]
		base, found := strings.CutPrefix(e.name, w.DistInfo+"/")
		if found && base != "" && !e.dir && !strings.Contains(base, "/") {
			info[base] = e
		}
	}
	return info
}

// listFiles fills in Files and Newest.
func (w *Wheel) listFiles(entries []entry) error {
	w.Files = make([]File, 0, len(entries))
	var found issues
	skipped := 0
	for i := range entries {
		e := &entries[i]
		if t := e.modified(); t.After(w.Newest) {
			w.Newest = t
		}
		if e.dir {
			continue
		}
		// Bytecode that somebody else compiled would run instead of the source
		// that everybody reads.
		if slices.Contains(strings.Split(e.name, "/"), "__pycache__") {
			skipped++
			continue
		}
		f := File{Path: e.name, Mode: 0o644, Size: e.size, entry: e}
		if e.executable() {
			f.Mode = 0o755
		}
		var err error
		if f.Scheme, f.Dest, err = w.place(e.name); err != nil {
			found.add(err)
		}
		w.Files = append(w.Files, f)
	}
	if skipped > 0 {
		w.Warnings = append(w.Warnings, fmt.Sprintf("%d files in __pycache__ folders are left out", skipped))
	}
	slices.SortFunc(w.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	return found.err()
}

// readRecord checks every file against RECORD and takes the hashes from it.
func (w *Wheel) readRecord(e *entry, heal bool) error {
	text, err := w.readInfo(e)
	if err != nil {
		return err
	}
	rows, err := ParseRecord(text)
	if err != nil {
		return err // says the line of RECORD
	}
	var found issues
	byPath := make(map[string]Row, len(rows))
	for _, row := range rows {
		if before, twice := byPath[row.Path]; twice && !sameRow(before, row) {
			found.add(refuse("record-duplicate", row.Path, "RECORD has two rows for it that differ"))
		}
		byPath[row.Path] = row
	}
	for i := range w.Files {
		f := &w.Files[i]
		row, listed := byPath[f.Path]
		delete(byPath, f.Path)
		if err := w.recordFile(f, row, listed, heal); err != nil {
			found.add(err)
		}
	}
	w.warnAbsent(rows, byPath)
	return found.err()
}

// recordFile gives f its hash: the row's, where that is SHA-256.
func (w *Wheel) recordFile(f *File, row Row, listed, heal bool) error {
	var check hash.Hash
	switch w.infoBase(f) {
	case recordName, recordName + ".jws", recordName + ".p7s": // cannot be listed, or not be hashed
	default:
		if !listed {
			if !heal {
				return refuse("record-unlisted", f.Path, "RECORD does not list it")
			}
			w.Warnings = append(w.Warnings, fmt.Sprintf("%q is not in RECORD and is accepted as it is", f.Path))
			break
		}
		if err := checkRow(row, f.Size); err != nil {
			return err
		}
		if row.Algorithm == "sha256" {
			f.SHA256 = [32]byte(row.Digest)
			return nil
		}
		check = digests[row.Algorithm]()
	}
	sum := sha256.New()
	into := io.Writer(sum)
	if check != nil {
		into = io.MultiWriter(sum, check)
	}
	r := w.archive.open(f.entry, nil)
	defer r.Close()
	if _, err := r.WriteTo(into); err != nil {
		return err
	}
	if check != nil && !slices.Equal(check.Sum(nil), row.Digest) {
		return refuse("record-mismatch", f.Path, "%s %x, RECORD says %x", row.Algorithm, check.Sum(nil), row.Digest)
	}
	f.SHA256 = [32]byte(sum.Sum(nil))
	return nil
}

// warnAbsent names the rows, in order, of files that are not there, as far as
// maxIssues. Rows of directories occur; bytecode that was left out is not worth
// a line.
func (w *Wheel) warnAbsent(rows []Row, absent map[string]Row) {
	told := 0
	for _, row := range rows {
		if _, found := absent[row.Path]; !found {
			continue
		}
		delete(absent, row.Path)
		if strings.HasSuffix(row.Path, "/") || strings.Contains(row.Path, "__pycache__/") {
			continue
		}
		if told++; told <= maxIssues {
			w.Warnings = append(w.Warnings, fmt.Sprintf("RECORD lists %q, which is not there", clip(row.Path)))
		}
	}
	if told > maxIssues {
		w.Warnings = append(w.Warnings, fmt.Sprintf("RECORD lists %d more files that are not there", told-maxIssues))
	}
}

// readMetadata reads METADATA and holds it against the file name.
func (w *Wheel) readMetadata() error {
	text, err := w.readVerified(metadataName)
	if err != nil {
		return err
	}
	path := w.DistInfo + "/" + metadataName
	md, warnings, err := ParseMetadata(text)
	if err != nil {
		return at(path, err)
	}
	w.warn(metadataName, warnings)
	w.Metadata = md
	if pep.Normalize(md.Name) != w.Filename.Name {
		return refuse("metadata-name", path, "METADATA names the project %q, the file name %q", md.Name, w.Filename.Name)
	}
	version, err := pep.ParseVersion(md.Version)
	if err != nil {
		return err // not reached: ParseMetadata has read it
	}
	named := w.Filename.Version
	if version.Compare(named) != 0 && version.Compare(named.Public()) != 0 {
		return refuse("metadata-version", path, "METADATA has the version %q, the file name %q", md.Version, named)
	}
	return nil
}

// readEntryPoints reads entry_points.txt, if there is one.
func (w *Wheel) readEntryPoints() error {
	if w.find(entryPointsName) == nil {
		return nil
	}
	text, err := w.readVerified(entryPointsName)
	if err != nil {
		return err
	}
	w.EntryPoints, err = ParseEntryPoints(text)
	return at(w.DistInfo+"/"+entryPointsName, err)
}

// warn notes what was found in a file of the .dist-info folder.
func (w *Wheel) warn(base string, warnings []string) {
	for _, text := range warnings {
		w.Warnings = append(w.Warnings, base+": "+text)
	}
}
