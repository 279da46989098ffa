"""Says what `packaging` would say on each of a list of machines.

Reads a JSON list of [ARCH, GLIBC, MUSL, PYTHON, FULL], "x86_64", "2.36", "",
"3.11", "3.11.2", and writes a JSON list of {"Tags": [...], "Environment": {...}}.
One of GLIBC and MUSL is empty. A free-threaded PYTHON ends in t, as in "3.13t".
"""

import json
import os
import platform
import sys
import sysconfig
import types
from unittest import mock

from packaging import _manylinux, _musllinux, markers, tags


def machine(arch, glibc, musl, python, full):
    glibc = tuple(map(int, glibc.split("."))) if glibc else None
    musl = _musllinux._MuslVersion(*map(int, musl.split("."))) if musl else None
    threaded = python.endswith("t")
    version = tuple(map(int, python.rstrip("t").split(".")))
    parts = tuple(full.split("."))
    cpython = "cp" + "".join(map(str, version))
    info = types.SimpleNamespace(major=int(parts[0]), minor=int(parts[1]), micro=int(parts[2]), releaselevel="final")
    with (
        mock.patch.object(_manylinux, "_get_glibc_version", lambda: glibc or (-1, -1)),
        mock.patch.object(_manylinux, "_have_compatible_abi", lambda *_: True),
        mock.patch.object(_musllinux, "_get_musl_version", lambda _: musl),
        mock.patch.object(tags, "_get_config_var", lambda name, warn=False: {"Py_GIL_DISABLED": int(threaded)}.get(name)),
        mock.patch.object(sysconfig, "get_platform", lambda: "linux-" + arch),
        mock.patch.object(platform, "machine", lambda: arch),
        mock.patch.object(platform, "release", lambda: ""),
        mock.patch.object(platform, "version", lambda: ""),
        mock.patch.object(platform, "python_version", lambda: full),
        mock.patch.object(platform, "python_version_tuple", lambda: parts),
        mock.patch.object(sys.implementation, "version", info),
    ):
        platforms = list(tags._linux_platforms(is_32bit=False))
        return {
            "Tags": [
                str(tag)
                for tag in (
                    *tags.cpython_tags(version, tags._cpython_abis(version), platforms),
                    *tags.compatible_tags(version, cpython, platforms),
                )
            ],
            "Environment": markers._cached_default_environment.__wrapped__(),
        }


assert os.name == "posix" and sys.platform == "linux" and sys.implementation.name == "cpython"
json.dump([machine(*arguments) for arguments in json.load(sys.stdin)], sys.stdout)
