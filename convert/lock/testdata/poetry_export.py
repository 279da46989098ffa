"""Exports poetry.lock files as `poetry export` does, which is what its command
calls, and judges the markers: questions are {dir, extras, groups, environments, options},
answers are {error} or {text, pins}, the latter one list for each environment, of
requirements as "name==version" or "name @ place", with hashes."""

import json
import logging
import re
import sys
import warnings
from pathlib import Path

from cleo.io.buffered_io import BufferedIO
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from poetry.factory import Factory
from poetry_plugin_export.exporter import Exporter

logging.disable()
warnings.simplefilter("ignore")


def export(question):
    directory = Path(question["dir"])
    io = BufferedIO()
    poetry = Factory().create_poetry(directory, io=io)
    if "stale" not in question["options"] and not poetry.locker.is_fresh():
        raise RuntimeError("the lock is not fresh")
    exporter = Exporter(poetry, io)
    exporter.only_groups(["main", *[canonicalize_name(group) for group in question["groups"]]])
    exporter.with_extras([canonicalize_name(extra) for extra in question["extras"]])
    exporter.with_urls(False)
    exporter.export("requirements.txt", directory, io)
    return io.fetch_output()


def requirements(text):
    for line in text.replace("\\\n", " ").splitlines():
        hashes = sorted(set(re.findall(r"\s--hash=(\S+)", line)))
        line = re.sub(r"\s--hash=\S+", "", line).strip()
        if not line:
            continue
        if line.startswith("-e "):
            place, _, marker = line.removeprefix("-e ").partition(" ;")
            yield f"{Path(place).name} @ {place}", Marker(marker) if marker else None, hashes  # the folder has the project's name
            continue
        r = Requirement(line)
        name = canonicalize_name(r.name)
        yield name + (" @ " + r.url if r.url else str(r.specifier)), r.marker, hashes


answers = []
for question in json.load(sys.stdin):
    try:
        text = export(question)
    except Exception as error:
        answers.append({"error": str(error)})
        continue
    listed = list(requirements(text))
    answers.append({"text": text, "pins": [
        sorted({" ".join([what, *hashes]) for what, marker, hashes in listed if marker is None or marker.evaluate({**environment, "extra": ""})})
        for environment in question["environments"]
    ]})
json.dump(answers, sys.stdout)
