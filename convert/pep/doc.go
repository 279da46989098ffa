// Package pep holds the small languages of Python packaging: project names,
// versions and version specifiers, wheel tags, the file names of wheels, eggs
// and sdists, requirements and environment markers.
//
// What it follows:
//
//   - names: PEP 503 (normal form) and PEP 508 (grammar);
//   - versions and specifiers: PEP 440, https://packaging.python.org/en/latest/specifications/version-specifiers/
//   - tags and wheel file names: PEP 425 and 427, with the variant label of
//     PEP 825 recognised and kept;
//   - egg file names: https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html,
//     "Filename-Embedded Metadata";
//   - sdist file names: PEP 625, and what indexes hold from before it;
//   - requirements and markers: PEP 508, 685 (extras), 735 and 751 (the set
//     variables of lock files), https://packaging.python.org/en/latest/specifications/dependency-specifiers/
//
// Where the specification leaves room the reference is what the `packaging`
// library 26 does, since that is what wrote and judged the files in the world;
// the oracle tests compare the two on thousands of random inputs. It differs on
// purpose in refusing more:
//
//   - a project name begins and ends with a letter or a digit, in wheel file
//     names too;
//   - tags are letters, digits and "_", and a wheel file name is ASCII without
//     white space;
//   - only ASCII digits, letters and white space count as such;
//   - a quoted string in a marker holds no backslash and no control character;
//   - a marker comparison has one variable and one literal, and a set variable
//     is only tested with "in" and "not in";
//   - inputs are bounded: see the Max constants.
//
// In one place it refuses less: white space may follow the comma after a "==="
// clause of a requirement, as after any other.
//
// Every type is a plain value that nothing in the package changes after it was
// parsed, so all of it is safe for concurrent use. The package reads no
// environment, file or clock.
package pep
