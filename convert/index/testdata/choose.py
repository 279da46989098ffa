# Which file pip would install: reads a JSON list of lists of wheel file names
# of project a, prints the tags of the target and, for each list, the name of
# the file chosen for a==1.0, or null.
import json
import sys

from pip._internal.index.package_finder import CandidateEvaluator
from pip._internal.models.candidate import InstallationCandidate
from pip._internal.models.link import Link
from pip._internal.models.target_python import TargetPython
from pip._internal.models.wheel import Wheel
from pip._vendor.packaging.specifiers import SpecifierSet

platforms = ["manylinux_2_36_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "linux_x86_64"]
target = TargetPython(platforms=platforms, py_version_info=(3, 11), abis=["cp311", "abi3", "none"], implementation="cp")
tags = target.get_sorted_tags() if hasattr(target, "get_sorted_tags") else target.get_tags()


def choose(names):
    evaluator = CandidateEvaluator.create("a", target_python=target, specifier=SpecifierSet("==1.0"))
    candidates = []
    for name in names:
        wheel = Wheel(name)
        if wheel.supported(tags):
            candidates.append(InstallationCandidate("a", wheel.version, Link("https://index.example.org/" + name)))
    best = evaluator.compute_best_candidate(candidates).best_candidate
    return best.link.filename if best else None


json.dump({"tags": [str(t) for t in tags], "chosen": [choose(names) for names in json.load(sys.stdin)]}, sys.stdout)
