"""`DoltTableNameTransformer`: a `DoltTable` as a Flyte literal and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flytekit.extend import TypeEngine, TypeTransformer
from flytekit.models.literals import Literal, Scalar
from flytekit.models.types import LiteralType, SimpleType
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from dolt_integrations.adapters import shown
from dolt_integrations.errors import LiteralError, NotADoltTableError
from dolt_integrations.flyte.card import config_html, table_html
from dolt_integrations.flyte.config import DoltConfig
from dolt_integrations.flyte.contents import class_of, unpacked, whole_numbers
from dolt_integrations.flyte.saving import save
from dolt_integrations.flyte.table import DoltTable
from flytekitplugins.dolt.runtime import FlytekitRuntime

if TYPE_CHECKING:
    from flytekit import FlyteContext

T = TypeVar("T", DoltConfig, DoltTable)


class _StructTransformer(TypeTransformer[T]):
    """A class that travels as a STRUCT which says in its metadata whose it is, so that it is found again."""

    def get_literal_type(self, t: type[T] | None = None) -> LiteralType:
        """Return the literal type."""
        return LiteralType(simple=SimpleType.STRUCT, metadata=_metadata(self.python_type))

    def guess_python_type(self, literal_type: LiteralType) -> type[T]:
        """Return the class for its own literal type.

        Raises:
            ValueError: It is another one's; flytekit then asks the next transformer.
        """
        if literal_type.simple == SimpleType.STRUCT and literal_type.metadata == _metadata(self.python_type):
            return self.python_type
        raise ValueError(f"{literal_type} is not a {self.name}'s")

    def schema_match(self, schema: dict[str, Any]) -> bool:
        """Recognise the class in the JSON schema of a dataclass that has it as a field."""
        return bool(schema.get("type") == "object" and schema.get("title") == self.name)


def _metadata(python_type: type) -> dict[str, str]:
    return {"python_type": f"flytekitplugins.dolt.schema.{python_type.__name__}"}


class DoltConfigTransformer(_StructTransformer[DoltConfig]):
    """Hands a `DoltConfig` from task to task, its branch config intact."""

    def __init__(self) -> None:
        """Transform `DoltConfig`."""
        super().__init__(name="DoltConfig", t=DoltConfig)

    def to_literal(
        self, ctx: FlyteContext, python_val: DoltConfig, python_type: type[DoltConfig], expected: LiteralType
    ) -> Literal:
        """Return the config as a STRUCT."""
        if not isinstance(python_val, DoltConfig):
            raise NotADoltTableError(
                f"value {shown(python_val)} of type {type(python_val).__name__} is not a DoltConfig"
            )
        return _literal(python_val.to_dict())

    def to_python_value(self, ctx: FlyteContext, lv: Literal, expected_python_type: type[DoltConfig]) -> DoltConfig:
        """Return the config.

        Raises:
            LiteralError: The literal is not a STRUCT.
            ConfigError: It is one, but not of a config.
        """
        return class_of(expected_python_type, DoltConfig).from_dict(_content(lv, "DoltConfig"))

    def to_html(self, ctx: FlyteContext, python_val: DoltConfig, expected_python_type: type[DoltConfig]) -> str:
        """Return what a Flyte Deck shows of a config."""
        return config_html(python_val)


class DoltTableNameTransformer(_StructTransformer[DoltTable]):
    """Writes a `DoltTable` where a task returns one, and hands the next task the version that was written."""

    def __init__(self) -> None:
        """Transform `DoltTable`."""
        super().__init__(name="DoltTable", t=DoltTable)

    def to_literal(
        self,
        ctx: FlyteContext | None,
        python_val: DoltTable,
        python_type: type[DoltTable],
        expected: LiteralType | None,
    ) -> Literal:
        """Write the table if it has rows that Dolt does not have, and return the reference to it.

        Raises:
            NotADoltTableError: The value is not a `DoltTable` (an AssertionError, as upstream's).
            DoltError: It cannot be written; then nothing is.
        """
        if not isinstance(python_val, DoltTable):
            raise NotADoltTableError(
                f"value {shown(python_val)} of type {type(python_val).__name__} is not a DoltTable"
            )
        with python_val.explaining():
            return _literal(save(python_val, FlytekitRuntime(ctx)))

    def to_python_value(
        self, ctx: FlyteContext | None, lv: Literal, expected_python_type: type[DoltTable]
    ) -> DoltTable:
        """Return the table that a literal refers to. Its rows are read when `data` is used.

        Raises:
            LiteralError: The literal is not a DoltTable's (a ValueError, as upstream's).
        """
        return class_of(expected_python_type, DoltTable).from_dict(_content(lv, "DoltTable"))

    def to_html(self, ctx: FlyteContext, python_val: DoltTable, expected_python_type: type[DoltTable]) -> str:
        """Return what a Flyte Deck shows of a table, see `table_card`: in seconds at most, and never an error."""
        return table_html(python_val)


def _literal(content: dict[str, Any]) -> Literal:
    struct = Struct()
    struct.update(content)
    return Literal(Scalar(generic=struct))


def _content(lv: Literal, what: str) -> Any:
    """Return the JSON object of a literal: a STRUCT, or the msgpack of a field of a dataclass."""
    scalar = lv.scalar if lv else None
    if scalar is not None and scalar.generic is not None:
        return whole_numbers(MessageToDict(scalar.generic))
    if scalar is not None and scalar.binary is not None:
        return unpacked(scalar.binary.value, scalar.binary.tag)
    raise LiteralError(
        f"a {what} travels as a STRUCT, and the literal is a {type(lv.scalar or lv).__name__ if lv else None}"
    )


TypeEngine.register(DoltConfigTransformer())
TypeEngine.register(DoltTableNameTransformer())
