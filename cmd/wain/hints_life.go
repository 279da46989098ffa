package main

import (
	"errors"

	"wain/repo"
)

// adviseLife is for what can be wrong with a change of published packages.
func adviseLife(err error) (advice, bool) {
	var suite *repo.UnknownSuiteError
	var absent *repo.UnknownPackageError
	var generation *repo.GenerationError
	var format *repo.FormatError
	switch {
	case errors.As(err, &suite):
		return advice{kind: "unknown-suite", hint: "a suite is there once something was published or promoted to it; name one of those"}, true
	case errors.As(err, &absent):
		hint := "wain list prints what is published"
		if len(absent.Versions) > 0 {
			hint = "name one of those versions; wain list " + absent.Name + " prints where they are"
		}
		return advice{kind: "unknown-package", hint: hint}, true
	case errors.As(err, &generation):
		return advice{kind: "unknown-generation", hint: "wain history lists those that are kept"}, true
	case errors.Is(err, repo.ErrNothingEarlier):
		return advice{kind: "nothing-earlier", hint: "wain history lists the generations, wain diff A B what two of them differ in"}, true
	case errors.As(err, &format):
		return advice{kind: "format", hint: "packages go to a suite of their own format, as from el9-staging to el9"}, true
	}
	return advice{}, false
}

// optionHint names the command that has the option.
func optionHint(option string) string {
	command := "publish"
	switch option {
	case "suite": // of a wrong name there is another error
		return "wain suite --help says what can be set of a suite"
	case "description", "valid-for", "but-automatic-upgrades", "compression":
		command = "suite"
	case "keep", "older-than":
		command = "prune"
	case "all-versions":
		command = "remove"
	case "to":
		command = "promote"
	}
	return "wain " + command + " --help says what --" + option + " is"
}
