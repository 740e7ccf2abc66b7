"""`who_wrote`: the commits that wrote a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from dolt_integrations.core.branches.missing import missing_table
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.as_of import AsOf, check_as_of
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.options import check_tablename
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.inspect.history import commits_frame
from dolt_integrations.core.provenance.inputs import task_of
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.core.remotes.follow import loading_from
from dolt_integrations.engine import Database, TableSchema, find_base_table, open_database
from dolt_integrations.engine.tables.preview import find_rows
from dolt_integrations.engine.versions.log import LogEntry, log
from dolt_integrations.errors import ConfigError, PrimaryKeyError

if TYPE_CHECKING:
    from dolt_integrations.engine import Location

Values = Mapping[str, Any]
"""A row: values by column name."""


def who_wrote(
    db: Location,
    tablename: str,
    key: Any,
    *,
    branch_conf: BranchConf = None,
    as_of: AsOf | None = None,
    remote_conf: RemoteConf = None,
) -> pd.DataFrame:
    """Return the commits that changed a row, with their executions, newest first.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: A table with a primary key.
        key: The row's primary key: a value; for several columns, a tuple in the key's order or a dict by name.
        branch_conf: The branch. None is the default branch.
        as_of: The newest commit to consider: a commit, tag, branch, ancestor or timestamp. None is the branch's newest.
        remote_conf: The remote to clone the database from, or to pull from, before.

    Returns:
        A row for each commit in which the row differs from all of the commit's parents: `diff_type` (added, modified
        or removed), `changed` (the names of the columns that differ), `commit`, `date` (datetime64[us, UTC]),
        `author`, `email`, `message`, `execution_id`, `task`. Empty if the key never existed.

    Raises:
        ConfigError: The key has other columns than the table's, or an argument has the wrong type.
        PrimaryKeyError: The table has no primary key.
        NotFoundError: The database, branch, revision or table does not exist. The hint suggests similar names.

    Example:
        >>> _ = write_table(folder, "t", pd.DataFrame({"id": [1], "n": [1]}), primary_key="id", message="Run: F/1")
        >>> _ = write_table(folder, "t", pd.DataFrame({"id": [1], "n": [2]}), message="Run: F/2")
        >>> who_wrote(folder, "t", 1)[["diff_type", "changed", "execution_id"]].values.tolist()
        [['modified', 'n', 'F/2'], ['added', 'id, n', 'F/1']]
    """
    check_tablename(tablename)
    check_as_of(as_of)
    branch, remote = Branch.parse(branch_conf), Remote.parse(remote_conf)
    with loading_from(remote, db, branch, as_of), unrecorded_reads(), open_database(db) as database:
        _, commit = find_commit(database, branch, as_of)
        name, schema = _table(database, tablename, commit)
        rows = _Rows(database, name, _key(name, schema, key))
        with database.connect() as session:
            entries = log(session, commit, name)
        found = [(entry, change) for entry in entries if (change := rows.change(entry)) is not None]
    return _frame(found)


def _table(database: Database, tablename: str, commit: str) -> tuple[str, TableSchema]:
    with database.connect(commit) as snapshot:
        found = find_base_table(snapshot, tablename)
    if found is None:
        raise missing_table(database, tablename, commit)
    if not found[1].primary_key:
        hint = "Use history() and diff(), or save the table with a key."
        raise PrimaryKeyError(f"table `{found[0]}` of {database.location} has no primary key", hint=hint)
    return found


def _key(table: str, schema: TableSchema, key: Any) -> dict[str, Any]:
    names = schema.primary_key
    if isinstance(key, Mapping):
        given = {str(name): value for name, value in key.items()}
    else:
        values = list(key) if isinstance(key, Sequence) and not isinstance(key, (str, bytes)) else [key]
        given = dict(zip(names, values, strict=False)) if len(values) == len(names) else {}
    if set(given) != set(names):
        hint = f"Its primary key is ({', '.join(names)}): give a value for each, in this order, or a dict."
        raise ConfigError(f"{key!r:.200} is not a key of table `{table}`", hint=hint)
    return {name: _plain(value) for name, value in given.items()}


def _plain(value: Any) -> Any:
    """Convert a numpy or pandas scalar to a plain Python value."""
    value = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
    return value.item() if hasattr(value, "item") else value


class _Rows:
    """A row in the commits of a database. Each version is looked up only once."""

    def __init__(self, database: Database, table: str, key: Mapping[str, Any]) -> None:
        self._database, self._table = database, table
        self._key = key
        self._known: dict[str, Values | None] = {}

    def change(self, entry: LogEntry) -> tuple[str, str] | None:
        """Return how a commit changed the row, and in which columns. None if a parent has the same row."""
        now = self._at(entry.commit)
        before = [self._at(parent) for parent in entry.parents] or [None]
        if now in before:
            return None
        old = next((row for row in before if row is not None), None)
        if now is None:
            return "removed", ", ".join(old or {})
        differing = [name for name in now if old is None or name not in old or old[name] != now[name]]
        return "added" if old is None else "modified", ", ".join(differing + [n for n in old or {} if n not in now])

    def _at(self, commit: str) -> Values | None:
        if commit not in self._known:
            self._known[commit] = self._look_up(commit)
        return self._known[commit]

    def _look_up(self, commit: str) -> Values | None:
        with self._database.connect(commit) as snapshot:
            found = find_base_table(snapshot, self._table)
            if found is None or not set(self._key) <= set(found[1].names):
                return None
            rows = find_rows(snapshot, found[0], self._key, most=2)
        return rows[0] if len(rows) == 1 else None


def _frame(found: Sequence[tuple[LogEntry, tuple[str, str]]]) -> pd.DataFrame:
    entries = [entry for entry, _ in found]
    frame = commits_frame(entries, None).drop(columns=["branch", "write_id"])
    frame.insert(0, "diff_type", pd.Series([kind for _, (kind, _) in found], dtype=TEXT_DTYPE))
    frame.insert(1, "changed", pd.Series([names for _, (_, names) in found], dtype=TEXT_DTYPE))
    frame["task"] = pd.Series([task_of(entry.message) for entry in entries], dtype=TEXT_DTYPE)
    return frame
