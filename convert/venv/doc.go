// Package venv lays out a virtual environment: which path holds what.
//
// [Lay] takes wheels and gives a [Tree], a plan of entries that open their own
// bytes. Nothing is written, and of the wheels' payload only what has to be
// looked at is read: scripts, for a first line that asks for the environment's
// Python, and .pth files.
//
// The tree is written for its final place and never relocated. It holds what
// an environment needs and no more: bin/python and its aliases, pyvenv.cfg,
// lib/pythonX.Y/site-packages. No pip, no activate scripts, no bytecode.
//
// Places, relative to the environment:
//
//	purelib, platlib   lib/pythonX.Y/site-packages, both: packages that look for
//	                   themselves in one folder break when the two are split;
//	                   lib/pythonX.Yt for a free-threaded Python
//	scripts            bin
//	data               the environment itself
//	headers            include/site/pythonX.Y/PROJECT
//
// It refuses, all problems at once, as an [Error]: two wheels with different
// bytes for one path, one command from two wheels, paths of two wheels that
// differ in case alone, a file where another path needs a folder, and files
// that would stand for the interpreter. Two wheels with the same bytes for one
// path share it. Where top-level tests, docs, examples, LICENSE or README
// files differ, the project that sorts first wins, with a warning.
//
// Specifications: the wheel format (PEP 427 and its living successor at
// packaging.python.org, "Installing a wheel"), recording installed projects
// (PEP 376, 627), direct URLs (PEP 610), entry points, virtual environments
// (PEP 405).
package venv
