"""The literals and literal types of a `DoltTable` and a `DoltConfig`."""

import dataclasses
import typing

import pytest
from flytekit.core.type_engine import TypeEngine
from flytekit.models.types import LiteralType, SimpleType

from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository
from tests.helpers.frameworks.annotated import Report, Settings, literal_of, numbers


@pytest.mark.parametrize(
    "python_type",
    [
        DoltTable,
        DoltConfig,
        DoltTable | None,
        DoltConfig | None,
        typing.List[DoltTable],  # noqa: UP006 - what flytekit itself gives back
        typing.List[DoltConfig],  # noqa: UP006
        typing.Dict[str, DoltTable],  # noqa: UP006
        typing.Dict[str, DoltConfig],  # noqa: UP006
        typing.List[typing.Dict[str, DoltTable]],  # noqa: UP006
    ],
    ids=str,
)
def test_the_type_is_found_again_from_its_literal_type(python_type: typing.Any) -> None:
    literal_type = LiteralType.from_flyte_idl(TypeEngine.to_literal_type(python_type).to_flyte_idl())

    guessed = TypeEngine.guess_python_type(literal_type)

    assert guessed == python_type


@pytest.mark.parametrize(("python_type", "field"), [(Report, "table"), (Settings, "config")])
def test_the_dataclass_around_it_is_found_again(python_type: typing.Any, field: str) -> None:
    literal_type = LiteralType.from_flyte_idl(TypeEngine.to_literal_type(python_type).to_flyte_idl())

    guessed = TypeEngine.guess_python_type(literal_type)

    assert {f.name: f.type for f in dataclasses.fields(guessed)}[field] in (DoltTable, DoltConfig)


@pytest.mark.parametrize("python_type", [DoltTable, DoltConfig])
def test_the_literal_type_is_a_struct(python_type: type) -> None:
    assert TypeEngine.to_literal_type(python_type).simple == SimpleType.STRUCT


def test_another_struct_is_not_taken_for_a_table() -> None:
    assert TypeEngine.guess_python_type(LiteralType(simple=SimpleType.STRUCT)) is dict


def test_the_literal_of_a_table_is_a_struct_with_its_config(repository: Repository) -> None:
    literal = literal_of(numbers(repository, "t", 1), DoltTable)

    assert literal.scalar is not None
    assert literal.scalar.generic is not None
    assert literal.scalar.generic["config"]["tablename"] == "t"
    assert literal.scalar.generic["config"]["branch_conf"] is None


def test_the_literal_of_a_table_pins_the_commit(repository: Repository) -> None:
    literal = literal_of(numbers(repository, "t", 1), DoltTable)

    assert literal.scalar is not None
    assert literal.scalar.generic is not None
    assert literal.scalar.generic["version"]["commit"] == repository.head()


def test_the_literal_of_a_reference_pins_nothing(repository: Repository) -> None:
    literal = literal_of(DoltTable(DoltConfig(db_path=str(repository.path), tablename="t")), DoltTable)

    assert literal.scalar is not None
    assert literal.scalar.generic is not None
    assert literal.scalar.generic["version"] is None
