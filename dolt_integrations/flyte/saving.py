"""Saving a `DoltTable` that a task returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations import core
from dolt_integrations.adapters import REPLACE
from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte.added import has_added_nothing
from dolt_integrations.flyte.origin.lineage import commit_message
from dolt_integrations.flyte.past import branch_for, revision_for
from dolt_integrations.flyte.runtime import current_runtime

if TYPE_CHECKING:
    from dolt_integrations.core import Version
    from dolt_integrations.flyte.config import DoltConfig
    from dolt_integrations.flyte.runtime import Runtime
    from dolt_integrations.flyte.table import DoltTable


def save(table: DoltTable, runtime: Runtime | None = None) -> dict[str, Any]:
    """Write a table's rows, unless Dolt has them already, in a commit that names the execution.

    Args:
        table: The table. It is pinned to the commit.
        runtime: The runtime of the task that returns it; by default, that of the running task.

    Returns:
        The reference to the table, as a JSON object.

    Raises:
        ConfigError: There are rows, but no table to write them to.
        DoltError: They cannot be written; see `dolt_integrations.core.write_table`.
    """
    if table.is_blank:
        return table.to_dict()
    table.config.check()
    runtime = runtime or current_runtime()
    if runtime.is_compiling():
        _check_reference(table)
        return table.to_dict()
    if not table.is_to_be_written():
        return (_pinned(table) if runtime.is_running() else table).to_dict()
    _check_target(table.config)
    rows = table.data
    version = _write(table.config, rows, runtime)
    table.pin(version, nothing=has_added_nothing(table.config, rows, version, runtime))
    return table.to_dict()


def _write(config: DoltConfig, frame: Any, runtime: Runtime) -> Version:
    assert config.tablename is not None  # noqa: S101 - checked before
    return core.write_table(
        config.db_path,
        config.tablename,
        frame,
        branch_conf=branch_for(config, runtime),
        primary_key=config.primary_key,
        mode=config.mode,
        message=commit_message(runtime, config.message),
        overwrite=(config.io_args or {}).get("schema") == "overwrite",
        author=config.author,
        attempt=runtime.execution.attempt,
        meta_conf=config.meta_conf,
        remote_conf=config.remote_conf,
    )


def _check_target(config: DoltConfig) -> None:
    if config.tablename is None or config.as_of is not None:
        what = f"the query {config.sql!r}" if config.tablename is None else f"a past version ({config.as_of})"
        hint = "Return the data in a DoltTable whose config has a tablename and neither sql nor as_of."
        raise ConfigError(f"a DoltTable of {config.shown_path} has new data for {what}, which is read-only", hint=hint)
    if config.mode == REPLACE and not config.part.is_all:
        hint = 'Leave them out of the config of the result, or use io_args={"mode": "upsert"}.'
        raise ConfigError(
            f"a DoltTable with a part of table {config.tablename!r} (io_args: columns, where) would replace all of it",
            hint=hint,
        )


def _check_reference(table: DoltTable) -> None:
    """Refuse a table with rows at compile time, because only tasks write.

    Raises:
        ConfigError: The table has rows.
    """
    if table.has_rows:
        what = f"table {table.config.tablename!r}" if table.config.tablename else "the DoltTable"
        hint = "Return the table from a task and pass that task's result, or pass a DoltTable without data."
        raise ConfigError(
            f"{what} of {table.config.shown_path} has rows but is bound in a workflow's definition; "
            "only tasks write to a database",
            hint=hint,
        )


def _pinned(table: DoltTable) -> DoltTable:
    """Return a reference to an old version, pinned to its commit: `main` or `HEAD~1` will mean another one tomorrow.

    Only a task pins it, not the client that starts an execution, which may be unable to reach the database.

    The table itself is not changed, because a workflow's body may pass one object to every run.
    """
    config = table.config
    if table.version is not None or config.as_of is None:
        return table
    version = core.find_version(
        config.db_path, branch_conf=config.branch_conf, as_of=revision_for(config), remote_conf=config.remote_conf
    )
    return type(table)(config, version=version)
