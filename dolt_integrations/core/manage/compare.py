"""Comparing two runs, or two versions, table by table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.as_of import check_as_of
from dolt_integrations.core.configs.branch import SerialBranch
from dolt_integrations.core.configs.options import check_text
from dolt_integrations.core.manage.executions import entries_of
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.core.rows.diff import TableVersions
from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.versions.log import log
from dolt_integrations.engine.versions.merges import tables_of
from dolt_integrations.errors import NotFoundError, RunNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.versions.diffs.diff import TableVersion


class _Side:
    """One side of the comparison: a commit; for an execution, also its last commit that changed each table."""

    def __init__(self, commit: str, written: dict[str, str] | None = None) -> None:
        self.commit, self.written = commit, written

    def at(self, table: str) -> str:
        """Return the commit in which to read a table."""
        return (self.written or {}).get(table, self.commit)


def compare(place: Place, one: str, other: str, branch: str | None = None) -> pd.DataFrame:
    """Return how two versions differ (see `Repository.compare`)."""
    for revision in (one, other):
        check_text(revision, "what is compared")
        check_as_of(revision)
    with place.reading(branch, one, other) as database, database.connect() as connection, unrecorded_reads():
        sides = [_side(database, connection, each, branch) for each in (one, other)]
        old, new = sides
        written = [side.written for side in sides if side.written is not None]
        names = set().union(*written) if len(written) == 2 else _tables(database, old.commit, new.commit)
        rows = [_compared(database, connection, name, old.at(name), new.at(name)) for name in sorted(names)]
    return _frame([row for row in rows if row is not None])


def _side(database: Database, connection: Connection, what: str, branch: str | None) -> _Side:
    """Return the version that a branch, tag, commit or timestamp names, or what an execution has written."""
    try:
        return _Side(find_commit(database, SerialBranch(branch), what)[1])
    except NotFoundError as error:
        found = _execution(database, connection, what, branch)
        if found is None:
            raise error from None
        return found


def _execution(database: Database, connection: Connection, what: str, branch: str | None) -> _Side | None:
    _, newest = find_commit(database, SerialBranch(branch), None)
    try:
        found = entries_of(log(connection, newest), what, database.location)
    except RunNotFoundError:
        if "/" in what or ":" in what:
            raise
        return None
    oldest_first = reversed([(name, entry.commit) for entry in found for name in tables_of(connection, entry)])
    return _Side(found[0].commit, dict(oldest_first))


def _tables(database: Database, *commits: str) -> set[str]:
    found: set[str] = set()
    for commit in commits:
        with database.connect(commit) as snapshot:
            found |= set(tables(snapshot))
    return found


def _compared(database: Database, connection: Connection, name: str, old: str, new: str) -> dict[str, object] | None:
    versions = TableVersions(database, connection, name)
    before, after = versions.at(old), versions.at(new)
    if before is None and after is None:
        return None
    kinds = pd.Series(versions.changes(old, new).kinds.to_pylist(), dtype=TEXT_DTYPE).value_counts()
    counts = [int(kinds.get(kind, 0)) for kind in ("added", "modified", "removed")]
    schema = _schema(before, after)
    return {
        "table": name,
        "change": _change(before, after, changed=bool(sum(counts) or schema)),
        "counts": counts,
        "schema": schema,
    }


def _change(before: TableVersion | None, after: TableVersion | None, *, changed: bool) -> str:
    if before is None or after is None:
        return "added" if before is None else "removed"
    return "modified" if changed else "same"


def _schema(before: TableVersion | None, after: TableVersion | None) -> str:
    """Return the columns that differ: `+new bigint`, `-gone text`, `x: int -> bigint`."""
    if before is None or after is None:
        return ""
    was = {column.name: column.sql_type for column in before.schema.columns}
    is_ = {column.name: column.sql_type for column in after.schema.columns}
    found = [f"+{name} {kind}" for name, kind in is_.items() if name not in was]
    found += [f"-{name} {kind}" for name, kind in was.items() if name not in is_]
    found += [f"{name}: {was[name]} -> {kind}" for name, kind in is_.items() if was.get(name, kind) != kind]
    if before.schema.primary_key != after.schema.primary_key:
        found.append(f"key: {_listed(before)} -> {_listed(after)}")
    return ", ".join(found)


def _listed(version: TableVersion) -> str:
    return f"({', '.join(version.schema.primary_key)})"


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    counts = pd.DataFrame([row["counts"] for row in rows], columns=["rows_added", "rows_changed", "rows_removed"])
    texts = {name: pd.Series([row[name] for row in rows], dtype=TEXT_DTYPE) for name in ("table", "change", "schema")}
    frame = pd.concat([texts["table"], texts["change"], counts.astype("int64"), texts["schema"]], axis="columns")
    return frame.set_axis(["table", "change", *counts.columns, "schema"], axis="columns")
