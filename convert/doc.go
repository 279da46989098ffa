// Package convert turns wheels and their pinned requirements into packages
// that install a finished virtual environment.
//
// [Build] runs the steps in this order, for all targets of one run:
//
//  1. read the lock and the SOURCE wheels;
//  2. for each target: judge the markers, choose one wheel a pin by tag, check
//     its hash, its Requires-Python and that every requirement is met;
//  3. lay the tree out and stage its bytes, each content once, verified against
//     RECORD;
//  4. read its ELF files, derive the dependencies;
//  5. write the packages beside their final names, and rename them together.
//
// Everything up to step 4 happens for every target before the first package is
// written. A target that fails there has no package, and does not stop the
// others. Nothing is renamed before the last package is whole: a run that fails
// in step 5 leaves no file behind. Two limits: several renames are not one, so a file
// system that fails between them leaves the earlier packages, each whole; and a
// killed process leaves its temporary files, .wain-* beside the packages and
// wain-stage-* in the scratch folder.
//
// The same wheels, lock, options and key give the same bytes, on any host.
// Nothing here reads the environment, the clock or the host's name, and
// nothing runs a program, but for [Options].Builder, which has a build tool make
// the wheels that do not exist.
package convert
