"""Conversions between `DoltTable` and `flyte.io.DataFrame`."""

from __future__ import annotations

from typing import Any, cast

from flyte.io import DataFrame

from dolt_integrations.adapters import shown
from dolt_integrations.errors import ConfigError, NotADoltTableError
from dolt_integrations.flyte.datasets.dataset import received
from dolt_integrations.flyte.datasets.uri import FORMS, SCHEME, table_of, uri_of
from dolt_integrations.flyte.saving import save
from dolt_integrations.flyte.table import DoltTable
from flyteplugins.dolt.dataframe import wanted_columns
from flyteplugins.dolt.runtime import FlyteRuntime


def to_dataframe(table: DoltTable) -> DataFrame:
    """Convert a `DoltTable` to a `flyte.io.DataFrame`. New rows are saved first.

    Raises:
        ConfigError: Its config has something that a URI cannot express: a query, a remote, metadata.
        NotADoltTableError: It is not a `DoltTable`.
        DoltError: The rows cannot be saved.

    Example:
        >>> from dolt_integrations.flyte.config import DoltConfig
        >>> table = DoltTable(DoltConfig("mysql://me@db.internal/shop", tablename="users"))
        >>> to_dataframe(table).uri
        'dolt://me@db.internal/shop/users'
    """
    if not isinstance(table, DoltTable):
        raise NotADoltTableError(f"value {shown(table)} of type {type(table).__name__} is not a DoltTable")
    uri_of(table)
    save(table, FlyteRuntime())
    return DataFrame.from_existing_remote(uri_of(table), format=SCHEME)


def to_dolt_table(frame: DataFrame) -> DoltTable:
    """Convert a `flyte.io.DataFrame` with a `dolt://` URI to a `DoltTable` with its rows, or with the URI's version.

    Raises:
        ConfigError: It has another type, or no `dolt://` URI.

    Example:
        >>> to_dolt_table(DataFrame.from_existing_remote("dolt:///data/foo/users", format="dolt")).config.tablename
        'users'
    """
    if not isinstance(frame, DataFrame):
        raise ConfigError(f"{shown(frame)} of type {type(frame).__name__} is not a flyte.io.DataFrame")
    rows = cast("Any", frame.val)
    if frame.literal is not None and rows is None:
        return received(frame.literal.uri, wanted_columns(frame.literal.metadata, frame.metadata))
    if not frame.uri:
        hint = f"Give it a `uri`, or create a DoltTable with its rows as `data`. {FORMS}"
        raise ConfigError("a DataFrame without a URI names no database", hint=hint)
    table = table_of(frame.uri)
    return table if rows is None else DoltTable(table.config, data=rows)
