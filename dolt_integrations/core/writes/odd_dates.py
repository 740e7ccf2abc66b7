"""Keeping dates in the year 0, such as 0000-00-00, which are read as NULL, in rows that are written back."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from dolt_integrations.core.configs.mode import APPEND, REPLACE
from dolt_integrations.engine.tables.odd_dates import date_columns, find_odd_dates, with_odd_dates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.frames.frame import EncodedFrame
    from dolt_integrations.engine import Connection, TableSchema

logger = logging.getLogger(__name__)

_ROW, _DATE = "row", "date"


def keeping_odd_dates(connection: Connection, save: Save, existing: TableSchema | None) -> Save:
    """Return a save that keeps the dates in the year 0 of rows that have NULL there, as they do when they are read.

    Rows are matched by their key. In a table without one such dates become NULL, which a warning says.

    Args:
        connection: A session on the branch, before anything is written.
        save: What to save.
        existing: The table's schema now; None if there is no table.
    """
    if existing is None or save.mode == APPEND or save.overwrite:
        return save
    columns, key = _columns(existing, save.rows), _key(existing, save.rows)
    if not columns or not key:
        _warn_without_key(connection, save, existing, [*columns])
        return save
    keys = save.rows.data.select(key)
    missing = pl.any_horizontal([pl.Series(save.rows.columns[name].values.is_null()) for name in columns.values()])
    wanted = keys.filter(pl.select(missing).to_series().to_arrow())
    found = find_odd_dates(connection, save.table, existing, [*columns], wanted)
    return replace(save, rows=holding_odd_dates(save.rows, existing, found))


def _warn_without_key(connection: Connection, save: Save, existing: TableSchema, columns: Sequence[str]) -> None:
    found = with_odd_dates(connection, save.table, columns) if columns and not existing.primary_key else []
    if found:
        logger.warning(
            "table %s has no key, so dates in the year 0 (such as 0000-00-00), which are read as missing, become NULL "
            "in rows that are written back: column %s",
            *(save.table, ", ".join(found)),
        )


def odd_dates_of(connection: Connection, save: Save, existing: TableSchema | None) -> dict[str, pa.Table]:
    """Return the dates in the year 0 of a table (see `find_odd_dates`), all of whose rows a stream replaces."""
    if existing is None or save.mode != REPLACE or save.overwrite or not existing.primary_key:
        return {}
    columns = date_columns(existing)
    return find_odd_dates(connection, save.table, existing, columns, None) if columns else {}


def holding_odd_dates(rows: EncodedFrame, existing: TableSchema, found: Mapping[str, pa.Table]) -> EncodedFrame:
    """Return rows with the dates in the year 0 that were found in a table, where they have NULL."""
    columns, key = _columns(existing, rows), _key(existing, rows)
    if not found or not key:
        return rows
    keys = rows.data.select(key)
    kept = {columns[name]: _of_rows(rows.columns[columns[name]].values, keys, found[name])
            for name in found if name in columns}  # fmt: skip
    changed = {name: replace(rows.columns[name], odd_dates=dates) for name, dates in kept.items() if dates is not None}
    return replace(rows, columns={**rows.columns, **changed}) if changed else rows


def _columns(existing: TableSchema, rows: EncodedFrame) -> dict[str, str]:
    """Return the date columns in which rows have NULL: the table's name of each, and the frame's."""
    spelled = {name.lower(): name for name, column in rows.columns.items() if column.values.null_count}
    return {name: spelled[name.lower()] for name in date_columns(existing) if name.lower() in spelled}


def _key(existing: TableSchema, rows: EncodedFrame) -> list[str] | None:
    """Return the frame's names of the table's key; None if it lacks one of them."""
    spelled = {name.lower(): name for name in rows.columns}
    key = [spelled.get(name.lower(), "") for name in existing.primary_key]
    return key if all(key) else None


def _of_rows(values: pa.Array, keys: pa.Table, dates: pa.Table) -> pa.Array | None:
    """Return for each row the date that it keeps, as a string; None if no row keeps one."""
    names = [str(at) for at in range(keys.num_columns)]
    try:
        theirs = dates.rename_columns([*names, _DATE]).cast(
            pa.schema([*(pa.field(name, column.type) for name, column in zip(names, keys.columns, strict=True)),
                       pa.field(_DATE, pa.large_string())])
        )  # fmt: skip
    except pa.ArrowException as error:
        logger.info("cannot match the keys of rows with dates in the year 0: %s", error)
        return None
    ours = pl.DataFrame(pl.from_arrow(keys.rename_columns(names))).with_row_index(_ROW)
    joined = ours.join(pl.DataFrame(pl.from_arrow(theirs)), on=names, how="left", maintain_order="left")
    is_null = pl.Series(values.is_null())
    found = pl.select(pl.when(is_null).then(joined[_DATE])).to_series()
    return found.to_arrow().cast(pa.large_string()) if found.null_count() < len(found) else None
