"""How pydantic validates, dumps and describes our classes as fields of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class _Serializer:
    """The attribute by which pydantic dumps a value whose field has no type that names its class, such as `Any`.

    Without it, pydantic dumps each field of the dataclass, and the rows would be lost. It is made when pydantic asks.
    """

    def __get__(self, instance: Any, owner: type[Any]) -> Any:
        from pydantic_core import SchemaSerializer, core_schema

        return SchemaSerializer(core_schema.any_schema(serialization=_json_form()))


def _json_form() -> Any:
    from pydantic_core import core_schema

    return core_schema.plain_serializer_function_ser_schema(lambda value: value._serialize(), when_used="json")


class PydanticField:
    """Makes a class with `from_dict` and `_serialize` a field of pydantic's models.

    A model in JSON, which is how flytekit hands it on, has what `_serialize` returns: a `DoltTable` is written first.
    `model_dump()` in Python's types writes nothing, and has the object itself.
    """

    __pydantic_serializer__ = _Serializer()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: Callable[[Any], Any]) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, source) else source.from_dict(value),
            serialization=_json_form(),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Callable[[Any], Any]) -> dict[str, Any]:
        return {"type": "object", "title": cls.__name__}
