// Package egg makes wheels of eggs (.egg), the zip files and folders that
// easy_install and Buildout install: the same modules, the same commands, the
// same requirements, in the format that the rest of wain reads.
//
// It follows, there being no standard, what setuptools writes and easy_install
// reads (https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html), and
// what setuptools writes where it builds a wheel of the same project.
//
// # What becomes of what
//
//	modules, data                at the root of the wheel
//	bytecode                     left out; a module that is nothing else is refused
//	loaders beside extensions    left out: Python imports the extension itself
//	EGG-INFO/PKG-INFO            METADATA
//	EGG-INFO/requires.txt        Requires-Dist and Provides-Extra; depends.txt likewise
//	EGG-INFO/entry_points.txt    as it is
//	EGG-INFO/scripts/            .data/scripts; Python scripts begin with "#!python"
//	EGG-INFO/namespace_packages.txt  a -nspkg.pth file in the place of the
//	                             __init__.py files that only declare; it also stays as it is
//	dependency_links.txt, SOURCES.txt, zip-safe, not-zip-safe, native_libs.txt,
//	eager_resources.txt, installed-files.txt  left out
//	all else in EGG-INFO         in the .dist-info folder
//
// # What is believed
//
// Nothing: an archive passes the rules of package wheel, a folder holds regular
// files and folders alone, the project and version in PKG-INFO are those of the
// file name. Refusals are *wheel.Error values with a stable Rule.
//
// The same egg gives the same bytes. Members are stored without compression, so
// that no byte of them is held in memory. RECORD is written from what was read;
// what protects an egg on its way is the hash of the whole file, which the
// caller checks.
package egg
