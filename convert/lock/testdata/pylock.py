# What packaging selects from pylock.toml files: questions and answers are JSON.
import json
import logging
import pathlib
import sys
import tomllib

from packaging import pylock, tags
from packaging.utils import InvalidSdistFilename, parse_sdist_filename, parse_wheel_filename

logging.disable() # of minor versions

# select() is to give the packages whatever the wheels; which of those would be
# taken is asked for apart.
select_wheels = pylock.create_compatible_tags_selector
pylock.create_compatible_tags_selector = lambda tags: lambda wheels: iter([w for w, _ in wheels][:1])


def target_tags(question):
    version = tuple(int(n) for n in question["env"]["python_version"].split("."))
    machine, newest = question["env"]["platform_machine"], question["glibc"]
    platforms = ["manylinux_2_%d_%s" % (n, machine) for n in range(newest, 16, -1)] + ["linux_" + machine]
    yield from tags.cpython_tags(version, platforms=platforms)
    yield from tags.compatible_tags(version, "cp%d%d" % version, platforms)


def is_source(package):
    """Whether a package is source code, of which the lock does not say what a wheel of it is."""
    if not package.archive:
        return bool(package.vcs or package.directory)
    name = pylock._path_name(package.archive.path) or pylock._url_name(package.archive.url)
    if name.endswith(".whl"):
        return False
    try:
        return bool(package.archive.subdirectory) or parse_sdist_filename(name)[0] != package.name
    except InvalidSdistFilename:
        return True


def files(package):
    for f in (package.wheels or []) + ([package.sdist] if package.sdist else []):
        yield f, f.filename
    if package.archive and not is_source(package):
        yield package.archive, pylock._path_name(package.archive.path) or pylock._url_name(package.archive.url)


def describe(package, selector):
    listed = [{"name": name, "hashes": sorted("%s:%s" % (a, h.lower()) for a, h in f.hashes.items() if a in ("sha256", "sha512"))} for f, name in files(package)]
    version = package.version
    if version is None and listed and listed[0]["name"].endswith(".whl"):
        version = parse_wheel_filename(listed[0]["name"])[1]
    if version is None and package.sdist:
        version = parse_sdist_filename(listed[0]["name"])[1]
    wheel = next(selector((w, parse_wheel_filename(w.filename)[-1]) for w in package.wheels or []), None)
    return {"name": package.name, "version": str(version or ""), "files": listed, "wheel": wheel.filename if wheel else "", "origin": is_source(package)}


def answer(question):
    try:
        lock = pylock.Pylock.from_dict(tomllib.loads(pathlib.Path(question["path"]).read_text("utf-8")))
        groups = [*(lock.default_groups or []), *question["groups"]]
        selected = [p for p, _ in lock.select(environment=question["env"], tags=[], extras=question["extras"], dependency_groups=groups)]
    except Exception as e:
        return {"error": "%s: %s" % (type(e).__name__, e)}
    selector = select_wheels(list(target_tags(question)))
    own = [p for p in selected if p.directory and p.directory.path == "." and not p.directory.subdirectory]
    return {"packages": sorted((describe(p, selector) for p in selected if p not in own), key=lambda p: p["name"])}


print(json.dumps([answer(q) for q in json.load(sys.stdin)]))
