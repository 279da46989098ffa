package lock

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"unicode/utf16"

	"github.com/pelletier/go-toml/v2"
)

// isFresh tells whether a lock was made from a pyproject.toml as it is: the lock
// has a hash of what counts in it. known is false where that cannot be told.
func isFresh(project []byte, contentHash string) (fresh, known bool) {
	if contentHash == "" {
		return false, false
	}
	var d map[string]any
	if toml.Unmarshal(project, &d) != nil {
		return false, false
	}
	// Before Poetry 2.3 [dependency-groups] did not count.
	for _, groups := range []bool{true, false} {
		text, ok := appendJSON(nil, relevantContent(d, groups))
		if !ok {
			return false, false
		}
		if hexSum(text) == contentHash {
			return true, true
		}
	}
	return false, true
}

func hexSum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// relevantContent is what Poetry hashes of a pyproject.toml, from its
// Locker._get_content_hash.
func relevantContent(d map[string]any, withGroups bool) map[string]any {
	project := present(table(d["project"]), "requires-python", "dependencies", "optional-dependencies")
	groups := table(d["dependency-groups"])
	if !withGroups {
		groups = nil
	}
	poetry := table(table(d["tool"])["poetry"])
	relevant := present(poetry, "dependencies", "source", "extras", "dev-dependencies", "group")
	if len(project) == 0 && len(groups) == 0 {
		for _, key := range []string{"dependencies", "source", "extras", "dev-dependencies"} {
			if _, there := relevant[key]; !there {
				relevant[key] = nil
			}
		}
		return relevant
	}
	all := map[string]any{"tool": map[string]any{"poetry": relevant}}
	if len(project) > 0 {
		all["project"] = project
	}
	if len(groups) > 0 {
		all["dependency-groups"] = groups
	}
	return all
}

func table(value any) map[string]any {
	t, _ := value.(map[string]any)
	return t
}

// present picks keys of a table.
func present(table map[string]any, keys ...string) map[string]any {
	picked := map[string]any{}
	for _, key := range keys {
		if value, there := table[key]; there {
			picked[key] = value
		}
	}
	return picked
}

// appendJSON writes a value as Python's json.dumps does with sort_keys: ", " and
// ": ", all but ASCII escaped. ok is false for a value that it writes in ways
// that are not known here: numbers with a point, dates.
func appendJSON(b []byte, value any) (text []byte, ok bool) {
	ok = true
	switch v := value.(type) {
	case nil:
		return append(b, "null"...), true
	case bool:
		return strconv.AppendBool(b, v), true
	case int64:
		return strconv.AppendInt(b, v, 10), true
	case string:
		return appendPythonString(b, v), true
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ", "...)
			}
			if b, ok = appendJSON(b, item); !ok {
				return b, false
			}
		}
		return append(b, ']'), true
	case map[string]any:
		b = append(b, '{')
		for i, key := range sortedKeys(v) {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = append(appendPythonString(b, key), ": "...)
			if b, ok = appendJSON(b, v[key]); !ok {
				return b, false
			}
		}
		return append(b, '}'), true
	}
	return b, false
}

func appendPythonString(b []byte, text string) []byte {
	b = append(b, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c < ' ' || '~' < c && c < 0x10000:
			b = fmt.Appendf(b, `\u%04x`, c)
		case c >= 0x10000:
			high, low := utf16.EncodeRune(c)
			b = fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		default:
			b = append(b, byte(c))
		}
	}
	return append(b, '"')
}
