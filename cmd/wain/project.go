package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"wain/convert/target"
)

// projectName is the file that keeps what `wain convert` is told each time.
const projectName = "wain.yaml"

// projectFile is a wain.yaml: each key stands for a flag of `wain convert`, which
// wins where both are given.
type projectFile struct {
	path string
	node *yaml.Node // the mapping
}

// projectKey says which flag a key of wain.yaml sets.
type projectKey struct {
	key, flag string
	kind      keyKind
	place     bool // a path, which is relative to wain.yaml, or a URL
}

type keyKind int

const (
	oneValue   keyKind = iota // text, number or truth value
	manyValues                // a list
	pairs                     // a mapping: NAME=VALUE each
)

func projectKeys() []projectKey {
	return []projectKey{
		{key: "lock", flag: "lock", place: true},
		{key: "extras", flag: "extra", kind: manyValues},
		{key: "groups", flag: "group", kind: manyValues},
		{key: "find-links", flag: "find-links", kind: manyValues, place: true},
		{key: "index-url", flag: "index-url", place: true},
		{key: "extra-index-urls", flag: "extra-index-url", kind: manyValues, place: true},
		{key: "indexes", flag: "index", kind: pairs, place: true},
		{key: "index-for", flag: "index-for", kind: pairs},
		{key: "no-index", flag: "no-index"},
		{key: "allow-unmet", flag: "allow-unmet", kind: manyValues},
		{key: "targets", flag: "target", kind: manyValues},
		{key: "python", flag: "python"},
		{key: "name", flag: "name"},
		{key: "app", flag: "app"},
		{key: "prefix", flag: "prefix"},
		{key: "revision", flag: "revision"},
		{key: "maintainer", flag: "maintainer"},
		{key: "unknown-library", flag: "unknown-library"},
		{key: "libraries", flag: "library", kind: pairs},
		{key: "build", flag: "build"},
		{key: "output", flag: "output", place: true},
	}
}

// projectError is what is wrong with a wain.yaml, one issue a line.
type projectError struct {
	file   string
	issues []string
}

func (e *projectError) Error() string {
	lines := make([]string, len(e.issues))
	for i, issue := range e.issues {
		lines[i] = e.file + ":" + issue
	}
	return strings.Join(lines, "\n")
}

// maxProject bounds the size of a wain.yaml in bytes.
const maxProject = 1 << 20

// readProject reads the wain.yaml of a folder; nil where there is none.
func readProject(dir string) (*projectFile, error) {
	path := filepath.Join(dir, projectName)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read project: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxProject+1))
	if err != nil {
		return nil, fmt.Errorf("read project: %w", err)
	}
	if len(data) > maxProject {
		return nil, &projectError{path, []string{"1: more than a megabyte is no project file"}}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, &projectError{path, []string{" " + strings.TrimPrefix(err.Error(), "yaml: ")}}
	}
	p := &projectFile{path: path, node: &yaml.Node{Kind: yaml.MappingNode}}
	if len(doc.Content) > 0 && doc.Content[0].Tag != "!!null" {
		p.node = doc.Content[0]
	}
	if p.node.Kind != yaml.MappingNode {
		return nil, &projectError{path, []string{fmt.Sprintf("%d: keys with values are expected", p.node.Line)}}
	}
	return p, nil
}

// readSources reads the key sources: paths, patterns of paths, or name==version.
func (p *projectFile) readSources() ([]string, error) {
	var sources []string
	broken := &projectError{file: p.path}
	for key, value := range p.pairs() {
		if key.Value != "sources" {
			continue
		}
		texts, ok := texts(value, manyValues)
		if !ok {
			broken.issues = append(broken.issues, fmt.Sprintf("%d: sources: a list is expected", value.Line))
		}
		for _, text := range texts {
			source, err := p.source(text)
			if err != nil {
				broken.issues = append(broken.issues, fmt.Sprintf("%d: sources: %s", value.Line, err))
				continue
			}
			sources = append(sources, source)
		}
	}
	if len(broken.issues) > 0 {
		return nil, broken
	}
	return sources, nil
}

