"""Changing some rows of a table: the rows are staged in a temporary table, which is then joined by the key."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.tables.bulk import insert_table
from dolt_integrations.engine.tables.definitions.schema import TableSchema, find_definition
from dolt_integrations.engine.tables.equal_values import find_negative_zeros, write_equal_values, write_negative_zeros
from dolt_integrations.errors import PrimaryKeyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from dolt_integrations.engine.session.connection import Connection


def upsert_rows(connection: Connection, table: str, schema: TableSchema, data: pa.Table) -> None:
    """Update the rows whose key exists, in the columns of `data`, and insert the others, in the session's transaction.

    Unlike `REPLACE` and `ON DUPLICATE KEY UPDATE` this touches no row that only shares a secondary unique key.

    Args:
        connection: A session with an open transaction.
        table: The table's name.
        schema: Its columns and key.
        data: The rows, with the key's columns and any others.

    Raises:
        PrimaryKeyError: Two rows have the same key, or a unique key exists already. Roll the transaction back.
        DataError: A value does not fit its column. Roll the transaction back.
    """
    data = _without_generated(schema, data)
    with staged(connection, schema, data) as stage:
        same = _same_by_collation(connection, table, stage, schema)
        signed = find_negative_zeros(connection, table, schema, data, stage, same)
        _update(connection, table, stage, schema.primary_key, data.column_names, same)
        _insert(connection, table, stage, schema.primary_key, data.column_names, same)
        write_equal_values(connection, table, schema, data, stage, same)
    if signed.num_rows:
        write_negative_zeros(connection, table, schema, signed, delete_rows)


def delete_rows(connection: Connection, table: str, schema: TableSchema, keys: pa.Table) -> None:
    """Delete the rows with the given keys, in the session's transaction."""
    if keys.num_rows:
        with staged(connection, schema, keys) as stage:
            name = quote(table)
            connection.execute(f"DELETE {name} FROM {name} JOIN {stage} ON {_same(table, stage, schema.primary_key)}")


def replace_rows(connection: Connection, table: str, schema: TableSchema, data: pa.Table, replaced: int) -> None:
    """Replace the rows that have the same key, and insert the others, in the session's transaction.

    `REPLACE` writes each of Dolt's chunks once, `DELETE` and `INSERT` write it twice, in double the time and space. But
    `REPLACE` also deletes rows that only share a secondary unique key, or whose key is equal in the column's collation.
    So for tables with such keys the rows are deleted and inserted.

    Args:
        connection: A session with an open transaction.
        table: The table's name.
        schema: Its columns and key.
        data: The rows, with all columns that are not generated.
        replaced: How many of them, counted from the first, replace an existing row.

    Raises:
        PrimaryKeyError: Two rows have the same key. Roll the transaction back.
        DataError: A value does not fit its column. Roll the transaction back.
    """
    if replaced and _is_plain(connection, table):
        insert_table(connection, table, data, schema, replaced=replaced)
        return
    if replaced:
        delete_rows(connection, table, schema, data.select(list(schema.primary_key)).slice(0, replaced))
    insert_table(connection, table, data, schema)


def _is_plain(connection: Connection, table: str) -> bool:
    """Whether `REPLACE` of a row affects only the row with the same key."""
    found = find_definition(connection, table)
    return found is not None and not (found.has_unique_index or found.has_foreign_collations)


def _without_generated(schema: TableSchema, data: pa.Table) -> pa.Table:
    computed = {column.name.lower() for column in schema.columns if column.is_generated}
    return data.select([name for name in data.column_names if name.lower() not in computed])


@contextmanager
def staged(connection: Connection, schema: TableSchema, data: pa.Table) -> Iterator[str]:
    """Yield the quoted name of a temporary table of the session that contains the rows.

    It has no key: in the transaction that filled a temporary table with a key, Dolt 1.83 returns rows several times.

    Raises:
        PrimaryKeyError: Two rows have keys that are equal in the column's collation.
    """
    name = f"staged_{secrets.token_hex(8)}"
    present = {name.lower() for name in data.column_names}
    columns = tuple(replace(column, details="") for column in schema.columns if column.name.lower() in present)
    ddl = TableSchema(columns).ddl(name)
    connection.execute(ddl.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1))
    insert_table(connection, name, data, TableSchema(columns))
    _check_keys(connection, quote(name), schema.primary_key)
    yield quote(name)
    # Not needed if the block raises: then its session ends, and the table with it.
    connection.execute(f"DROP TEMPORARY TABLE {quote(name)}")


def _check_keys(connection: Connection, stage: str, key: Sequence[str]) -> None:
    names = ", ".join(map(quote, key))
    twice = connection.row(f"SELECT {names} FROM {stage} GROUP BY {names} HAVING COUNT(*) > 1 LIMIT 1")
    if twice:
        value = twice[0] if len(twice) == 1 else twice
        what = f"two rows have the same key by the table's collation: {value!r}"
        names, hint = ", ".join(key), "Drop one of them."
        raise PrimaryKeyError(what, hint=hint, constraint="PRIMARY KEY", column=names, value=value)


def _update(
    connection: Connection, table: str, stage: str, key: Sequence[str], names: Sequence[str], same: str
) -> None:
    keys = {name.lower() for name in key}
    values = [quote(name) for name in names if name.lower() not in keys]
    if values:
        name = quote(table)
        sets = ", ".join(f"{name}.{value} = {stage}.{value}" for value in values)
        connection.execute(f"UPDATE {name} JOIN {stage} ON {same} SET {sets}")


def _insert(
    connection: Connection, table: str, stage: str, key: Sequence[str], names: Sequence[str], same: str
) -> None:
    name = quote(table)
    columns = ", ".join(map(quote, names))
    values = ", ".join(f"{stage}.{quote(column)}" for column in names)
    connection.execute(
        f"INSERT INTO {name} ({columns}) SELECT {values} FROM {stage} LEFT JOIN {name} ON {same} "
        f"WHERE {name}.{quote(key[0])} IS NULL"
    )


def _same_by_collation(connection: Connection, table: str, stage: str, schema: TableSchema) -> str:
    """Return the condition that joins rows whose keys are equal in the collations of their columns.

    Dolt (1.83) hashes several columns that are compared by `=` whatever their collations are, and finds no `A` for `a`.
    """
    key, found = schema.primary_key, find_definition(connection, table) if len(schema.primary_key) > 1 else None
    same = _same(table, stage, key[:1])
    if found is None or not found.has_foreign_collations:
        return _same(table, stage, key)
    rest = [f"{quote(table)}.{quote(name)} <=> {stage}.{quote(name)}" for name in key[1:]]
    return " AND ".join([same, *rest])


def _same(table: str, stage: str, key: Sequence[str]) -> str:
    return " AND ".join(f"{quote(table)}.{quote(name)} = {stage}.{quote(name)}" for name in key)
