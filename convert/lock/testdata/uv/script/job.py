# /// script
# requires-python = ">=3.10"
# dependencies = ["requests[socks]<3", "rich ; python_version < '3.13'"]
# ///
