"""Undoing one write of a table that other writers have changed since: row by row, never changing their rows."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import polars as pl

from dolt_integrations.core.branches.claims import Later, claims
from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.branches.take import take_tables
from dolt_integrations.core.provenance.write_id import node_of
from dolt_integrations.core.rows.diff import TableVersions, same_key
from dolt_integrations.core.rows.local_diff import as_series
from dolt_integrations.engine import DEFAULT_AUTHOR, table_name
from dolt_integrations.engine.tables.contents import copy_rows, empty_table
from dolt_integrations.engine.versions.commits import commit, head
from dolt_integrations.engine.versions.diffs.multisets import Pinned, Subtraction
from dolt_integrations.engine.versions.log import log
from dolt_integrations.engine.versions.merges import commit_merge, conflicts, merge, resolve_rows
from dolt_integrations.engine.versions.working_set import stage
from dolt_integrations.errors import (
    ColumnNotFoundError,
    LostRaceError,
    QueryError,
    SupersededError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from dolt_integrations.core.provenance.find import EarlierWrite
    from dolt_integrations.core.rows.diff import Changes
    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.versions.log import LogEntry

MESSAGE = "Undo what an earlier attempt wrote"


class Undoing:
    """One write to undo, in a table that other writers have changed since."""

    def __init__(self, database: Database, workspace: Connection, table: str, before: str, write: EarlierWrite) -> None:
        self._database, self._workspace, self._table = database, workspace, table
        self._before, self._write = before, write
        self._versions = TableVersions(database, workspace, table)

    def check(self, now: str, start: str) -> None:
        """Refuse to undo rows that other writers have changed or removed since.

        Raises:
            SupersededError: There are such rows. The error names the commit that changed them.
        """
        if self._clashes(self._write.work, now):
            other = self._culprit(start)
            if other is not None:
                raise self._refusal(other)

    def _clashes(self, old: str, new: str) -> bool:
        """Whether rows of the write, or the table's key, have been changed between two commits."""
        ours, theirs = self._versions.at(self._write.work), self._versions.at(new)
        if ours is None or theirs is None or not same_key(ours.schema, theirs.schema):
            return True
        key = list(ours.schema.primary_key)
        written, since = self._versions.changes(self._before, self._write.work), self._versions.changes(old, new)
        if not key:
            return _overlap(_of_kind(written, "added"), _of_kind(since, "removed"), ours.schema.names)
        sides = [(one, other) for one in (written.old, written.new) for other in (since.old, since.new)]
        return any(_overlap(one, other, key) for one, other in sides)

    def _refusal(self, other: str) -> SupersededError:
        return SupersededError(
            f"an earlier attempt of {self._write.name.node} wrote rows of table `{self._table}` in commit "
            f"{self._write.commit}, and commit {other} has built on them since; this attempt has other rows",
            hint="Nothing is written. Undo one of the two commits by hand, or let the task read the table's newest "
            "version and write only what is missing.",
            commits=(self._write.commit, other),
        )

    def _culprit(self, start: str) -> str | None:
        """Return the first commit of another writer that changed the write's rows, or None."""
        for entry in reversed(self._later(start)):
            if len(entry.parents) != 1 or node_of(entry.message) == self._write.name.node:
                continue
            if self._clashes(entry.parents[0], entry.commit):
                return entry.commit
        return None

    def _later(self, start: str) -> list[LogEntry]:
        entries = log(self._workspace, start, table_name(self._workspace, self._table))
        made = (self._write.commit, self._write.work)
        return list(itertools.takewhile(lambda entry: entry.commit not in made, entries))

    def check_rows(self, now: str, start: str) -> None:
        """Refuse an undo, which has been committed, of rows that other writers removed and wrote again.

        Raises:
            SupersededError: There are such rows. The error names the newest commit that changed them.
        """
        later = Later(self._database, self._workspace, start, self._write.commit)
        entries = later.of(table_name(self._workspace, self._table))
        others = [entry for entry in entries if node_of(entry.message) != self._write.name.node]
        found = claims(self._database, self._workspace, self._table, (now, head(self._workspace)), others)
        if found:
            raise self._refusal(found[0].entry.commit)

    def apply(self, now: str) -> None:
        """Undo the rows, in the working set or by a merge.

        Raises:
            SupersededError: Dolt finds that another writer has changed the same rows.
        """
        version = self._versions.at(now)
        if version is not None and not version.schema.primary_key:
            self._subtract(now)
            return
        with private_branch(self._database, self._write.work) as other:
            self._put_rows_before(other)
            stage(other, [self._table])
            commit(other, MESSAGE, DEFAULT_AUTHOR)
            self._merge(head(other), now)

    def _put_rows_before(self, other: Connection) -> None:
        """Restore the rows of before the write, keeping the columns as the write left them."""
        old, new = self._versions.at(self._before), self._versions.at(self._write.work)
        if old is not None and new is not None and old.is_like(new):
            take_tables(other, self._before, [old.name])
            return
        table = table_name(other, self._table)
        empty_table(other, table)
        if old is not None and new is not None:
            names = [name for name in old.schema.names if name in new.schema.names]
            copy_rows(other, table, names, self._before, old.name)

    def _merge(self, revision: str, now: str) -> None:
        workspace = self._workspace
        with workspace.transaction():
            try:
                merged = merge(workspace, revision, MESSAGE, DEFAULT_AUTHOR)
            except (LostRaceError, QueryError) as error:
                raise self._refusal(now) from error
            if merged:
                return
            found = conflicts(workspace)
            if any(conflict.kind != "data" for conflict in found):
                raise self._refusal(now) from QueryError("; ".join(map(str, found)))
            for conflict in found:  # check() found no other writer, so this node itself changed them again
                resolve_rows(workspace, conflict.table, "ours")
            commit_merge(workspace, MESSAGE, DEFAULT_AUTHOR)

    def _subtract(self, now: str) -> None:
        """Undo in a table without a key: delete as many of each row as the write added, and restore what it deleted."""
        written, before = self._versions.at(self._write.work), self._versions.at(self._before)
        if written is None:
            raise self._refusal(now)
        old = None if before is None else Pinned(self._before, before)
        new, table = Pinned(self._write.work, written), table_name(self._workspace, self._table)
        here = self._versions.at(now)
        names = dict.fromkeys([*written.schema.names, *(here.schema.names if here is not None else ())])
        try:
            Subtraction(self._workspace, table, list(names), new, old).apply()
        except (QueryError, ColumnNotFoundError) as error:
            raise self._refusal(now) from error


def _of_kind(changes: Changes, kind: str) -> pa.Table:
    side = changes.new if kind == "added" else changes.old
    return side.filter(pl.Series(changes.kinds.to_pylist(), dtype=pl.String).eq(kind).to_arrow())


def _overlap(one: pa.Table, other: pa.Table, names: Sequence[str]) -> bool:
    """Whether two tables share a row in the named columns. Rows that are all NULL there do not count."""
    if not set(names) <= set(one.column_names) or not set(names) <= set(other.column_names):
        return bool(one.num_rows and other.num_rows)
    sides = [
        pl.DataFrame({str(at): as_series(side.column(name)) for at, name in enumerate(names)}) for side in (one, other)
    ]
    present = [side.filter(~pl.all_horizontal(pl.all().is_null())) for side in sides]
    return present[0].join(present[1], on=present[0].columns, how="semi", nulls_equal=True).height > 0
