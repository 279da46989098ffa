# Reads [[requires.txt, [extra, ...]], ...] as JSON; prints this Python's marker
# environment, and what easy_install would install for each, null for a refusal.
import json, sys, warnings

warnings.simplefilter("ignore")
import pkg_resources
from packaging.markers import default_environment
from packaging.utils import canonicalize_name


class Metadata(pkg_resources.EmptyProvider):
    def __init__(self, text):
        self.text = text

    def has_metadata(self, name):
        return name == "requires.txt"

    def get_metadata(self, name):
        return self.text


def answer(text, extras):
    d = pkg_resources.Distribution(project_name="demo", version="1.0", metadata=Metadata(text))
    try:
        found = d.requires(extras)
    except Exception:
        return None
    # A requirement's own marker is judged when it is about to be installed.
    return sorted({str(r.specifier) + " " + canonicalize_name(r.key) for r in found if not r.marker or r.marker.evaluate({"extra": ""})})


questions = json.load(sys.stdin)
json.dump({"Environment": default_environment(), "Answers": [answer(*q) for q in questions]}, sys.stdout)
