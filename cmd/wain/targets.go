package main

import (
	"errors"
	"fmt"
	"os"

	"wain/convert"
	"wain/convert/target"
)

// pythonError is a target without the Python that --python asks of all, beside
// others that have it.
type pythonError struct{ unknown *target.UnknownError }

func (e *pythonError) Error() string { return e.unknown.Error() }

// findTargets reads each name, or the target file of the user's own that it
// names. Targets that do not have the Python of --python fail by themselves, as
// long as another has it.
func findTargets(specs []string, python string) (targets []target.Target, failures []convert.Failure, err error) {
	var refused []error
	folders := map[string]string{}
	for _, spec := range specs {
		t, err := findTarget(spec, python)
		if err == nil {
			if first, twice := folders[t.Folder()]; twice {
				err = usagef("the targets %s and %s are the same", first, spec)
			}
			folders[t.Folder()] = spec
		}
		if err == nil {
			targets = append(targets, t)
			continue
		}
		refused = append(refused, err)
		if other, ok := findOther(spec, err); ok {
			failures = append(failures, convert.Failure{Target: other.Folder(), Err: &pythonError{err.(*target.UnknownError)}})
		}
	}
	if len(targets) == 0 || len(failures) < len(refused) {
		return nil, nil, errors.Join(refused...)
	}
	return targets, failures, nil
}

// findOther gives the target on its own first Python, where all that is wrong
// with it is the one that it was asked for.
func findOther(spec string, refusal error) (target.Target, bool) {
	unknown, ok := as[*target.UnknownError](refusal)
	if !ok || unknown.Kind != "python" {
		return target.Target{}, false
	}
	t, err := findTarget(spec, "")
	return t, err == nil
}

func findTarget(spec, python string) (target.Target, error) {
	file, ok := target.File(spec)
	if !ok {
		return target.Find(spec, python)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return target.Target{}, fmt.Errorf("read target: %w", err)
	}
	return target.Load(data, spec, python)
}

// reasons are why targets failed.
func reasons(failures []convert.Failure) error {
	var errs []error
	for _, f := range failures {
		errs = append(errs, f.Err)
	}
	return errors.Join(errs...)
}
