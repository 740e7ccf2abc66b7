"""A table of values with its changes highlighted."""

from __future__ import annotations

from dataclasses import dataclass, field

from dolt_integrations.render.texts import CELL, escaped

COLUMNS = 20
"""The maximum number of columns that are shown."""

ADDED, REMOVED, MODIFIED = "added", "removed", "modified"

_SIGNS = {ADDED: "+", REMOVED: "−", MODIFIED: "~"}  # noqa: RUF001 - a minus as wide as the plus


@dataclass(frozen=True)
class Heading:
    """The heading of a column.

    Attributes:
        name: The column's name.
        kind: Its type, in small print; an empty string shows none.
        is_key: Whether it belongs to the primary key.
    """

    name: str
    kind: str = ""
    is_key: bool = False

    def html(self) -> str:
        """Return the `th` element."""
        key = ' <span class="dolt-key">key</span>' if self.is_key else ""
        kind = f'<br><span class="dolt-kind">{escaped(self.kind)}</span>' if self.kind else ""
        return f'<th scope="col">{escaped(self.name)}{key}{kind}</th>'


@dataclass(frozen=True)
class Cell:
    """A value.

    Attributes:
        text: The value; None is NULL.
        was: The value before the change.
        changed: Whether the value changed.
    """

    text: str | None
    was: str | None = None
    changed: bool = False

    def html(self) -> str:
        """Return the `td` element. If the value changed, the old value is struck through before the new one."""
        if not self.changed:
            return f"<td>{_value(self.text)}</td>"
        return f'<td class="dolt-changed"><del>{_value(self.was)}</del> <ins>{_value(self.text)}</ins></td>'


@dataclass(frozen=True)
class Grid:
    """Rows of a table.

    Attributes:
        title: The heading.
        headings: The columns that are shown.
        rows: The cells of each row.
        kinds: For a diff, `added`, `removed` or `modified` for each row; otherwise empty.
        note: A note below the table, for example how much is left out.
        is_folded: Whether the table is collapsed until the title is clicked.
    """

    title: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kinds: tuple[str, ...] = field(default=())
    note: str = ""
    is_folded: bool = False

    def html(self) -> str:
        """Return the table with its heading."""
        sign = '<th scope="col"><span class="dolt-hidden">change</span></th>' if self.kinds else ""
        head = sign + "".join(heading.html() for heading in self.headings[:COLUMNS])
        body = "".join(self._row(at) for at in range(len(self.rows)))
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        note = f'<p class="dolt-quiet">{escaped(self.note, 4 * CELL)}</p>' if self.note else ""
        content = f'<div class="dolt-scroll" tabindex="0">{table}</div>{note}'
        if self.is_folded:
            return f"<details><summary>{escaped(self.title)}</summary>{content}</details>"
        return f"<h4>{escaped(self.title)}</h4>{content}"

    def _row(self, at: int) -> str:
        cells = "".join(cell.html() for cell in self.rows[at][:COLUMNS])
        if not self.kinds:
            return f"<tr>{cells}</tr>"
        kind = self.kinds[at]
        name = kind if kind in _SIGNS else MODIFIED
        return f'<tr class="dolt-{name}"><th scope="row" title="{name}">{_SIGNS[name]}</th>{cells}</tr>'


def _value(text: str | None) -> str:
    return '<span class="dolt-null">NULL</span>' if text is None else escaped(text)


def left_out(rows: str, columns: int) -> str:
    """Return a note about rows and columns that are not shown.

    Example:
        >>> left_out("3 of 20 rows", 1480)
        '3 of 20 rows; 1,480 more columns are not shown.'
    """
    more = f"{columns:,} more column{'s' if columns != 1 else ''} {'are' if columns != 1 else 'is'} not shown"
    parts = [part for part in (rows, more if columns > 0 else "") if part]
    return f"{'; '.join(parts)}." if parts else ""
