"""Answers questions with the `packaging` library.

Reads one JSON list of questions from standard input and writes the list of
answers to standard output. A question is [KIND, ARGUMENT...]; the answer to
something that packaging refuses is null.
"""

import json
import sys

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import parse_tag
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version


def name(text):
    return canonicalize_name(text)


def version(text):
    v = Version(text)
    return {
        "String": str(v),
        "Epoch": str(v.epoch),
        "Release": [str(n) for n in v.release],
        "Pre": "".join(map(str, v.pre)) if v.pre else "",
        "Post": "" if v.post is None else str(v.post),
        "Dev": "" if v.dev is None else str(v.dev),
        "Local": v.local or "",
        "Public": v.public,
        "IsPrerelease": v.is_prerelease,
    }


def compare(a, b):
    a, b = Version(a), Version(b)
    return (a > b) - (a < b)


def specifiers(text):
    return str(SpecifierSet(text))


def contains(text, candidate, prereleases):
    s = SpecifierSet(text)
    # The PEP's own rule: pre-releases if asked for, or if a clause names one.
    return s.contains(Version(candidate), prereleases=prereleases or bool(s.prereleases))


def marker(text, environment, extras):
    m = Marker(text)
    values = []
    try:
        for extra in extras or [""]:
            values.append(m.evaluate(dict(environment, extra=extra)))
    except (UndefinedComparison, UndefinedEnvironmentName):
        return {"String": str(m), "Error": True}
    return {"String": str(m), "Value": any(values)}


def lock_marker(text, environment, extras, groups):
    m = Marker(text)
    sets = {"extras": frozenset(extras), "dependency_groups": frozenset(groups)}
    try:
        return {"String": str(m), "Value": m.evaluate(dict(environment, **sets), "lock_file")}
    except (UndefinedComparison, UndefinedEnvironmentName):
        return {"String": str(m), "Error": True}


def requirement(text):
    r = Requirement(text)
    return {
        "String": str(r),
        "Name": r.name,
        "Extras": sorted(r.extras),
        "Specifiers": str(r.specifier),
        "URL": r.url or "",
        "Marker": str(r.marker) if r.marker else "",
    }


def wheel(text):
    project, v, build, tags = parse_wheel_filename(text)
    return {
        "Name": project,
        "Version": str(v),
        "Build": "".join(map(str, build)),
        "Tags": sorted(map(str, tags)),
    }


def tags(text):
    return sorted(map(str, parse_tag(text)))


def answer(kind, *arguments):
    try:
        return globals()[kind](*arguments)
    except (InvalidVersion, InvalidSpecifier, InvalidMarker, InvalidRequirement, InvalidWheelFilename, ValueError):
        return None


json.dump([answer(*question) for question in json.load(sys.stdin)], sys.stdout)
