"""Foreign keys: a save must neither cascade into other tables nor leave dangling references."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.engine.tables.contents import without_foreign_key_checks
from dolt_integrations.engine.versions.references import breaks_a_reference, first_broken_reference
from dolt_integrations.errors import ConstraintError, DoltError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from dolt_integrations.engine import Connection


@contextmanager
def unchecked_references(connection: Connection, referring: Sequence[str]) -> Iterator[None]:
    """Let a block delete and rewrite all rows of a table, without the deletes being refused or cascading.

    Args:
        connection: The session.
        referring: The tables with a foreign key from or to the table (see `TableState`).
    """
    with without_foreign_key_checks(connection) if referring else nullcontext():
        yield


def check_references(connection: Connection, table: str, referring: Sequence[str], data: pa.Table) -> None:
    """Check, inside the transaction, that every foreign key from or to a table is satisfied.

    Args:
        connection: The session.
        table: The table that was written.
        referring: The tables with a foreign key from or to it.
        data: The rows that were written.

    Raises:
        ConstraintError: A foreign key is broken. The caller must roll the transaction back.
    """
    for name in referring:
        if breaks_a_reference(connection, name):
            text, known = "", dict[str, Any]()
            with suppress(DoltError, ValueError, TypeError, LookupError):
                text, known = _first(connection, name, data if name == table else None)
            raise ConstraintError(
                f"saving table `{table}` would break a foreign key of table `{name}`{text}",
                hint="First save the rows that are referred to, and keep those that other rows refer to.",
                **known,
            )


def _first(connection: Connection, table: str, data: pa.Table | None) -> tuple[str, dict[str, Any]]:
    """Return the first row that breaks a foreign key: as text for the message, and as the error's attributes."""
    broken = first_broken_reference(connection, table)
    names = list(broken.columns)
    values = tuple(broken.row[name] for name in names)
    at = None if data is None else _row_of(data, names, values)
    text = f": {broken.constraint} ({', '.join(names)}) has no row for {shown(broken.row)}"
    if at is not None:
        text += f" (row {at}, counted from 0)"
    value = values[0] if len(values) == 1 else values
    return text, {"constraint": broken.constraint, "column": ", ".join(names), "value": value, "row": at}


def _row_of(data: pa.Table, names: Sequence[str], values: tuple[Any, ...]) -> int | None:
    """Return the first row of the frame with these values, or None if the frame writes them differently."""
    given = {name.lower(): name for name in data.column_names}
    rows = zip(*(data.column(given[name.lower()]).to_pylist() for name in names), strict=True)
    return next((at for at, each in enumerate(rows) if list(map(str, each)) == list(map(str, values))), None)
