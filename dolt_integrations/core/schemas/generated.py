"""Columns whose values the database generates: computed from other columns, or numbered by AUTO_INCREMENT."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.engine import insert_table
from dolt_integrations.engine.session.transactions import back_to_save_point, save_point
from dolt_integrations.engine.tables.computed import columns_computed_otherwise, columns_not_computable
from dolt_integrations.engine.tables.contents import largest_number
from dolt_integrations.errors import DataError, PrimaryKeyError

if TYPE_CHECKING:
    from dolt_integrations.engine import Column, Connection, TableSchema

logger = logging.getLogger(__name__)


def check_sources(table: str, existing: TableSchema, wanted: TableSchema) -> None:
    """Refuse to drop a column from which a generated column is computed.

    Raises:
        DataError: The frame lacks such a column. The message names both columns.
    """
    there = {name.lower() for name in wanted.names}
    for column in wanted.columns:
        for name in existing.names if column.is_generated else ():
            if name.lower() not in there and f"`{name}`".lower() in column.details.lower():
                raise DataError(
                    f"the frame for table `{table}` lacks column {name!r}, from which column {column.name!r} is "
                    f"computed ({column.details})",
                    hint=f"Add {name!r} to the frame, or drop {column.name!r} from the table with SQL first.",
                )


def warn_of_computed(connection: Connection, table: str, schema: TableSchema, data: pa.Table) -> None:
    """Log a warning if the rows have other values for a generated column than Dolt computes, which are not written.

    And if they have values, but not those that Dolt computes the column from.

    It is no error: rows that were loaded, changed in a source column and saved have the old computed values.
    """
    for name in columns_computed_otherwise(connection, schema, data):
        logger.warning(
            "table %s computes column %s: the frame's values for it differ from those, and are not written. Drop the "
            "column from the frame, or correct the columns that it is computed from.",
            table,
            name,
        )
    for name in columns_not_computable(schema, data):
        logger.warning(
            "table %s computes column %s from others, which the frame lacks, so its values for it are not written. Add "
            "the other columns to the frame, or drop this one.",
            table,
            name,
        )


def insert_numbered(connection: Connection, table: str, schema: TableSchema, data: pa.Table) -> None:
    """Insert rows in the session's transaction, letting Dolt number an AUTO_INCREMENT column that they lack.

    A running server's counter does not follow rows that came by a merge (Dolt 1.83), and then yields existing numbers.
    In that case the rows are numbered here, after the largest number, which also moves the counter.

    Raises:
        DataError: As `insert_table` does.
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
        logger.info("the server's counter is behind the rows of table %s: numbering on from %d", table, last + 1)
        numbers = pa.array(range(last + 1, last + 1 + data.num_rows))
        insert_table(connection, table, data.append_column(column.name, numbers), schema)


def _counted(schema: TableSchema, data: pa.Table) -> Column | None:
    """Return the AUTO_INCREMENT column, if there is one and the rows lack it."""
    given = {name.lower() for name in data.column_names}
    for column in schema.columns:
        if re.search(r"\bAUTO_INCREMENT\b", column.details) and column.name.lower() not in given:
            return column
    return None
