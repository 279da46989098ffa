package main

import (
	"errors"

	"wain/repo"
)

// adviseVerify is for repositories that are larger than verify looks into.
func adviseVerify(err error) (advice, bool) {
	var layout *repo.LayoutError
	var limit *repo.LimitError
	var size *repo.SizeError
	switch {
	case errors.As(err, &layout):
		return advice{kind: "too-many-folders", hint: "name the repository's own folder"}, true
	case errors.As(err, &limit):
		return advice{kind: "too-large", hint: "--suite NAME checks one suite at a time"}, true
	case errors.As(err, &size):
		return advice{kind: "too-large", file: size.Name, hint: "whoever publishes the repository: the file is not what its name says"}, true
	}
	return advice{}, false
}
