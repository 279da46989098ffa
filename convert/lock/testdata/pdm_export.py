"""Exports pdm.lock files by `pdm export`: questions are {dir, extras, groups, options},
answers are {error} or {text}."""

import contextlib
import io
import json
import os
import sys

from pdm.core import Core

answers = []
for question in json.load(sys.stdin):
    arguments = ["export", "-p", question["dir"], "-f", "requirements", *question["options"]]
    if not question["groups"]:
        arguments.append("--prod")
    for group in question["extras"] + question["groups"]:
        arguments += ["-G", group]
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            Core().main(arguments)
    except BaseException as error:
        answers.append({"error": f"{error} {err.getvalue()}"})
        continue
    answers.append({"text": out.getvalue()})
json.dump(answers, sys.stdout)
