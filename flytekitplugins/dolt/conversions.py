"""Conversions between `DoltTable` and `StructuredDataset`."""

from __future__ import annotations

from typing import Any, cast

from flytekit.types.structured import StructuredDataset

from dolt_integrations.adapters import shown
from dolt_integrations.errors import ConfigError, NotADoltTableError
from dolt_integrations.flyte.datasets.dataset import received
from dolt_integrations.flyte.datasets.uri import FORMS, SCHEME, table_of, uri_of
from dolt_integrations.flyte.table import DoltTable
from flytekitplugins.dolt.structured_dataset import wanted_columns


def to_structured_dataset(table: DoltTable) -> StructuredDataset:
    """Convert a `DoltTable` to a `StructuredDataset` with its rows, or with the version that it is pinned to.

    Raises:
        ConfigError: Its config has something that a URI cannot express: a query, a remote, metadata.
        NotADoltTableError: It is not a `DoltTable`.

    Example:
        >>> to_structured_dataset(DoltTable(DoltConfig("/data/foo", "users"))).uri
        'dolt:///data/foo/users'
    """
    if not isinstance(table, DoltTable):
        raise NotADoltTableError(f"value {shown(table)} of type {type(table).__name__} is not a DoltTable")
    frame = table.data if table.is_to_be_written() else None
    return StructuredDataset(dataframe=frame, uri=uri_of(table), file_format=SCHEME)


def to_dolt_table(dataset: StructuredDataset) -> DoltTable:
    """Convert a `StructuredDataset` with a `dolt://` URI to a `DoltTable` with its rows, or with the URI's version.

    Raises:
        ConfigError: It has another type, or no `dolt://` URI.

    Example:
        >>> to_dolt_table(StructuredDataset(uri="dolt:///data/foo/users")).config.tablename
        'users'
    """
    if not isinstance(dataset, StructuredDataset):
        raise ConfigError(f"{shown(dataset)} of type {type(dataset).__name__} is not a StructuredDataset")
    if dataset.literal is not None and dataset.dataframe is None:
        return received(dataset.literal.uri, wanted_columns(dataset.literal.metadata, dataset.metadata))
    if not dataset.uri:
        hint = f"Give it a `uri`, or create a DoltTable with its rows as `data`. {FORMS}"
        raise ConfigError("a StructuredDataset without a URI names no database", hint=hint)
    table, frame = table_of(dataset.uri), cast("Any", dataset.dataframe)
    return table if frame is None else DoltTable(table.config, data=frame)
