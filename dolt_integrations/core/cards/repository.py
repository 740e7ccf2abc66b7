"""The card of a database: its branches, tables and newest commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.branches.private import PREFIX
from dolt_integrations.core.cards.bounded import Look, guarded, looking_at, place_of
from dolt_integrations.core.cards.facts import rows_text
from dolt_integrations.core.cards.graph import graph_around, subject_of
from dolt_integrations.engine import find_base_table
from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.tables.preview import count_rows
from dolt_integrations.engine.versions.branches import newest_branches
from dolt_integrations.engine.versions.heads import find_branches
from dolt_integrations.limits import limits
from dolt_integrations.render import Card, Cell, Facts, Grid, Heading
from dolt_integrations.render.grid import left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine import Connection, Location
    from dolt_integrations.render.card import Part

MOST = 20
"""The most branches and tables to show."""


def repository_card(db: Location) -> Card:
    """Return a card of a database's current state for a notebook or a report.

    As with `table_card`, what cannot be looked up is a line of the card, not an error.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}), primary_key="id", message="Add users")
        >>> "Add users" in repository_card(folder).html()
        True
    """

    def parts() -> list[Part]:
        with looking_at(db) as look:
            with look.connect() as session:
                known = find_branches(session)
            newest = known.heads[known.active]
            return [
                Facts((("database", look.location), ("branch", known.active), ("commit", newest))),
                *guarded("branches", lambda: [_branches(look)]),
                *guarded("tables", lambda: _tables(look, newest)),
                *guarded("commits", lambda: [graph_around(look, known.active, newest)]),
            ]

    return Card(f"Database {place_of(db)}", tuple(guarded("database", parts)))


def _branches(look: Look) -> Grid:
    with look.connect() as session:
        total, found = newest_branches(session, MOST, but=PREFIX)
    rows = tuple(
        tuple(map(Cell, (at.name, at.commit[:8], f"{at.date:%Y-%m-%d %H:%M}", at.author, subject_of(at.message))))
        for at in found
    )
    headings = tuple(map(Heading, ("branch", "commit", "date", "author", "message")))
    return Grid(f"Branches ({total:,})", headings, rows, note=left_out(_some(len(rows), total, "branches"), 0))


def _tables(look: Look, commit: str) -> Iterator[Part]:
    with look.connect(commit) as snapshot:
        names = tables(snapshot)
        rows = tuple(_table(snapshot, name) for name in sorted(names)[:MOST])
    headings = tuple(map(Heading, ("table", "rows", "columns", "key")))
    yield Grid(f"Tables ({len(names):,})", headings, rows, note=left_out(_some(len(rows), len(names), "tables"), 0))


def _table(snapshot: Connection, name: str) -> tuple[Cell, ...]:
    found = find_base_table(snapshot, name)
    if found is None:
        return (Cell(name), Cell(""), Cell(""), Cell(""))
    schema = found[1]
    count = (
        rows_text(*count_rows(snapshot, name, schema, limits().card_rows)).removesuffix(" rows").removesuffix(" row")
    )
    return Cell(name), Cell(count), Cell(f"{len(schema.columns):,}"), Cell(", ".join(schema.primary_key))


def _some(shown: int, total: int, what: str) -> str:
    return f"{shown} of {total:,} {what}" if total > shown else ""
