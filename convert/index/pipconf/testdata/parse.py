"""Reads texts from stdin (JSON), answers what configparser makes of each."""
import configparser
import json
import sys

answers = []
for text in json.load(sys.stdin):
    parser = configparser.RawConfigParser()
    try:
        # What open() does to line ends.
        parser.read_string(text.replace("\r\n", "\n").replace("\r", "\n"))
    except configparser.Error:
        answers.append(None)
        continue
    answers.append([[s, k, v] for s in parser.sections() for k, v in parser.items(s)])
json.dump(answers, sys.stdout)
