"""`DOLT_INTEGRATIONS_CACHE=flyte`: the folder for the shared cache of versions, beside the tasks' files."""

from __future__ import annotations

import re

FOLDER = "dolt-integrations"

_OF_ONE_ATTEMPT = re.compile(r"/[0-9a-z]{2}/[^/]+$")
"""What Flyte appends to its raw output prefix for each attempt of a node: a shard of two characters, and an id.

flyteplugins, `ioutils.NewShardedRawOutputPath`.
"""


def cache_folder(prefix: str, run: str | None = None) -> str | None:
    """Return a folder beside the files of an attempt that other executions share, or None if the files are local.

    Args:
        prefix: The place of the attempt's files, as Flyte names it.
        run: The name of the run, if the place may be in a folder of that name.

    Example:
        >>> cache_folder("s3://bucket/files/ab/f1a2b3-n0-0")
        's3://bucket/files/dolt-integrations'
        >>> cache_folder("s3://bucket/files/run1/a0/raw", "run1")
        's3://bucket/files/dolt-integrations'
    """
    prefix = prefix.rstrip("/")
    if "://" not in prefix or prefix.startswith("file:"):
        return None
    common = _before_run(prefix, run) or _OF_ONE_ATTEMPT.sub("", prefix)
    return f"{common if common.partition('://')[2] else prefix}/{FOLDER}"


def _before_run(prefix: str, run: str | None) -> str | None:
    before, found, _ = f"{prefix}/".partition(f"/{run}/")
    return before if found else None
