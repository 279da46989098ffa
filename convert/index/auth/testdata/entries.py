"""Reads texts from stdin (JSON), answers what netrc makes of each."""
import json
import netrc
import sys

path = sys.argv[1]
answers = []
for text in json.load(sys.stdin):
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    try:
        answers.append(netrc.netrc(path).hosts)
    except netrc.NetrcParseError:
        answers.append(None)
json.dump(answers, sys.stdout)
