package rpm

import "io/fs"

// maxPaths bounds the bytes of all paths together. A header stores a folder's
// name once for all its files, so a small one could unfold to any size. It holds
// a million files with paths of a hundred bytes.
const maxPaths = 128 << 20

// File is one path that the package owns.
type File struct {
	// Path is as in the header, not cleaned.
	Path string
	// Mode holds type and permission bits.
	Mode fs.FileMode
	// Ghost is set for a file that is owned but not in the payload.
	Ghost bool
}

// files joins the parallel lists of paths, modes and flags.
func (g *gather) files() []File {
	paths := g.paths()
	modes, flags := g.numbers(tagFileModes), g.numbers(tagFileFlags)
	if g.err != nil || len(paths) == 0 {
		return nil
	}
	if len(modes) != len(paths) || len(flags) != len(paths) {
		g.keep(refuse("header-entry", g.h.part, "%d paths have %d modes and %d flags", len(paths), len(modes), len(flags)))
		return nil
	}
	const ghost = 1 << 6
	files := make([]File, len(paths))
	for i, path := range paths {
		files[i] = File{Path: path, Mode: fileMode(modes[i]), Ghost: flags[i]&ghost != 0}
	}
	return files
}

// paths returns the full paths: folder names, shared between files, and base
// names; or whole names in packages older than rpm 4.
func (g *gather) paths() []string {
	bases := g.texts(tagBaseNames)
	if len(bases) == 0 {
		return g.texts(tagOldFileNames)
	}
	dirs, indexes := g.texts(tagDirNames), g.numbers(tagDirIndexes)
	if g.err == nil && len(indexes) != len(bases) {
		g.keep(refuse("header-entry", g.h.part, "%d base names have %d folder indexes", len(bases), len(indexes)))
	}
	if g.err != nil {
		return nil
	}
	total := 0
	for i, index := range indexes {
		if index >= uint64(len(dirs)) {
			g.keep(refuse("header-entry", g.h.part, "file %d lies in folder %d of %d", i, index, len(dirs)))
			return nil
		}
		if total += len(dirs[index]) + len(bases[i]); total > maxPaths {
			g.keep(refuse("paths-too-large", g.h.part, "the first %d of %d paths have more than %d bytes", i+1, len(bases), maxPaths))
			return nil
		}
		bases[i] = dirs[index] + bases[i]
	}
	return bases
}

// fileMode converts the bits of stat(2).
func fileMode(bits uint64) fs.FileMode {
	mode := fs.FileMode(bits & 0o777)
	switch bits & 0o170000 {
	case 0o040000:
		mode |= fs.ModeDir
	case 0o120000:
		mode |= fs.ModeSymlink
	case 0o020000:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	case 0o060000:
		mode |= fs.ModeDevice
	case 0o010000:
		mode |= fs.ModeNamedPipe
	case 0o140000:
		mode |= fs.ModeSocket
	}
	if bits&0o4000 != 0 {
		mode |= fs.ModeSetuid
	}
	if bits&0o2000 != 0 {
		mode |= fs.ModeSetgid
	}
	if bits&0o1000 != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}
