# What Pipenv writes for the groups of locks, its markers judged by packaging:
# questions and answers are JSON.
import json
import sys

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pipenv.utils.dependencies import requirements_from_lockfile


def read(line):
    line, *hashes = line.split(" --hash=")
    r = Requirement(line)
    version = next(iter(r.specifier)).version if r.specifier else ""
    return {"name": canonicalize_name(r.name), "version": version, "extras": sorted(canonicalize_name(e) for e in r.extras), "hashes": sorted(hashes), "place": r.url or ""}, r.marker


def answer(question):
    lock, entries = json.loads(question["lock"]), {}
    for section in question["sections"]:
        entries.update(lock.get(section, {}))
    found = [read(line) for line in requirements_from_lockfile(entries)]
    return sorted((e for e, marker in found if marker is None or marker.evaluate(question["env"])), key=lambda e: e["name"])


print(json.dumps([answer(q) for q in json.load(sys.stdin)]))
