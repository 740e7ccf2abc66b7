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
from dolt_integrations.flyte.literals.contents import class_of, unpacked, whole_numbers
from dolt_integrations.flyte.saving import save
from dolt_integrations.flyte.table import DoltTable
from flytekitplugins.dolt.runtime import FlytekitRuntime

if TYPE_CHECKING:
    from flytekit import FlyteContext

T = TypeVar("T", DoltConfig, DoltTable)


class _StructTransformer(TypeTransformer[T]):
    """A transformer to a STRUCT. The metadata of its literal type names the class, so it can be found from the type."""

    def get_literal_type(self, t: type[T] | None = None) -> LiteralType:
        """Return the literal type."""
        return LiteralType(simple=SimpleType.STRUCT, metadata=_metadata(self.python_type))

    def guess_python_type(self, literal_type: LiteralType) -> type[T]:
        """Return the class for its own literal type.

        Raises:
            ValueError: The literal type belongs to another class; flytekit then asks the next transformer.
        """
        if literal_type.simple == SimpleType.STRUCT and literal_type.metadata == _metadata(self.python_type):
            return self.python_type
        raise ValueError(f"{literal_type} is not the literal type of {self.name}")

    def schema_match(self, schema: dict[str, Any]) -> bool:
        """Recognise the class in the JSON schema of a dataclass that has it as a field."""
        return bool(schema.get("type") == "object" and schema.get("title") == self.name)


def _metadata(python_type: type) -> dict[str, str]:
    return {"python_type": f"flytekitplugins.dolt.schema.{python_type.__name__}"}


class DoltConfigTransformer(_StructTransformer[DoltConfig]):
    """Passes a `DoltConfig` between tasks, including its branch config."""

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
            ConfigError: It is a STRUCT, but not that of a config.
        """
        return class_of(expected_python_type, DoltConfig).from_dict(_content(lv, "DoltConfig"))

    def to_html(self, ctx: FlyteContext, python_val: DoltConfig, expected_python_type: type[DoltConfig]) -> str:
        """Return the HTML of a config for a Flyte Deck."""
        return config_html(python_val)


class DoltTableNameTransformer(_StructTransformer[DoltTable]):
    """Writes a `DoltTable` that a task returns, and passes the written version to the next task.

    Example:
        >>> DoltTableNameTransformer().get_literal_type().metadata
        {'python_type': 'flytekitplugins.dolt.schema.DoltTable'}
    """

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
        """Write the table if it has rows that Dolt does not have, and return a reference to it.

        Raises:
            NotADoltTableError: The value is not a `DoltTable` (an AssertionError, as in upstream).
            DoltError: It cannot be written; nothing is written then.
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
            LiteralError: The literal is not that of a DoltTable (a ValueError, as in upstream).
        """
        return class_of(expected_python_type, DoltTable).from_dict(_content(lv, "DoltTable"))

    def to_html(self, ctx: FlyteContext, python_val: DoltTable, expected_python_type: type[DoltTable]) -> str:
        """Return the HTML of a table for a Flyte Deck (see `table_card`). It takes seconds at most and never fails."""
        return table_html(python_val)


def _literal(content: dict[str, Any]) -> Literal:
    struct = Struct()
    struct.update(content)
    return Literal(Scalar(generic=struct))


def _content(lv: Literal, what: str) -> Any:
    """Return the JSON object in a literal, which is a STRUCT or the msgpack of a dataclass field."""
    scalar = lv.scalar if lv else None
    if scalar is not None and scalar.generic is not None:
        return whole_numbers(MessageToDict(scalar.generic))
    if scalar is not None and scalar.binary is not None:
        return unpacked(scalar.binary.value, scalar.binary.tag)
    raise LiteralError(
        f"a {what} is stored as a STRUCT, and this literal is a {type(lv.scalar or lv).__name__ if lv else None}"
    )


TypeEngine.register(DoltConfigTransformer())
TypeEngine.register(DoltTableNameTransformer())
