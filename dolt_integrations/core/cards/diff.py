"""Cards of diffs: of a frame that `diff` returned, or of two versions, with the changed cells marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from dolt_integrations.core.cards.bounded import guarded, looking_at, place_of
from dolt_integrations.core.cards.changes import changes_between
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.errors import DataError
from dolt_integrations.render import Card, Cell, Facts, Grid, Heading
from dolt_integrations.render.grid import COLUMNS, left_out

if TYPE_CHECKING:
    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.engine import Location
    from dolt_integrations.render.card import Part

ROWS = 50
"""The most rows of a frame to show."""

_KIND, _FROM, _TO = "diff_type", "from_", "to_"


def compare_card(
    db: Location, tablename: str, from_: AsOf, to: AsOf = "HEAD", *, branch_conf: BranchConf = None
) -> Card:
    """Return a card with the number of rows that differ between two versions, and some of them with cells marked.

    Dolt computes the differences, and only a few rows are fetched however large the table is. As with `table_card`,
    what cannot be looked up is a line of the card, not an error.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: The table.
        from_: The old version: a commit, tag, branch, ancestor or timestamp.
        to: The new version. The default is the newest commit of the branch.
        branch_conf: The branch to which `HEAD` and timestamps refer. None is the default branch.

    Example:
        >>> old = write_table(folder, "users", pd.DataFrame({"id": [1], "name": ["Bo"]}), primary_key="id")
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1], "name": ["Bob"]}))
        >>> "<del>Bo</del> <ins>Bob</ins>" in compare_card(folder, "users", old.commit).html()
        True
    """

    def parts() -> list[Part]:
        with looking_at(db) as look:
            branch = Branch.parse(branch_conf)
            (_, old), (_, new) = (find_commit(look.database, branch, each) for each in (from_, to))
            facts = Facts((("database", look.location), ("from", old), ("to", new)))
            return [facts, *changes_between(look, old, new, tablename, f"{old[:8]} to {new[:8]}")]

    return Card(f"Changes of {tablename} in {place_of(db)}", tuple(guarded("comparison", parts)))


def diff_card(frame: pd.DataFrame) -> Card:
    """Return a card of a frame that `diff` returned, with the changed cells marked.

    Args:
        frame: The frame, which may have been filtered. The card shows its first rows and columns.

    Raises:
        DataError: It is not such a frame.

    Example:
        >>> old = write_table(folder, "users", pd.DataFrame({"id": [1], "name": ["Bo"]}), primary_key="id")
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1], "name": ["Bob"]}))
        >>> "<del>Bo</del> <ins>Bob</ins>" in diff_card(diff(folder, "users", old.commit)).html()
        True
    """
    if not isinstance(frame, pd.DataFrame) or _KIND not in frame.columns:
        raise DataError(
            "this is not a frame from diff(): it has no column `diff_type`", hint="Pass what diff() returned."
        )
    names = [name for name in frame.columns if name != _KIND]
    columns = list(
        dict.fromkeys(str(name).removeprefix(_FROM if str(name).startswith(_FROM) else _TO) for name in names)
    )
    shown = frame.head(ROWS)
    rows = tuple(_row(row, columns[:COLUMNS]) for row in shown.to_dict(orient="records"))
    counts = ", ".join(f"{count:,} {kind}" for kind, count in frame[_KIND].value_counts().items())
    some = f"{len(shown)} of {len(frame):,} rows" if len(frame) > len(shown) else ""
    note = left_out(some, len(columns) - COLUMNS)
    headings = tuple(map(Heading, columns[:COLUMNS]))
    grid = Grid(counts or "No row differs", headings, rows, tuple(map(str, shown[_KIND])), note)
    return Card("Changes", (grid,))


def _row(row: dict[Any, Any], columns: list[str]) -> tuple[Cell, ...]:
    return tuple(_cell(str(row[_KIND]), row, name) for name in columns)


def _cell(kind: str, row: dict[Any, Any], name: str) -> Cell:
    old, new = (shown_value(row.get(side + name)) for side in (_FROM, _TO))
    if kind != "modified":
        return Cell(old if kind == "removed" else new)
    return Cell(new, old, not _same(row.get(_FROM + name), row.get(_TO + name)))


def _same(old: Any, new: Any) -> bool:
    """Whether two values are equal. Values that cannot be compared are equal if their text is."""
    if shown_value(old) != shown_value(new):
        return False
    return not isinstance(old, bytes) or bool(old == new)


def shown_value(value: Any) -> str | None:
    """Return the text to show for a value. None is NULL."""
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    missing = value is None or (pd.api.types.is_scalar(value) and pd.isna(value))
    return None if missing else str(value)
