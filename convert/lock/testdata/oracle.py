# What pip's own parser reads from requirements files, as JSON: one document a
# path given on standard input, a line each.
import json
import sys

from pip._internal.index.collector import LinkCollector
from pip._internal.index.package_finder import PackageFinder
from pip._internal.models.search_scope import SearchScope
from pip._internal.models.selection_prefs import SelectionPreferences
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import parse_requirements


def finder(session):
    scope = SearchScope(find_links=[], index_urls=[], no_index=False)
    collector = LinkCollector(session=session, search_scope=scope)
    return PackageFinder.create(link_collector=collector, selection_prefs=SelectionPreferences(allow_yanked=True))


def describe(parsed):
    r = install_req_from_parsed_requirement(parsed)
    for s in r.req.specifier if r.req is not None else []:
        if type(s).__name__ == "LegacySpecifier":
            raise ValueError("not PEP 440, which pip before 24.1 let pass")
    hashes = r.hashes(trust_internet=False)._allowed
    return {
        "name": r.name,
        "extras": sorted(r.extras),
        "specifier": str(r.req.specifier) if r.req is not None else "",
        "marker": str(r.markers) if r.markers else "",
        "hashes": sorted("%s:%s" % (a, h) for a in hashes for h in hashes[a]),
        "link": r.link.url if r.link else "",
        "editable": bool(r.editable),
        "constraint": bool(r.constraint),
        "from": parsed.comes_from,
    }


def read(session, path):
    f = finder(session)
    try:
        requirements = [describe(p) for p in parse_requirements(path, session, finder=f)]
    except Exception as e:
        return {"error": "%s: %s" % (type(e).__name__, e)}
    return {"requirements": requirements, "find_links": f.find_links, "index_urls": f.index_urls}


session = PipSession()
for line in sys.stdin:
    print(json.dumps(read(session, line.rstrip("\n"))), flush=True)
