"""Rewrites the libraries of a deb target from packages of its archive.

    python3 refresh.py debian12.yaml AMD64... [-- OTHER...]

AMD64 and OTHER are folders of .deb files, as `apt-get download` leaves them: of the
packages that the file names already, and of those it is to name besides. From
AMD64, the release's own, come the packages, the sonames they have, and the symbol
versions of their symbols files. OTHER, packages of the release for other
architectures or of its sister distribution, add symbol versions alone, where the
release's own package is new enough to have them.

A symbol version needs the highest of the versions that the symbols file gives for
its symbols: dpkg-shlibdeps looks each symbol up and may come out lower, never
higher. Debian revisions and what is not a number are cut off, never upwards.
libc6 is not in question: its symbol versions are numbered as its releases are.

Only Debian's tools and Python's standard library are needed.
"""

import io
import pathlib
import re
import subprocess
import sys
import tarfile

LIBC = """\
  - package: libc6
    sonames: [
      libc.so.6, libm.so.6, libmvec.so.1, libpthread.so.0, libdl.so.2, librt.so.1, libutil.so.1, libanl.so.1,
      libresolv.so.2, libnsl.so.1, libthread_db.so.1, libBrokenLocale.so.1,
      ld-linux-x86-64.so.2, ld-linux-aarch64.so.1, ld-linux.so.2, ld-linux-armhf.so.3, ld64.so.2, ld64.so.1,
      ld-linux-riscv64-lp64d.so.1
    ]
    numbered: GLIBC_
"""
# Where several packages have a library: the one to depend on.
PREFERRED = {"libblas.so.3": "libblas3", "liblapack.so.3": "liblapack3", "libjack.so.0": "libjack-jackd2-0"}


class Package:
    def __init__(self, deb):
        control = read_tar(deb, "--ctrl-tarfile")
        fields = dict(line.split(": ", 1) for line in control["./control"].splitlines() if ": " in line and line[0] != " ")
        self.name, self.version = fields["Package"], fields["Version"]
        self.symbols = control.get("./symbols", "")
        self.shlibs = control.get("./shlibs", "")
        self.deb = deb

    def sonames(self):
        """Gives soname -> name of the package to depend on."""
        found = {}
        for line in self.symbols.splitlines():
            if re.match(r"[^\s#*|]", line):
                soname, dependency = line.split(None, 1)
                found[soname] = first_name(dependency)
        files = None
        for line in self.shlibs.splitlines():
            part = line.split(None, 2)
            if len(part) < 3 or part[0].endswith(":"):
                continue
            if files is None:
                files = file_names(self.deb)
            for soname in (f"{part[0]}.so.{part[1]}", f"{part[0]}-{part[1]}.so"):
                if soname in files or any(f.startswith(soname + ".") for f in files):
                    found.setdefault(soname, first_name(part[2]))
        return found

    def versions(self):
        """Gives symbol version -> version of the package."""
        found = {}
        for line in self.symbols.splitlines():
            m = re.match(r" (?:\(([^)]*)\))?(\S+) (\S+)", line)
            if not m:
                continue
            tags, symbol, minimum = m.groups()
            node = symbol if "symver" in (tags or "") else symbol.rpartition("@")[2]
            if node != "Base":
                found[node] = higher(found.get(node), plain(minimum))
        return found


def read_tar(deb, what):
    data = subprocess.run(["dpkg-deb", what, deb], check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {m.name: tar.extractfile(m).read().decode("utf-8", "replace") for m in tar if m.isfile()}


def file_names(deb):
    out = subprocess.run(["dpkg-deb", "-c", deb], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {pathlib.PurePath(line.split(" -> ")[0].split(None, 5)[5]).name for line in out.splitlines()}


def first_name(dependency):
    return re.match(r"[a-z0-9][a-z0-9+.-]*", dependency).group()


def plain(version):
    """1:1.2.11.dfsg-2+deb12u1 -> 1:1.2.11, "" where nothing is left."""
    m = re.match(r"(?:\d+:)?\d+(?:\.\d+)*", version)
    return m.group() if m else ""


def newer(a, b):
    return subprocess.run(["dpkg", "--compare-versions", a, "gt", b]).returncode == 0


def higher(a, b):
    return b if not a or b and newer(b, a) else a


def wrapped(versions):
    def key(item):
        return [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", item[0])]

    lines, line = [], "     "
    for name, version in sorted(versions.items(), key=key):
        word = f' {name}: "{version}",'
        if len(line + word) > 110:
            lines.append(line)
            line = "     "
        line += word
    return "\n".join([*lines, line.rstrip(",")])


def debs(folders):
    return [Package(str(d)) for f in folders for d in sorted(pathlib.Path(f).glob("*.deb"))]


def main(file, folders):
    cut = folders.index("--") if "--" in folders else len(folders)
    owners, versions, package_version, libc = {}, {}, {}, {}
    own, others = debs(folders[:cut]), debs(folders[cut + 1 :])
    names = {p.name for p in own}
    for p in own:
        package_version[p.name] = p.version
        for soname, owner in p.sonames().items():
            owner = PREFERRED.get(soname, owner if owner in names else p.name)
            owners.setdefault(soname, owner)
        versions.setdefault(p.name, {}).update(p.versions())
    for p in others:
        for node, minimum in p.versions().items():
            if p.name in package_version and not newer(minimum, package_version[p.name]):
                versions[p.name].setdefault(node, minimum)
    libraries = {}
    for soname, owner in sorted(owners.items()):
        libraries.setdefault(owner, []).append(soname)
    abi = {n: v for n, v in versions["libc6"].items() if n.startswith("GLIBC_ABI_")}
    out = ["libraries:", "  # Minimum versions from the symbols files of the packages, by refresh.py."]
    out.append(LIBC + "    versions: {" + ", ".join(f'{n}: "{v}"' for n, v in sorted(abi.items())) + "}")
    rest = ["  # Without symbol versions: any version of the release will do."]
    for name in sorted(libraries):
        if name == "libc6":
            continue
        table = {n: v for n, v in versions.get(name, {}).items() if v and "PRIVATE" not in n}
        sonames = ", ".join(libraries[name])
        for node, minimum in table.items():
            assert not newer(minimum, package_version[name]), (name, node, minimum)
        if table:
            out += [f"  - package: {name}", f"    sonames: [{sonames}]", "    versions: {", wrapped(table), "    }"]
        else:
            rest.append(f"  - {{package: {name}, sonames: [{sonames}]}}")
    path = pathlib.Path(file)
    head, _, _ = path.read_text().partition("libraries:\n")
    path.write_text(head + "\n".join(out + rest) + "\n")
    return len(owners), len(libraries)


if __name__ == "__main__":
    print(*main(sys.argv[1], sys.argv[2:]))
