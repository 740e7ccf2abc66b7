"""Transformers between `DoltConfig` or `DoltTable` and Flyte 2's literals."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any, TypeVar

from flyte.types import TypeTransformer
from flyteidl2.core.literals_pb2 import Literal, Scalar
from flyteidl2.core.types_pb2 import LiteralType, SimpleType
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from dolt_integrations.adapters import shown
from dolt_integrations.errors import LiteralError, NotADoltTableError, with_article
from dolt_integrations.flyte.card import config_html, table_html
from dolt_integrations.flyte.config import DoltConfig
from dolt_integrations.flyte.literals.contents import class_of, unpacked, whole_numbers
from dolt_integrations.flyte.saving import save
from dolt_integrations.flyte.table import DoltTable
from flyteplugins.dolt.failures import reported
from flyteplugins.dolt.runtime import FlyteRuntime

T = TypeVar("T", DoltConfig, DoltTable)


class _StructTransformer(TypeTransformer[T]):
    """A transformer to a STRUCT. The metadata of its literal type names the class, so it can be found from the type."""

    def get_literal_type(self, t: type[T] | None = None) -> LiteralType:
        """Return the literal type."""
        return LiteralType(simple=SimpleType.STRUCT, metadata=self._metadata)

    @property
    def _metadata(self) -> Struct:
        return _struct({"python_type": f"flyteplugins.dolt.{self.name}"})

    def guess_python_type(self, literal_type: LiteralType) -> type[T]:
        """Return the class for its own literal type.

        Raises:
            ValueError: The literal type belongs to another class; Flyte then asks the next transformer.
        """
        if literal_type.simple == SimpleType.STRUCT and literal_type.metadata == self._metadata:
            return self.python_type
        raise ValueError(f"{literal_type} is not the literal type of {self.name}")

    def schema_match(self, schema: dict[str, Any]) -> bool:
        """Recognise the class in the JSON schema of a dataclass that has it as a field."""
        return bool(schema.get("type") == "object" and schema.get("title") == self.name)

    def from_binary_idl(self, binary_idl_object: Any, expected_python_type: type[T]) -> T:
        """Return the object in the msgpack of a dataclass field."""
        content = unpacked(binary_idl_object.value, binary_idl_object.tag)
        return class_of(expected_python_type, self.python_type).from_dict(content)

    async def to_python_value(self, lv: Literal, expected_python_type: type[T]) -> T:
        """Return the object of a literal. A table's rows are read when `data` is used.

        Raises:
            LiteralError: The literal is not a STRUCT.
            ConfigError: It is a STRUCT, but not that of such an object.
        """
        scalar = lv.scalar
        if scalar.HasField("binary"):
            return self.from_binary_idl(scalar.binary, expected_python_type)
        if not scalar.HasField("generic"):
            found = scalar.WhichOneof("value") or lv.WhichOneof("value")
            raise LiteralError(f"a {self.name} is stored as a STRUCT, and this literal is {with_article(str(found))}")
        content = whole_numbers(MessageToDict(scalar.generic))
        return class_of(expected_python_type, self.python_type).from_dict(content)


class DoltConfigTransformer(_StructTransformer[DoltConfig]):
    """Passes a `DoltConfig` between tasks, including its branch config."""

    def __init__(self) -> None:
        """Transform `DoltConfig`."""
        super().__init__(name="DoltConfig", t=DoltConfig)

    async def to_literal(self, python_val: DoltConfig, python_type: type[DoltConfig], expected: LiteralType) -> Literal:
        """Return the config as a STRUCT.

        Raises:
            NotADoltTableError: The value is not a config.
        """
        if not isinstance(python_val, DoltConfig):
            raise NotADoltTableError(f"value {shown(python_val)} of {type(python_val).__name__} is not a DoltConfig")
        return Literal(scalar=Scalar(generic=_struct(python_val.to_dict())))

    def to_html(self, python_val: DoltConfig, expected_python_type: type[DoltConfig]) -> str:
        """Return the HTML of a config for a report."""
        return config_html(python_val)


class DoltTableTransformer(_StructTransformer[DoltTable]):
    """Writes a `DoltTable` that a task returns, and passes the written version to the next task."""

    def __init__(self) -> None:
        """Transform `DoltTable`."""
        super().__init__(name="DoltTable", t=DoltTable)

    async def to_literal(self, python_val: DoltTable, python_type: type[DoltTable], expected: LiteralType) -> Literal:
        """Write the table if it has rows that Dolt does not have, and return a reference to it.

        Rows are written in a thread, so that other tasks of a local run can continue.

        Raises:
            NotADoltTableError: The value is not a `DoltTable`.
            DoltError: It cannot be written, and nothing is. In a container, Flyte's `RuntimeUserError`.
        """
        if not isinstance(python_val, DoltTable):
            raise NotADoltTableError(f"value {shown(python_val)} of {type(python_val).__name__} is not a DoltTable")
        with reported(), python_val.explaining():
            content = await asyncio.to_thread(save, python_val, FlyteRuntime())
        return Literal(scalar=Scalar(generic=_struct(content)), hash=_hash(content))

    def to_html(self, python_val: DoltTable, expected_python_type: type[DoltTable]) -> str:
        """Return the HTML of a table for a report. It takes seconds at most and never fails."""
        return table_html(python_val)


def _struct(content: dict[str, Any]) -> Struct:
    struct = Struct()
    struct.update(content)
    return struct


def _hash(content: dict[str, Any]) -> str:
    """Return the hash for Flyte's cache: of the table's location and content, independent of the commit.

    It is empty for a query or a table that was neither read nor written; Flyte then uses the literal.
    """
    table_hash = (content["version"] or {}).get("table_hash")
    if table_hash is None:
        return ""
    return hashlib.sha256(json.dumps([content["config"], table_hash], sort_keys=True).encode()).hexdigest()
