package pipconf

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// devNull, as PIP_CONFIG_FILE, stands for no files at all.
const devNull = "/dev/null"

// pipFiles names the files that pip would read, the strongest last. They need
// not exist.
func (r *reader) pipFiles() []string {
	own := r.getenv("PIP_CONFIG_FILE")
	if own == devNull {
		return nil
	}
	// 1. For all users: the folders of XDG, and /etc itself.
	var files []string
	dirs := r.getenv("XDG_CONFIG_DIRS")
	if strings.TrimSpace(dirs) == "" {
		dirs = filepath.Join(r.etc, "xdg")
	}
	for dir := range strings.SplitSeq(dirs, ":") {
		if dir != "" {
			files = append(files, filepath.Join(r.expand(dir), "pip", "pip.conf"))
		}
	}
	files = append(files, filepath.Join(r.etc, "pip.conf"))
	// 2. The user's, old and new, unless another file is named.
	if own == "" || !exists(own) {
		if r.home != "" {
			files = append(files, filepath.Join(r.home, ".pip", "pip.conf"))
		}
		config := r.getenv("XDG_CONFIG_HOME")
		if strings.TrimSpace(config) == "" && r.home != "" {
			config = filepath.Join(r.home, ".config")
		}
		if config != "" {
			files = append(files, filepath.Join(config, "pip", "pip.conf"))
		}
	}
	// 3. The environment's, where one is active.
	if prefix := r.first("VIRTUAL_ENV", "CONDA_PREFIX"); prefix.Value != "" {
		files = append(files, filepath.Join(prefix.Value, "pip.conf"))
	}
	// 4. The one that is named.
	if own != "" {
		files = append(files, own)
	}
	return files
}

// load reads one file's entries into the settings. Like pip, it passes over a
// file that it cannot open, but says so.
func (r *reader) load(path string) {
	data, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		r.note("%s is passed over: %v", path, plain(err))
		return
	}
	r.settings.Files = append(r.settings.Files, path)
	entries, err := Parse(data)
	var wrong *Error
	if errors.As(err, &wrong) {
		for _, issue := range wrong.Issues {
			issue.From.File = path
			r.wrong = append(r.wrong, issue)
		}
	}
	for _, e := range entries {
		r.put(e.Section, e.Key, setting{e.Value, Origin{File: path, Line: e.Line, Section: e.Section}})
	}
}

// readBounded reads a file, no more of it than Parse needs to refuse it.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("it is a folder")
	}
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// plain takes the path out of an error that is printed beside it.
func plain(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// expand puts the home folder in the place of a leading ~. Other users' homes
// stay as they are.
func (r *reader) expand(path string) string {
	if r.home == "" || path != "~" && !strings.HasPrefix(path, "~/") {
		return path
	}
	home := strings.TrimRight(r.home, "/")
	if path == "~" && home == "" {
		return "/"
	}
	return home + path[1:]
}
