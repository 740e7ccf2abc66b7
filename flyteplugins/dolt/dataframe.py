"""`flyte.io.DataFrame`s at `dolt://` URIs: frames of pandas, pyarrow and polars."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from flyte._utils.lazy_module import is_imported
from flyte.io import _dataframe, extend
from flyteidl2.core import literals_pb2, types_pb2

from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte.datasets.column_types import kind_of
from dolt_integrations.flyte.datasets.dataset import (
    CLASSES,
    check_place,
    chosen_columns,
    class_of,
    iter_as,
    read_as,
    received,
    register_with,
    save_dataset,
)
from dolt_integrations.flyte.datasets.uri import FORMS, SCHEME
from flyteplugins.dolt.failures import reported
from flyteplugins.dolt.runtime import FlyteRuntime

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import pyarrow as pa
    from flyte.io import DataFrame

    from dolt_integrations.flyte.table import DoltTable


class DoltEncoder(extend.DataFrameEncoder[Any]):
    """Writes a frame to the table of its `dolt://` URI, and returns the table at the commit."""

    def __init__(self, python_type: type[Any], supported_format: str) -> None:
        """Encode frames of a class."""
        super().__init__(python_type, SCHEME, supported_format)

    async def encode(
        self, dataframe: DataFrame, structured_dataset_type: types_pb2.StructuredDatasetType
    ) -> literals_pb2.StructuredDataset:
        """Write the frame, in a thread, so that other tasks of a local run can continue.

        Raises:
            ConfigError: The URI is invalid.
            DoltError: The frame cannot be written, and nothing is. In a container, Flyte's `RuntimeUserError`.
        """
        with reported():
            if not dataframe.uri:
                raise ConfigError("a DataFrame for Dolt has no URI", hint=FORMS)
            declared = [column.name for column in structured_dataset_type.columns]
            frame: Any = dataframe.val
            uri, schema = await asyncio.to_thread(save_dataset, frame, dataframe.uri, declared, FlyteRuntime())
        kind = types_pb2.StructuredDatasetType(columns=_columns(schema), format=self.supported_format)
        metadata = literals_pb2.StructuredDatasetMetadata(structured_dataset_type=kind)
        return literals_pb2.StructuredDataset(uri=uri, metadata=metadata)


class DoltDecoder(extend.DataFrameDecoder[Any]):
    """Reads the table that a `dolt://` URI names, at the commit if it has one."""

    def __init__(self, python_type: type[Any], supported_format: str, library: str) -> None:
        """Decode to frames of a library's class."""
        super().__init__(python_type, SCHEME, supported_format)
        self._library = library

    def decode(
        self,
        flyte_value: literals_pb2.StructuredDataset,
        current_task_metadata: literals_pb2.StructuredDatasetMetadata,
    ) -> Any:
        """Return a coroutine for all rows, or an asynchronous generator of batches if Flyte asks for an iterator.

        Raises:
            DoltError: The URI is invalid, or the table cannot be read.
        """
        table = received(flyte_value.uri, wanted_columns(flyte_value.metadata, current_task_metadata))
        # Flyte calls a decoder in the same way for both.
        if sys._getframe(1).f_code is extend.DataFrameTransformerEngine.iter_as.__code__:
            return _batches(table, self._library)
        return asyncio.to_thread(read_as, table, self._library)


async def _batches(table: DoltTable, library: str) -> AsyncIterator[Any]:
    batches = iter_as(table, library)
    done = object()
    while (batch := await asyncio.to_thread(next, batches, done)) is not done:
        yield batch


def wanted_columns(
    sent: literals_pb2.StructuredDatasetMetadata | None, wanted: literals_pb2.StructuredDatasetMetadata | None
) -> list[str] | None:
    """Return the columns that a task declares; None if Flyte only copied those of the literal."""
    of_literal, of_task = (
        [column.name for column in each.structured_dataset_type.columns] if each is not None else []
        for each in (sent, wanted)
    )
    return chosen_columns(of_literal, of_task)


def _columns(schema: pa.Schema) -> list[types_pb2.StructuredDatasetType.DatasetColumn]:
    column = types_pb2.StructuredDatasetType.DatasetColumn
    return [
        column(
            name=field.name, literal_type=types_pb2.LiteralType(simple=types_pb2.SimpleType.Value(kind_of(field.type)))
        )
        for field in schema
    ]


def register_handlers(library: str) -> None:
    """Register the encoder and decoder for a library's frames. The library has to be imported."""
    kind = class_of(library)
    register_with(
        extend.DataFrameTransformerEngine,
        library,
        lambda name: (DoltEncoder(kind, name), DoltDecoder(kind, name, library)),
    )


def check_places() -> None:
    """Refuse frames that are meant for Dolt but would become files."""
    engine = extend.DataFrameTransformerEngine
    own = engine.to_literal

    async def checked_to_literal(self: Any, python_val: Any, python_type: Any, expected: Any) -> Any:
        file_format = expected.structured_dataset_type.format if expected else ""
        if not isinstance(python_val, _dataframe.DataFrame):
            check_place(None, file_format)
        elif python_val.literal is None:
            check_place(python_val.uri, file_format or python_val.format or "")
        return await own(self, python_val, python_type, expected)

    engine.to_literal = checked_to_literal  # type: ignore[method-assign]


def register_when_imported() -> None:
    """Register handlers when Flyte looks for its own, for the libraries that are imported by then."""
    own: Callable[[], None] = _dataframe.lazy_import_dataframe_handler
    registered: set[str] = set()

    def register_imported() -> None:
        own()
        for library in CLASSES.keys() - registered:
            if is_imported(library):
                register_handlers(library)
                registered.add(library)

    _dataframe.lazy_import_dataframe_handler = register_imported
