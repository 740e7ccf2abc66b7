"""Saves each `flyte.io.DataFrame` in a dataclass, model or container before Flyte serialises the object.

Flyte assumes that a nested DataFrame with a URI is saved already and passes on only the URI, so the rows of a new one
with a `dolt://` URI would be lost silently.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flyte.io import DataFrame
from flyte.types import TypeEngine, _type_engine
from pydantic import BaseModel

from dolt_integrations.adapters import redact
from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte.datasets.uri import SCHEME
from flyteplugins.dolt.runtime import FlyteRuntime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def save_nested_frames() -> None:
    """Save nested frames when Flyte uploads those that it knows to be new (`_invoke_lazy_uploaders`)."""
    own: Callable[[Any], Any] = _type_engine._invoke_lazy_uploaders

    async def save_and_upload(obj: Any) -> None:
        for frame in _unsaved_in(obj):
            await _save(frame)
        await own(obj)

    _type_engine._invoke_lazy_uploaders = save_and_upload


def _unsaved_in(value: Any) -> Iterator[DataFrame]:
    if isinstance(value, DataFrame):
        if value.val is not None and not value._already_uploaded and (value.uri or "").lower().startswith(f"{SCHEME}:"):
            yield value
    else:
        for member in _members_of(value):
            yield from _unsaved_in(member)


def _members_of(value: Any) -> list[Any]:
    if isinstance(value, BaseModel):
        return [getattr(value, name, None) for name in type(value).model_fields]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else []


async def _save(frame: DataFrame) -> None:
    """Save a frame, and set its URI to that of the commit.

    Raises:
        ConfigError: No task is running; only tasks write.
        DoltError: The frame cannot be saved.
    """
    if FlyteRuntime().is_compiling():
        hint = "Return it from a task, or save it with `dolt_integrations.core.write_table` and pass its URI."
        what = f"a DataFrame with rows for {redact(str(frame.uri))} is bound outside of a task; only tasks write"
        raise ConfigError(what, hint=hint)
    literal = await TypeEngine.to_literal(frame, DataFrame, TypeEngine.to_literal_type(DataFrame))
    saved = literal.scalar.structured_dataset
    frame.uri, frame.format = saved.uri, saved.metadata.structured_dataset_type.format
