"""Answer what pip reads from pages: [{"body": …, "type": …, "url": …}] on stdin."""

import json
import sys

from pip._internal.index.collector import IndexContent, parse_links

answers = []
for page in json.load(sys.stdin):
    content = IndexContent(page["body"].encode(), page["type"], "utf-8", page["url"], cache_link_parsing=False)
    links = []
    for link in parse_links(content):
        metadata = link.metadata_file_data
        links.append({
            "Name": link.filename,
            "URL": link.url_without_fragment,
            "Hashes": link._hashes,
            "RequiresPython": link.requires_python or "",
            "Yanked": link.yanked_reason,
            "HasMetadata": metadata is not None,
            "Metadata": (metadata.hashes if metadata else None) or {},
        })
    answers.append(links)
json.dump(answers, sys.stdout)
