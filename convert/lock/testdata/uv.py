"""Judges exports of uv: questions are {text, environments}, answers are one list
of requirements for each environment, as "name==version" or place, with hashes."""

import json
import re
import sys

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def requirements(text):
    for line in text.replace("\\\n", " ").splitlines():
        hashes = sorted(set(re.findall(r"\s--hash=(\S+)", line)))
        line = re.sub(r"\s--hash=\S+", "", line).strip()
        if not line or line.startswith("#"):
            continue
        line = re.sub(r"^(-e|--editable)\s+", "", line)
        if line.startswith((".", "/", "file:")):
            place, _, marker = line.partition(" ;")
            yield place, Marker(marker) if marker else None, hashes
            continue
        r = Requirement(line)
        name = canonicalize_name(r.name)
        yield name + (" @ " + r.url if r.url else str(r.specifier)), r.marker, hashes


answers = []
for question in json.load(sys.stdin):
    listed = list(requirements(question["text"]))
    answers.append([
        sorted(" ".join([what, *hashes]) for what, marker, hashes in listed if marker is None or marker.evaluate(environment))
        for environment in question["environments"]
    ])
json.dump(answers, sys.stdout)
