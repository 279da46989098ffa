// Package elf reads what an ELF file asks of the system it will run on: its
// machine, the libraries it needs and the symbol versions it needs of them.
//
// It reads what the dynamic loader reads and nothing else: the file header, the
// program headers, and the dynamic table that PT_DYNAMIC points to, through the
// PT_LOAD segments. Section headers are never looked at, so that a file whose
// section headers were stripped, or say something else than its segments, is
// judged by what will really be loaded.
//
// Foreign bytes are bounded: whatever sizes a file claims, Read allocates less
// than a few megabytes, and no count or chain of a hostile file makes it run
// long. What breaks the format is a *FormatError, which a caller may treat as a
// warning: a wheel may carry odd files as data.
//
// Read describes one file; Platform.Check says whether a platform can load it:
// machine, C library, version of glibc; Tree tells what a whole tree of files
// takes from the system, and what its files bring each other. Which package
// brings a soname is the business of convert/target.
//
// Specifications: System V ABI, "Program Loading and Dynamic Linking"
// (https://gabi.xinuos.com/); LSB Core, "Symbol Versioning"
// (https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html).
package elf
