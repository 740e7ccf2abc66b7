"""Foreign keys: a save must neither cascade into other tables nor leave rows that refer to nothing."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.engine import quote
from dolt_integrations.engine.session.answers import text
from dolt_integrations.errors import ConstraintError, DoltError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from dolt_integrations.engine import Connection


def referring_tables(connection: Connection, table: str) -> list[str]:
    """Return the tables with a foreign key from or to a table, itself included; none where there is no such key."""
    rows = connection.rows(
        "SELECT DISTINCT table_name FROM information_schema.referential_constraints "
        "WHERE constraint_schema = DATABASE() AND (table_name = %s OR referenced_table_name = %s)",
        (table, table),
        (text,),
    )
    return [name for (name,) in rows]


@contextmanager
def unchecked_references(connection: Connection, referring: list[str]) -> Iterator[None]:
    """Let a block delete all rows of a table and write them again without its deletes being refused, or cascading.

    Args:
        connection: The session.
        referring: What `referring_tables` says of the table.
    """
    if not referring:
        yield
        return
    connection.execute("SET foreign_key_checks = 0")
    try:
        yield
    finally:
        connection.execute("SET foreign_key_checks = 1")


def check_references(connection: Connection, table: str, referring: list[str], data: pa.Table) -> None:
    """Make sure, in the transaction, that every reference from or to a table has its row.

    Args:
        connection: The session.
        table: The table that was written.
        referring: What `referring_tables` says of it.
        data: The rows that were written.

    Raises:
        ConstraintError: One has not; the transaction is to be rolled back.
    """
    for name in referring:
        if connection.value("CALL DOLT_VERIFY_CONSTRAINTS('--all', %s)", (name,)) != 0:
            text, known = "", dict[str, Any]()
            with suppress(DoltError, ValueError, TypeError, LookupError):
                text, known = _first(connection, name, data if name == table else None)
            raise ConstraintError(
                f"saving table `{table}` would break a foreign key of table `{name}`{text}",
                hint="Save the rows that are referred to first, and keep those that are in use.",
                **known,
            )


def _first(connection: Connection, table: str, data: pa.Table | None) -> tuple[str, dict[str, Any]]:
    """Return the first row that breaks a foreign key, for the text of an error and for its attributes."""
    row = connection.dictionaries(f"SELECT * FROM {quote(f'dolt_constraint_violations_{table}')} LIMIT 1")[0]
    info = json.loads(row.pop("violation_info"))
    hidden = ("from_root_ish", "violation_type", "dolt_row_hash")
    shown_row = {name: value for name, value in row.items() if name not in hidden}
    names = [str(name) for name in info["Columns"]]
    values = tuple(row[name] for name in names)
    at = None if data is None else _row_of(data, names, values)
    text = f": {info['ForeignKey']} ({', '.join(names)}) has no row for {shown(shown_row)}"
    if at is not None:
        text += f" (row {at}, counted from 0)"
    value = values[0] if len(values) == 1 else values
    return text, {"constraint": info["ForeignKey"], "column": ", ".join(names), "value": value, "row": at}


def _row_of(data: pa.Table, names: Sequence[str], values: tuple[Any, ...]) -> int | None:
    """Return the first row of the frame that has these values; None where the frame shows them in another way."""
    given = {name.lower(): name for name in data.column_names}
    rows = zip(*(data.column(given[name.lower()]).to_pylist() for name in names), strict=True)
    return next((at for at, each in enumerate(rows) if list(map(str, each)) == list(map(str, values))), None)
