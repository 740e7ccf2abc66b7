"""What a task has added: the rows of its save, and not the whole table that it hands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations import adapters, core
from dolt_integrations.adapters import REPLACE
from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte.lineage import TASK, note_input

if TYPE_CHECKING:
    import pandas as pd

    from dolt_integrations.core import Version
    from dolt_integrations.flyte.config import DoltConfig
    from dolt_integrations.flyte.runtime import Runtime
    from dolt_integrations.flyte.table import DoltTable


def rows_added(table: DoltTable, *, nothing: bool) -> pd.DataFrame:
    """Return the rows that the commit of a table's version has added to it; see `DoltTable.added`.

    Args:
        table: The table.
        nothing: Whether its save had nothing to write, so that the commit is another one's.

    Raises:
        ConfigError: It is a query, or pinned to no commit yet.
        DoltError: Whatever keeps the rows from being read; see `dolt_integrations.core.added_rows`.
    """
    config, version = table.config, table.version
    config.check()
    if config.tablename is None or version is None:
        what = "is a query" if config.tablename is None else "is pinned to no commit yet"
        hint = "Only a table that a task has saved, or that was read, has rows that were added."
        raise ConfigError(f"the DoltTable {config.tablename or config.sql!r} of {config.shown_path} {what}", hint=hint)
    place: dict[str, Any] = {"db": config.db_path, "tablename": config.tablename, "branch_conf": config.branch_conf}
    note_input(config, version)
    if nothing:
        empty = {**place, "as_of": version.commit, "where": "1 = 0", "remote_conf": config.remote_conf}
        return core.read_table(**empty).data
    return core.added_rows(**place, commit=version.commit, remote_conf=config.remote_conf)


def has_added_nothing(config: DoltConfig, rows: Any, version: Version, runtime: Runtime) -> bool:
    """Whether a save that appends or upserts had nothing to write: then the commit of its version is another one's.

    An earlier attempt of the task may have made the commit, which is as good as its own.

    Args:
        config: Where it was saved.
        rows: What was saved.
        version: What the save returned.
        runtime: Whose task it is.
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
