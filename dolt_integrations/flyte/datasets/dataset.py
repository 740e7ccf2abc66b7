"""Datasets: frames at `dolt://` URIs, as the SDKs of Flyte pass them (`StructuredDataset`, `flyte.io.DataFrame`)."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dolt_integrations import adapters, core
from dolt_integrations.adapters import from_literal, nearest, redact, unrecorded_reads
from dolt_integrations.errors import ColumnNotFoundError, ConfigError
from dolt_integrations.flyte.datasets.uri import FORMS, SCHEME, pinned_uri, table_of
from dolt_integrations.flyte.past import revision_for
from dolt_integrations.flyte.saving import save
from dolt_integrations.flyte.table import DoltTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pyarrow as pa

    from dolt_integrations.adapters import Column
    from dolt_integrations.flyte.runtime import Runtime

PANDAS, ARROW, POLARS = "pandas", "pyarrow", "polars"
"""The libraries whose frames a dataset can be opened as."""


def check_place(uri: str | None, file_format: str) -> None:
    """Refuse a dataset that is meant for Dolt but has no `dolt://` URI: Flyte would write a file instead.

    Args:
        uri: The location of the dataset; None if it has none.
        file_format: The format that the dataset, or the task's annotation, names.

    Raises:
        ConfigError: The format is `dolt` without a `dolt://` URI, or the URI begins with `dolt:` but not `dolt://`.
    """
    if not uri:
        if file_format == SCHEME:
            raise ConfigError("a dataset in format 'dolt' has no URI", hint=FORMS)
    elif (file_format == SCHEME or uri.lower().startswith(f"{SCHEME}:")) and not uri.startswith(f"{SCHEME}://"):
        raise ConfigError(f"{redact(uri)} is not the URI of a table: it does not begin with dolt://", hint=FORMS)


def save_dataset(frame: Any, uri: str, declared: Sequence[str], runtime: Runtime) -> tuple[str, pa.Schema]:
    """Write a frame to the table that a URI names, in a commit that names the execution.

    Args:
        frame: A pandas or polars DataFrame, or a pyarrow Table.
        uri: The URI of the table. A commit in it is ignored.
        declared: The columns that the task's annotation names; readers of the dataset get only these.
        runtime: The runtime of the task.

    Returns:
        The URI of the table at the commit, and its columns there (only the declared ones, if there are any).

    Raises:
        ColumnNotFoundError: The frame lacks a declared column; nothing is written.
        DoltError: The URI is invalid, or the frame cannot be written; see `dolt_integrations.core.write_table`.
    """
    target = table_of(uri)
    table = DoltTable(target.config, data=frame)
    _check_declared(declared, frame, str(table.config.tablename))
    save(table, runtime)
    schema = _schema_of(table)
    if not declared or set(declared) == set(schema.names):
        return pinned_uri(table, None), schema
    return pinned_uri(table, list(declared)), _part_of(schema, declared)


def _check_declared(declared: Sequence[str], frame: Any, table: str) -> None:
    if not declared:
        return
    there = adapters.encode_frame(frame, table=table).columns
    for name in declared:
        if name not in there:
            what = f"the task declares column {name!r} of table `{table}`, but its frame does not have it"
            raise ColumnNotFoundError(what, hint=nearest(name, there))


def _schema_of(table: DoltTable) -> pa.Schema:
    """Return the columns of the version that a table is pinned to, with their Arrow types."""
    with unrecorded_reads():
        return core.read_arrow(**_nothing_of(table))[0].schema


def _part_of(schema: pa.Schema, names: Sequence[str]) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([schema.field(name) for name in names])


def _nothing_of(table: DoltTable) -> dict[str, Any]:
    """Return the arguments to read the columns of a version without its rows."""
    names = ("db_path", "tablename", "branch_conf")
    db, tablename, branch = (getattr(table.config, name) for name in names)
    as_of = table.commit or revision_for(table.config)
    columns = table.config.part.columns
    return {
        "db": db,
        "tablename": tablename,
        "branch_conf": branch,
        "as_of": as_of,
        "columns": columns,
        "where": "1 = 0",
    }


def received(uri: str, columns: Sequence[str] | None) -> DoltTable:
    """Return the table of a URI from a literal, optionally with some of its columns only.

    Raises:
        ConfigError: The URI is invalid.
    """
    table = table_of(str(from_literal(uri)))
    if columns is None:
        return table
    io_args = {**(table.config.io_args or {}), "columns": list(columns)}
    return DoltTable(replace(table.config, io_args=io_args), version=table.version)


def read_as(table: DoltTable, library: str) -> Any:
    """Return a table's rows as a frame of pandas, pyarrow or polars.

    Raises:
        DoltError: Whatever keeps them from being read.
    """
    if library == PANDAS:
        return table.data
    return table.to_arrow() if library == ARROW else table.to_polars()


def iter_as(table: DoltTable, library: str) -> Iterator[Any]:
    """Read a table batch by batch in bounded memory, each a frame of the library.

    Raises:
        DoltError: Whatever keeps them from being read.
    """
    batches = table.iter_batches()
    if library == PANDAS:
        yield from batches
        return
    known: dict[str, Column] | None = None
    for batch in batches:
        if known is None:
            with unrecorded_reads():
                known = {column.name: column for column in core.read_table(**_nothing_of(table)).columns}
        rows = adapters.to_arrow(adapters.encode_frame(batch, table=str(table.config.tablename)).result(known))
        yield rows if library == ARROW else adapters.to_polars(rows)


FORMATS = ("", SCHEME)
"""The formats to register for: `dolt`, and none."""

CLASSES = {PANDAS: "DataFrame", ARROW: "Table", POLARS: "DataFrame"}
"""The class of each library's frames."""


def class_of(library: str) -> type[Any]:
    """Return the class of a library's frames. The library has to be imported."""
    found: type[Any] = getattr(sys.modules[library], CLASSES[library])
    return found


def chosen_columns(of_literal: list[str], of_task: list[str]) -> list[str] | None:
    """Return the columns that a task declares; None if the SDK only copied those of the literal."""
    return of_task if of_task and of_task != of_literal else None


def register_with(engine: Any, library: str, handlers: Callable[[str], Iterable[Any]]) -> None:
    """Register an SDK's encoder and decoder for a library's frames.

    Args:
        engine: The SDK's transformer engine for datasets.
        library: The library.
        handlers: Makes the encoder and the decoder for one of `FORMATS`.
    """
    for name in FORMATS:
        for handler in handlers(name):
            if library == POLARS:
                # Not for tasks annotated with a polars class: the SDK's own plugin handles those.
                engine._handler_finder(handler, SCHEME)[name] = handler
            else:
                engine.register(handler, override=True)
