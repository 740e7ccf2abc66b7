"""`DOLT_INTEGRATIONS_CACHE=flyte`: the shared cache of versions in the bucket that stores the tasks' files."""

from __future__ import annotations

import re

from flytekit import FlyteContextManager

from dolt_integrations.adapters import offer_place

FOLDER = "dolt-integrations"

_OF_ONE_ATTEMPT = re.compile(r"/[0-9a-z]{2}/[^/]+$")
"""What Flyte appends to its raw output prefix for each attempt of a node: a shard of two characters, and an id.

flyteplugins, `ioutils.NewShardedRawOutputPath`.
"""


def cache_url() -> str | None:
    """Return a folder beside the tasks' files that all executions share, or None if the files are local."""
    prefix = FlyteContextManager.current_context().file_access.raw_output_prefix.rstrip("/")
    if "://" not in prefix or prefix.startswith("file:"):
        return None
    common = _OF_ONE_ATTEMPT.sub("", prefix)
    return f"{common if common.partition('://')[2] else prefix}/{FOLDER}"


offer_place("flyte", cache_url)
