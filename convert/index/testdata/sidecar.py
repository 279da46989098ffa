"""Answer in which field pip finds two METADATA files to differ: [[beside, own], …] on stdin."""

import json
import sys

from pip._internal.exceptions import SidecarMetadataInconsistent
from pip._internal.metadata import get_metadata_distribution
from pip._internal.operations.prepare import _check_sidecar_matches_wheel
from pip._internal.utils.temp_dir import global_tempdir_manager


def distribution(text):
    return get_metadata_distribution(text.encode(), "demo_pkg-1.0-py3-none-any.whl", "demo-pkg")


answers = []
for beside, own in json.load(sys.stdin):
    with global_tempdir_manager():
        try:
            _check_sidecar_matches_wheel("demo", distribution(beside), distribution(own))
            answers.append("")
        except SidecarMetadataInconsistent as e:
            answers.append(e.field)
json.dump(answers, sys.stdout)
