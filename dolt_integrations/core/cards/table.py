"""The card of a table: its location, columns, first rows, last changes, and the commits around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.missing import missing_table
from dolt_integrations.core.cards.bounded import Look, guarded, looking_at, place_of
from dolt_integrations.core.cards.changes import changes_of
from dolt_integrations.core.cards.facts import commit_facts, headings_of, rows_text
from dolt_integrations.core.cards.graph import graph_around
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.selection import Part as Selection
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.engine import TableSchema, find_base_table
from dolt_integrations.engine.tables.preview import count_rows, preview
from dolt_integrations.engine.tables.query import looks_back
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.log import LogEntry, log
from dolt_integrations.limits import limits
from dolt_integrations.render import Card, Cell, Facts, Grid, Heading
from dolt_integrations.render.grid import COLUMNS, left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.engine import Column, Location
    from dolt_integrations.render.card import Part

ROWS = 10
"""The most rows to show."""

SCHEMA = 50
"""The most columns in the list of columns."""

UNFOLDED = 20
"""The most columns with which the list of columns is expanded."""


def table_card(
    db: Location,
    tablename: str,
    *,
    branch_conf: BranchConf = None,
    as_of: AsOf | None = None,
    selection: Selection | None = None,
) -> Card:
    """Return a card of a table in one version, for a notebook or a report.

    A card takes bounded time (`Limits.card_seconds`), never fetches a whole table or value, and never raises for what
    it cannot look up: it has a line about that instead.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: The table.
        branch_conf: The branch. None is the default branch.
        as_of: A commit, tag, branch, ancestor or timestamp. None is the branch's newest commit.
        selection: The columns and rows to show. None shows all.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1], "name": ["<Ann>"]}), primary_key="id")
        >>> "&lt;Ann&gt;" in table_card(folder, "users").html()
        True
    """

    def parts() -> list[Part]:
        with looking_at(db) as look:
            branch, commit = find_commit(look.database, Branch.parse(branch_conf), as_of)
            return _parts(_At(look, branch, commit, *_find(look, commit, tablename)), selection or Selection())

    return Card(f"{tablename} of {place_of(db)}", tuple(guarded("table", parts)))


@dataclass(frozen=True)
class _At:
    """A table in a version of a database."""

    look: Look
    branch: str | None
    commit: str
    table: str
    schema: TableSchema
    hash: str | None


def _find(look: Look, commit: str, tablename: str) -> tuple[str, TableSchema, str | None]:
    with look.connect(commit) as snapshot:
        found = find_base_table(snapshot, tablename)
        if found is None:
            raise missing_table(look.database, tablename, commit)
        return (*found, table_hash(snapshot, found[0]))


def _parts(at: _At, selection: Selection) -> list[Part]:
    changed: list[LogEntry] = []

    def facts() -> Iterator[Part]:
        with at.look.connect() as session:
            here = log(session, at.commit, most=1)[0]
            changed.extend(log(session, at.commit, at.table, most=1))
        yield _facts(at, here, changed[0] if changed else here)

    return [
        *guarded("history", facts),
        *guarded("columns", lambda: [_columns(at.schema)]),
        *guarded("rows", lambda: [_rows(at, selection)]),
        *(guarded("changes", lambda: changes_of(at.look, changed[0], at.table)) if changed else []),
        *guarded("commits", lambda: [graph_around(at.look, at.branch, at.commit, at.table)]),
    ]


def _facts(at: _At, here: LogEntry, last: LogEntry) -> Facts:
    same = here.commit == last.commit
    changed = None if same else f"{last.commit}, {last.date:%Y-%m-%d %H:%M:%S} UTC, by {last.author}"
    place = (("database", at.look.location), ("branch", at.branch), ("commit", at.commit), ("last changed by", changed))
    return Facts((*place, *commit_facts(last), ("table hash", at.hash)))


def _columns(schema: TableSchema) -> Grid:
    headings = (Heading("column"), Heading("type"), Heading("NULL"), Heading("comment"))
    rows = tuple(_column(column, schema) for column in schema.columns[:SCHEMA])
    hidden = len(schema.columns) - len(rows)
    title, is_folded = f"Columns ({len(schema.columns):,})", len(rows) > UNFOLDED
    return Grid(title, headings, rows, note=left_out("", hidden), is_folded=is_folded)


def _column(column: Column, schema: TableSchema) -> tuple[Cell, ...]:
    key = " (key)" if column.name in schema.primary_key else ""
    return (
        Cell(column.name),
        Cell(f"{column.sql_type}{key}"),
        Cell("yes" if column.nullable else "no"),
        Cell(column.comment),
    )


def _rows(at: _At, selection: Selection) -> Grid:
    columns, where = selection.columns_of(at.table, at.schema), selection.where
    is_left_out = where is not None and looks_back(where)  # a condition on history would need a private branch
    where = None if is_left_out else where
    with at.look.connect(at.commit) as snapshot:
        total, is_all = count_rows(snapshot, at.table, at.schema, limits().card_rows)
        if where is not None:
            selection.check(snapshot, at.table, at.schema)
        found = preview(snapshot, at.table, columns[:COLUMNS], ROWS, where)
    met = f" that meet {where!r}," if where is not None else ""
    unmet = f", whether or not they meet {selection.where!r}" if is_left_out else ""
    note = f"{len(found)}{met} of {rows_text(total, is_all)}{unmet}"
    rows = tuple(tuple(map(Cell, row)) for row in found)
    headings = headings_of(columns[:COLUMNS], at.schema.primary_key)
    return Grid("Rows", headings, rows, note=left_out(note, len(columns) - COLUMNS))
