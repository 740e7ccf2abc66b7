"""`StructuredDataset`s at `dolt://` URIs: frames of pandas, pyarrow and polars."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from flytekit.lazy_import.lazy_module import is_imported
from flytekit.models import literals
from flytekit.models.types import LiteralType, SimpleType, StructuredDatasetType
from flytekit.types import structured
from flytekit.types.structured import (
    StructuredDataset,
    StructuredDatasetDecoder,
    StructuredDatasetEncoder,
    StructuredDatasetTransformerEngine,
)

from dolt_integrations.adapters import redact
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
from flytekitplugins.dolt.runtime import FlytekitRuntime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa
    from flytekit import FlyteContext


class DoltEncoder(StructuredDatasetEncoder[Any]):
    """Writes a frame to the table of its `dolt://` URI, and returns the table at the commit."""

    def __init__(self, library: str, supported_format: str) -> None:
        """Encode frames of a library: `pandas`, `pyarrow` or `polars`."""
        super().__init__(class_of(library), SCHEME, supported_format)

    def encode(
        self, ctx: FlyteContext, structured_dataset: StructuredDataset, structured_dataset_type: StructuredDatasetType
    ) -> literals.StructuredDataset:
        """Write the frame.

        Raises:
            ConfigError: The URI is invalid.
            DoltError: The frame cannot be written; nothing is written then.
        """
        if not structured_dataset.uri:
            raise ConfigError("a StructuredDataset for Dolt has no URI", hint=FORMS)
        declared = [column.name for column in structured_dataset_type.columns or ()]
        frame, target = structured_dataset.dataframe, structured_dataset.uri
        uri, schema = save_dataset(frame, target, declared, FlytekitRuntime(ctx))
        kind = StructuredDatasetType(columns=_columns(schema), format=self.supported_format)
        return literals.StructuredDataset(uri, literals.StructuredDatasetMetadata(kind))


class DoltDecoder(StructuredDatasetDecoder[Any]):
    """Reads the table that a `dolt://` URI names, at the commit if it has one."""

    def __init__(self, library: str, supported_format: str) -> None:
        """Decode to frames of a library: `pandas`, `pyarrow` or `polars`."""
        super().__init__(class_of(library), SCHEME, supported_format)
        self._library = library

    def decode(
        self,
        ctx: FlyteContext,
        flyte_value: literals.StructuredDataset,
        current_task_metadata: literals.StructuredDatasetMetadata,
    ) -> Any:
        """Return all rows, or an iterator of batches if flytekit asks for one.

        Raises:
            DoltError: The URI is invalid, or the table cannot be read.
        """
        table = received(flyte_value.uri, wanted_columns(flyte_value.metadata, current_task_metadata))
        # flytekit calls a decoder in the same way for both.
        if sys._getframe(1).f_code is StructuredDatasetTransformerEngine.iter_as.__code__:
            return _generated(iter_as(table, self._library))
        return read_as(table, self._library)


def _generated(batches: Iterator[Any]) -> Iterator[Any]:
    yield from batches


def wanted_columns(
    sent: literals.StructuredDatasetMetadata | None, wanted: literals.StructuredDatasetMetadata | None
) -> list[str] | None:
    """Return the columns that a task declares; None if flytekit only copied those of the literal."""
    return chosen_columns(_names(sent), _names(wanted))


def _names(metadata: literals.StructuredDatasetMetadata | None) -> list[str]:
    kind = metadata.structured_dataset_type if metadata is not None else None
    return [column.name for column in kind.columns or ()] if kind is not None else []


def _columns(schema: pa.Schema) -> list[StructuredDatasetType.DatasetColumn]:
    return [
        StructuredDatasetType.DatasetColumn(
            name=field.name, literal_type=LiteralType(simple=getattr(SimpleType, kind_of(field.type)))
        )
        for field in schema
    ]


def register_handlers(library: str) -> None:
    """Register the encoder and decoder for a library's frames. The library has to be imported."""
    register_with(
        StructuredDatasetTransformerEngine,
        library,
        lambda name: (DoltEncoder(library, name), DoltDecoder(library, name)),
    )


async def _checked_to_literal(
    self: StructuredDatasetTransformerEngine, ctx: FlyteContext, python_val: Any, python_type: Any, expected: Any
) -> Any:
    """Call flytekit's own conversion, after refusing a dataset that is meant for Dolt but would become a file."""
    kind = getattr(expected, "structured_dataset_type", None)
    file_format = str(getattr(kind, "format", "") or "")
    if not isinstance(python_val, StructuredDataset):
        check_place(None, file_format)
    elif python_val.literal is None:
        check_place(python_val.uri, file_format or str(python_val.file_format or ""))
    return await _flytekits_to_literal(self, ctx, python_val, python_type, expected)


_flytekits_to_literal = StructuredDatasetTransformerEngine.async_to_literal
StructuredDatasetTransformerEngine.async_to_literal = _checked_to_literal  # type: ignore[method-assign]


def _checked_state(self: StructuredDataset) -> dict[str, Any]:
    """Refuse to pickle a frame that is meant for Dolt as the output of a task (annotated `Any` or an unknown class).

    Raises:
        ConfigError: It has rows and a `dolt://` URI, and a task returns it in a pickle, which nothing would save.
    """
    is_for_dolt = str(self.uri or "").lower().startswith(f"{SCHEME}:")
    if self.dataframe is not None and is_for_dolt and FlytekitRuntime().is_pickling():
        what = (
            f"a StructuredDataset with rows for {redact(str(self.uri))} is returned as a pickle and would not be saved"
        )
        raise ConfigError(what, hint="Annotate the task's output as StructuredDataset, or return a DoltTable.")
    return dict(self.__dict__)


StructuredDataset.__getstate__ = _checked_state  # type: ignore[assignment,method-assign]


def _register_imported() -> None:
    """Register handlers when flytekit looks for its own, for the libraries that are imported by then."""
    _flytekits_own()
    for library in CLASSES.keys() - _registered:
        if is_imported(library):
            register_handlers(library)
            _registered.add(library)


_registered: set[str] = set()
_flytekits_own: Callable[[], None] = structured.lazy_import_structured_dataset_handler
structured.lazy_import_structured_dataset_handler = _register_imported
