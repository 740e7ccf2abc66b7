"""`DOLT_INTEGRATIONS_CACHE=flyte`: the shared cache of versions in the bucket that stores the tasks' files."""

from __future__ import annotations

from flyte._context import internal_ctx

from dolt_integrations.flyte.cache_folder import cache_folder


def cache_url() -> str | None:
    """Return a folder beside the running task's files that other runs share, or None if the files are local."""
    context = internal_ctx().data.task_context
    return cache_folder(context.raw_data_path.path, context.action.run_name) if context is not None else None
