// Package venv lays out a virtual environment: which path holds what.
//
// [Lay] takes wheels and gives a [Tree], a plan of entries that open their own
// bytes. Nothing is written, and of the wheels' payload only what has to be
// looked at is read: scripts whose first line is replaced, and .pth files.
//
// The tree is written for its final place and never relocated. It holds what
// an environment needs and no more: bin/python and its aliases, pyvenv.cfg,
// lib/pythonX.Y/site-packages. No pip, no activate scripts, no bytecode.
//
// It refuses, all problems at once, as an [Error]: two wheels with different
// bytes for one path, one command from two wheels, paths that differ in case
// alone, a file where another wheel has a folder, commands that would hide the
// interpreter or leave bin/, entry points that are no Python names, and .data
// folders outside the scheme.
//
// Specifications: the wheel format (PEP 427 and its living successor at
// packaging.python.org, "Installing a wheel"), recording installed projects
// (PEP 376, 627), direct URLs (PEP 610), entry points, virtual environments
// (PEP 405).
package venv
