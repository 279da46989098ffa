package page

// HTML renders index.html.
func HTML(site Site) []byte {
	return []byte("<!doctype html><title>" + "repository" + "</title>\n")
}
