"""`DOLT_INTEGRATIONS_CACHE=flyte`: the shared cache of versions in the bucket that stores the tasks' files."""

from __future__ import annotations

from flytekit import FlyteContextManager

from dolt_integrations.adapters import register_cache_url
from dolt_integrations.flyte.cache_folder import cache_folder


def cache_url() -> str | None:
    """Return a folder beside the tasks' files that all executions share, or None if the files are local."""
    return cache_folder(FlyteContextManager.current_context().file_access.raw_output_prefix)


register_cache_url("flyte", cache_url)
