"""Columns whose values the database makes: computed of other columns, or counted by AUTO_INCREMENT."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.engine import insert_table
from dolt_integrations.engine.session.transactions import back_to_save_point, save_point
from dolt_integrations.engine.tables.contents import largest_number
from dolt_integrations.errors import DataError, PrimaryKeyError

if TYPE_CHECKING:
    from dolt_integrations.engine import Column, Connection, TableSchema

logger = logging.getLogger(__name__)


def check_sources(table: str, existing: TableSchema, wanted: TableSchema) -> None:
    """Refuse to drop a column that a generated column is computed of.

    Raises:
        DataError: Naming both.
    """
    there = {name.lower() for name in wanted.names}
    for column in wanted.columns:
        for name in existing.names if column.is_generated else ():
            if name.lower() not in there and f"`{name}`".lower() in column.details.lower():
                raise DataError(
                    f"the frame for table `{table}` lacks column {name!r}, of which column {column.name!r} is computed "
                    f"({column.details})",
                    hint=f"Add {name!r} to the frame, or drop {column.name!r} from the table with SQL first.",
                )


def insert_numbered(connection: Connection, table: str, schema: TableSchema, data: pa.Table) -> None:
    """Insert rows for whose key Dolt counts, in the session's transaction.

    A server's counter does not follow rows that came by a merge while it runs (Dolt 1.83), and gives numbers that are
    there already. Then the rows get the numbers behind the largest one, which moves the counter as well.

    Raises:
        DataError: As `insert_table`.
    """
    column = _counted(schema, data)
    if column is None:
        insert_table(connection, table, data, schema)
        return
    save_point(connection)
    try:
        insert_table(connection, table, data, schema)
    except PrimaryKeyError:
        back_to_save_point(connection)
        last = largest_number(connection, table, column.name)
        logger.info("the numbers of table %s go on behind %d", table, last)
        numbers = pa.array(range(last + 1, last + 1 + data.num_rows))
        insert_table(connection, table, data.append_column(column.name, numbers), schema)


def _counted(schema: TableSchema, data: pa.Table) -> Column | None:
    """Return the column that Dolt counts, if the rows leave that to it."""
    given = {name.lower() for name in data.column_names}
    for column in schema.columns:
        if re.search(r"\bAUTO_INCREMENT\b", column.details) and column.name.lower() not in given:
            return column
    return None
