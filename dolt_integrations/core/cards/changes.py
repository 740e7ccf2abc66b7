"""A commit's changes to a table, for a card: the number of rows, and some of them with changed cells marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.cards.facts import headings_of, rows_text
from dolt_integrations.core.rows.diff import TableVersions
from dolt_integrations.engine.versions.diffs.diff import can_differ
from dolt_integrations.engine.versions.diffs.diff_preview import comparable, count_kinds, shown_changes
from dolt_integrations.limits import limits
from dolt_integrations.render import Cell, Facts, Grid, Note
from dolt_integrations.render.grid import COLUMNS, left_out

if TYPE_CHECKING:
    from dolt_integrations.core.cards.bounded import Look
    from dolt_integrations.engine import Column, Connection
    from dolt_integrations.engine.versions.diffs.diff import TableVersion
    from dolt_integrations.engine.versions.diffs.diff_preview import ShownChange
    from dolt_integrations.engine.versions.log import LogEntry
    from dolt_integrations.render.card import Part

ROWS = 20
"""The most changed rows to show."""


def changes_of(look: Look, entry: LogEntry, table: str) -> list[Part]:
    """Return what a commit changed in a table, relative to its parent."""
    title = f"Changed by commit {entry.commit[:8]}"
    if not entry.parents:
        return [Note(f"{title}: All rows are new: it is the first commit.")]
    return changes_between(look, entry.parents[0], entry.commit, table, title)


def changes_between(look: Look, old: str, new: str, table: str, title: str) -> list[Part]:
    """Return the differences of a table between two commits, given by their full hashes."""
    with look.connect() as session:
        versions = TableVersions(look.database, session, table)
        before, after = versions.at(old), versions.at(new)
        if before is None or after is None:
            what = "The table exists in neither" if before is after else "All rows are new: it created the table"
            return [Note(f"{title}: {what if after is not None or before is after else 'it dropped the table'}.")]
        if not can_differ(before, after):
            return _columns_changed(title, before, after)
        return [_rows(session, old, new, after, title)]


def _columns_changed(title: str, before: TableVersion, after: TableVersion) -> list[Part]:
    was = {column.name: column.sql_type for column in before.schema.columns}
    is_ = {column.name: column.sql_type for column in after.schema.columns}
    altered = [f"{name}: {was[name]} -> {is_[name]}" for name in is_ if name in was and was[name] != is_[name]]
    keys = [", ".join(version.schema.primary_key) or "none" for version in (before, after)]
    facts = Facts(
        (
            ("columns added", tuple(name for name in is_ if name not in was)),
            ("columns removed", tuple(name for name in was if name not in is_)),
            ("columns altered", tuple(altered)),
            ("key", f"{keys[0]} -> {keys[1]}" if keys[0] != keys[1] else None),
        )
    )
    return [Note(f"{title}: its rows are not compared here; use diff()."), facts]


def _rows(session: Connection, old: str, new: str, table: TableVersion, title: str) -> Grid:
    columns = _shown(table)
    most = limits().card_changes
    counts, is_all = count_kinds(session, old, new, table, most)
    found = shown_changes(session, old, new, table, columns, ROWS) if columns else []
    headings = headings_of(columns, table.schema.primary_key)
    rows = tuple(_cells(change) for change in found)
    said = ", ".join(f"{count:,} {kind}" for kind, count in counts.items()) or "no rows"
    total = sum(counts.values())
    if not is_all:
        said = rows_text(most, is_all=False)
    shown = f"{len(found)} of {rows_text(min(total, most), is_all)}" if total > len(found) else ""
    note = left_out(shown, len(table.schema.columns) - len(columns))
    return Grid(f"{title}: {said}", headings, rows, tuple(change.kind for change in found), note)


def _shown(table: TableVersion) -> tuple[Column, ...]:
    """Return the columns to show, those of the key first."""
    known = comparable(table.schema.columns)
    key = table.schema.primary_key
    first = [column for column in known if column.name in key]
    return tuple([*first, *(column for column in known if column.name not in key)][:COLUMNS])


def _cells(change: ShownChange) -> tuple[Cell, ...]:
    if change.kind != "modified":
        return tuple(map(Cell, change.old if change.kind == "removed" else change.new))
    sides = zip(change.new, change.old, change.differs, strict=True)
    return tuple(Cell(new, old, differs or new != old) for new, old, differs in sides)
