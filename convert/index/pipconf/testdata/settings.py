"""Reads rounds from stdin (JSON), answers the options that pip starts with in each."""
import contextlib
import io
import json
import os
import sys

from pip._internal import configuration
from pip._internal.commands import create_command
from pip._internal.models.index import PyPI
from pip._internal.models.search_scope import SearchScope

site_config_dirs = configuration.appdirs.site_config_dirs
answers = []
for question in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(question["Variables"])
    sys.prefix = os.environ.get("VIRTUAL_ENV", "/nonexistent")
    etc = question["Etc"]
    configuration.appdirs.site_config_dirs = lambda name: [
        etc + d.removeprefix("/etc") if d == "/etc" or d.startswith("/etc/") else d for d in site_config_dirs(name)
    ]
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            options, _ = create_command(question["Command"]).parse_args([])
    except SystemExit:
        answers.append(None)
        continue
    scope = SearchScope.create(find_links=options.find_links, index_urls=[], no_index=False)
    answers.append({
        # Where nothing is set pip takes its own, and wain none.
        "IndexURL": "" if options.index_url == PyPI.simple_url else options.index_url,
        "ExtraIndexURLs": options.extra_index_urls or None,
        "FindLinks": scope.find_links or None,
        "NoIndex": bool(options.no_index),
        "Cert": options.cert,
        "ClientCert": options.client_cert,
        "TrustedHosts": options.trusted_hosts or None,
        "Proxy": options.proxy,
        "KeyringProvider": options.keyring_provider,
        "NoInput": bool(options.no_input),
        "Timeout": options.timeout,
        "Retries": options.retries,
    })
json.dump(answers, sys.stdout)
