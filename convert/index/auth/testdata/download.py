"""Reads rounds from stdin (JSON), has pip download in each, answers its exit codes."""
import contextlib
import io
import json
import os
import sys
import urllib.request

from pip._internal.cli.index_command import _create_truststore_ssl_context
from pip._internal.cli.main import main
from pip._internal.network import auth

codes = []
for question in json.load(sys.stdin):
    os.environ.clear()
    urllib.request.urlopen(question["Begin"]).close()
    os.environ.update(question["Variables"])
    sys.prefix = "/nonexistent"
    # What one process would go on with.
    auth.get_keyring_provider.cache_clear()
    _create_truststore_ssl_context.cache_clear()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            codes.append(main(["download", "-q", "--no-input", "--no-deps", "--no-cache-dir", "--disable-pip-version-check",
                               "--retries=0", "-d", question["Folder"], "a"]))
        except SystemExit as e:
            codes.append(e.code)
json.dump(codes, sys.stdout)
