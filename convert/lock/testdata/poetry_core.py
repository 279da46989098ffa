"""Asks Poetry's own parts. A question is {constraints, pythons, projects}: pairs
of a constraint and a version, pairs of a constraint of Python and a full version,
and texts of pyproject.toml. The answer has for each pair whether it is allowed,
null where it cannot be read, and for each text the content hash."""

import json
import sys
import tomllib
import warnings
from pathlib import Path

from poetry.core.constraints.version import Version, parse_constraint
from poetry.core.factory import Factory
from poetry.packages.locker import Locker

warnings.simplefilter("ignore")


def allows(text, version):
    try:
        return parse_constraint(text).allows(Version.parse(version))
    except Exception:
        return None


def python(text, version):
    short = ".".join(version.split(".")[:2])
    try:
        dependency = Factory.create_dependency("x", {"version": "*", "python": text})
        return dependency.marker.validate({"python_version": short, "python_full_version": version})
    except Exception:
        return None


question = json.load(sys.stdin)
json.dump({
    "constraints": [allows(*pair) for pair in question.get("constraints", [])],
    "pythons": [python(*pair) for pair in question.get("pythons", [])],
    "hashes": [Locker(Path("poetry.lock"), tomllib.loads(text))._get_content_hash() for text in question.get("projects", [])],
}, sys.stdout)
