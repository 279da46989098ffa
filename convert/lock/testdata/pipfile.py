# What holds of requirements that Pipenv wrote: questions and answers are JSON. A
# question is the lines and the targets' environments, an answer one list of
# requirements for each environment.
import json
import re
import sys

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version


def read(line):
    hashes = sorted(h.lower() for h in re.findall(r" --hash=(\S+)", line))
    line = re.sub(r" --hash=\S+", "", line).strip().removeprefix("-e ")
    if egg := re.search(r"#egg=([^&\[]+)", line):
        return {"place": line.partition("#egg=")[0]}, None
    place, _, marker = line.partition(" ; ")
    if re.match(r"[./]|\w+/|https:", place):
        # Pipenv leaves out the name and the hashes.
        return {"place": place.removeprefix("./")}, Marker(marker) if marker else None
    r = Requirement(line)
    if r.url:
        return {"place": r.url}, r.marker
    version = next(iter(r.specifier)).version if r.specifier else ""
    return {"name": canonicalize_name(r.name), "version": str(Version(version)) if version else "", "extras": sorted(canonicalize_name(e) for e in r.extras), "hashes": hashes}, r.marker


def answer(question):
    lines = [read(line) for line in question["lines"]]
    return [[found for found, marker in lines if marker is None or marker.evaluate(env)] for env in question["environments"]]


print(json.dumps([answer(q) for q in json.load(sys.stdin)]))
