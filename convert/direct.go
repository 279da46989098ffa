package convert

import (
	"encoding/json"
	"net/url"
)

// directURL is the direct_url.json of a wheel that the lock names by a URL
// (PEP 610), without credentials; nil for one that was found by name. A path in
// the lock gives none either: it is resolved on the building host, and would
// make the package depend on the folder it was built in. A file: URL is part of
// the lock as it is written, and stays.
func directURL(c chosen) ([]byte, error) {
	u, err := url.Parse(c.url)
	if err != nil || u.Scheme == "" {
		return nil, nil
	}
	u.User = nil
	u.Fragment, u.RawFragment = "", ""
	digest := c.book.sha256()
	return json.Marshal(map[string]any{
		"url": u.String(),
		"archive_info": map[string]any{
			"hash":   "sha256=" + digest,
			"hashes": map[string]string{"sha256": digest},
		},
	})
}