// source is one SOURCE. A pattern stands for the one file that it matches: a
// wheel's name holds its version, which a project file should not repeat.
func (p *projectFile) source(text string) (string, error) {
	if strings.Contains(text, "==") {
		return text, nil
	}
	path := p.relative(text)
	if !strings.ContainsAny(text, "*?[") {
		return path, nil
	}
	files, err := filepath.Glob(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q: %w", text, err)
	case len(files) != 1:
		return "", fmt.Errorf("%q matches %d files, and one is meant", text, len(files))
	}
	return files[0], nil
}

// relative resolves a path against the project's folder. URLs stay.
func (p *projectFile) relative(path string) string {
	if filepath.IsAbs(path) || strings.Contains(path, "://") || strings.HasPrefix(path, "file:") {
		return path
	}
	return filepath.Join(filepath.Dir(p.path), path)
}

// apply sets the flags that the command line leaves out.
func (p *projectFile) apply(flags *pflag.FlagSet) error {
	broken := &projectError{file: p.path}
	seen := map[string]bool{}
	for name, value := range p.pairs() {
		i := slices.IndexFunc(projectKeys(), func(k projectKey) bool { return k.key == name.Value })
		var err error
		switch {
		case seen[name.Value]:
			err = errors.New("stands there twice")
		case i >= 0:
			err = p.set(flags, projectKeys()[i], value)
		case name.Value != "sources":
			err = fmt.Errorf("unknown key (there are sources, %s)", strings.Join(keyNames(), ", "))
		}
		if err != nil {
			broken.issues = append(broken.issues, fmt.Sprintf("%d: %s: %s", name.Line, name.Value, err))
		}
		seen[name.Value] = true
	}
	if len(broken.issues) > 0 {
		return broken
	}
	return nil
}

// set sets a flag to a key's value, unless the command line did.
func (p *projectFile) set(flags *pflag.FlagSet, k projectKey, value *yaml.Node) error {
	values, ok := texts(value, k.kind)
	if !ok {
		return errors.New([]string{"one value is expected", "a list is expected", "names with values are expected"}[k.kind])
	}
	flag := flags.Lookup(k.flag)
	if flag.Changed {
		return nil
	}
	for _, text := range values {
		text = p.placed(k, text)
		if err := flag.Value.Set(text); err != nil {
			return fmt.Errorf("%q is not what --%s takes", text, k.flag)
		}
	}
	return nil
}

// placed gives a value with the path in it resolved.
func (p *projectFile) placed(k projectKey, text string) string {
	switch _, file := target.File(text); {
	case k.place && k.kind == pairs:
		name, path, _ := strings.Cut(text, "=")
		return name + "=" + p.relative(path)
	case k.place, k.flag == "target" && file:
		return p.relative(text)
	}
	return text
}

// pairs iterates over the mapping.
func (p *projectFile) pairs() func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		for i := 0; i+1 < len(p.node.Content); i += 2 {
			if !yield(p.node.Content[i], p.node.Content[i+1]) {
				return
			}
		}
	}
}

// texts gives a node's values as a flag takes them; false for a node of another
// kind.
func texts(node *yaml.Node, kind keyKind) ([]string, bool) {
	scalar := func(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag != "!!null" }
	var list []string
	switch {
	case kind == oneValue && scalar(node):
		return []string{node.Value}, true
	case kind == manyValues && node.Kind == yaml.SequenceNode:
		for _, item := range node.Content {
			if !scalar(item) {
				return nil, false
			}
			list = append(list, item.Value)
		}
		return list, true
	case kind == pairs && node.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i+1].Kind != yaml.ScalarNode {
				return nil, false
			}
			value := node.Content[i+1].Value
			if node.Content[i+1].Tag == "!!null" {
				value = ""
			}
			list = append(list, node.Content[i].Value+"="+value)
		}
		return list, true
	}
	return nil, false
}

func keyNames() []string {
	var names []string
	for _, k := range projectKeys() {
		names = append(names, k.key)
	}
	return names
}
