"""`DoltTableNameTransformer`: a `DoltTable` as a Flyte literal and back."""

from __future__ import annotations

from typing import Any, TypeVar

import msgpack
from flytekit import FlyteContext, FlyteContextManager
from flytekit.core.type_engine import get_underlying_type
from flytekit.extend import TypeEngine, TypeTransformer
from flytekit.models.literals import Binary, Literal, Scalar
from flytekit.models.types import LiteralType, SimpleType
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from dolt_integrations.adapters import REPLACE, shown
from dolt_integrations.core import find_version, write_table
from dolt_integrations.errors import ConfigError, LiteralError, NotADoltTableError
from flytekitplugins.dolt.compile_time import check_reference, is_compiling
from flytekitplugins.dolt.config import DoltConfig
from flytekitplugins.dolt.lineage import attempt_of, commit_message
from flytekitplugins.dolt.table import DoltTable

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
        return _class_of(expected_python_type, DoltConfig).from_dict(_content(lv, "DoltConfig"))


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
            return _literal(save(python_val, ctx))

    def to_python_value(
        self, ctx: FlyteContext | None, lv: Literal, expected_python_type: type[DoltTable]
    ) -> DoltTable:
        """Return the table that a literal refers to. Its rows are read when `data` is used.

        Raises:
            LiteralError: The literal is not a DoltTable's (a ValueError, as upstream's).
        """
        return _class_of(expected_python_type, DoltTable).from_dict(_content(lv, "DoltTable"))


def _class_of(expected: Any, base: type[T]) -> type[T]:
    """Return the class that a task's annotation asks for: our own, or a subclass of it."""
    found = get_underlying_type(expected)
    return found if isinstance(found, type) and issubclass(found, base) else base


def _literal(content: dict[str, Any]) -> Literal:
    struct = Struct()
    struct.update(content)
    return Literal(Scalar(generic=struct))


def _content(lv: Literal, what: str) -> Any:
    """Return the JSON object of a literal: a STRUCT, or the msgpack of a field of a dataclass."""
    scalar = lv.scalar if lv else None
    if scalar is not None and scalar.generic is not None:
        return _whole_numbers(MessageToDict(scalar.generic))
    if scalar is not None and scalar.binary is not None:
        return _unpacked(scalar.binary)
    raise LiteralError(
        f"a {what} travels as a STRUCT, and the literal is a {type(lv.scalar or lv).__name__ if lv else None}"
    )


def save(table: DoltTable, ctx: FlyteContext | None = None) -> dict[str, Any]:
    """Write a table's rows, if Dolt does not have them, in a commit that names the execution.

    Returns:
        The reference to the table, as a JSON object.

    Raises:
        ConfigError: There are rows, and no table to write them to.
        DoltError: They cannot be written; see `dolt_integrations.core.write_table`.
    """
    if table.is_blank:
        return table.to_dict()
    config = table.config
    config.check()
    ctx = ctx or FlyteContextManager.current_context()
    if is_compiling(ctx):
        check_reference(table)
        return table.to_dict()
    if not table.is_to_be_written():
        return _pinned(table).to_dict()
    if config.tablename is None or config.as_of is not None:
        what = f"the query {config.sql!r}" if config.tablename is None else f"the past ({config.as_of})"
        hint = "Return the data in a DoltTable whose config has a tablename, and no sql or as_of."
        raise ConfigError(
            f"a DoltTable of {config.shown_path} has new data for {what}, which cannot be written", hint=hint
        )
    if config.mode == REPLACE and not config.part.is_all:
        hint = 'Return it under a config without them, or with io_args={"mode": "upsert"}.'
        raise ConfigError(
            f"a DoltTable of a part of table {config.tablename!r} (io_args: columns, where) would replace all of it",
            hint=hint,
        )
    author = config.author
    version = write_table(
        config.db_path,
        config.tablename,
        table.data,
        branch_conf=config.branch_conf,
        primary_key=config.primary_key,
        mode=config.mode,
        message=commit_message(ctx),
        overwrite=(config.io_args or {}).get("schema") == "overwrite",
        author=author,
        attempt=attempt_of(ctx),
        meta_conf=config.meta_conf,
        remote_conf=config.remote_conf,
    )
    table.pin(version)
    return table.to_dict()


def _pinned(table: DoltTable) -> DoltTable:
    """Return a reference to the past with its commit now: `main` or `HEAD~1` would mean another one tomorrow.

    The table itself stays as it is. A workflow's body may pass one object to every run.
    """
    config = table.config
    if table.version is not None or config.as_of is None:
        return table
    version = find_version(
        config.db_path, branch_conf=config.branch_conf, as_of=config.as_of, remote_conf=config.remote_conf
    )
    return type(table)(config, version=version)


def _unpacked(binary: Binary) -> Any:
    try:
        return msgpack.loads(binary.value, strict_map_key=False)
    except (ValueError, msgpack.UnpackException) as error:
        raise LiteralError(f"a DoltTable's literal with tag {binary.tag!r} cannot be read") from error


def _whole_numbers(value: Any) -> Any:
    """Make integers of the whole numbers in a STRUCT, where every number is a double."""
    if isinstance(value, dict):
        return {key: _whole_numbers(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


TypeEngine.register(DoltConfigTransformer())
TypeEngine.register(DoltTableNameTransformer())
