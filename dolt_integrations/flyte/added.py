"""The rows that a task's save added, as opposed to the whole table that it passes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations import adapters, core
from dolt_integrations.adapters import REPLACE
from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte.origin.lineage import TASK, note_input

if TYPE_CHECKING:
    import pandas as pd

    from dolt_integrations.core import Version
    from dolt_integrations.flyte.config import DoltConfig
    from dolt_integrations.flyte.runtime import Runtime
    from dolt_integrations.flyte.table import DoltTable


def rows_added(table: DoltTable, *, nothing: bool) -> pd.DataFrame:
    """Return the rows that the commit of a table's version added; see `DoltTable.added`.

    Args:
        table: The table.
        nothing: Whether its save had nothing to write, so that the commit belongs to another save.

    Raises:
        ConfigError: It is a query, or not pinned to a commit yet.
        DoltError: The rows cannot be read; see `dolt_integrations.core.added_rows`.
    """
    config, version = table.config, table.version
    config.check()
    if config.tablename is None or version is None:
        what = "is a query" if config.tablename is None else "is pinned to no commit yet"
        hint = "Call it on a table that a task has saved or read."
        raise ConfigError(f"the DoltTable {config.tablename or config.sql!r} of {config.shown_path} {what}", hint=hint)
    place: dict[str, Any] = {"db": config.db_path, "tablename": config.tablename, "branch_conf": config.branch_conf}
    note_input(config, version)
    if nothing:
        empty = {**place, "as_of": version.commit, "where": "1 = 0", "remote_conf": config.remote_conf}
        return core.read_table(**empty).data
    return core.added_rows(**place, commit=version.commit, remote_conf=config.remote_conf)


def has_added_nothing(config: DoltConfig, rows: Any, version: Version, runtime: Runtime) -> bool:
    """Whether an append or upsert had nothing to write, so that the commit of its version belongs to another save.

    A commit of an earlier attempt of the same task counts as its own.

    Args:
        config: The config of the saved table.
        rows: The saved rows.
        version: The version that the save returned.
        runtime: The runtime of the task.
    """
    if version.changed or config.mode == REPLACE:
        return False
    if not adapters.is_stream(rows) and len(rows) == 0:
        return True
    message = str(core.history(config.db_path, as_of=version.commit, limit=1)["message"].iloc[0])
    attempt = runtime.execution.attempt
    if attempt is not None:
        return adapters.node_of(message) != attempt.node
    names = (adapters.RUN, TASK)
    ours = [runtime.execution.trailers.get(name) for name in names]
    return [adapters.trailers_of(message).get(name) for name in names] != ours
