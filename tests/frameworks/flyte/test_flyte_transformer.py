"""What upstream's own tests ask of the transformer, and what comes of values that are not ours."""

import pickle

import pandas as pd
import pytest
from flytekit import FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal, Primitive, Scalar
from google.protobuf.struct_pb2 import Struct

import dolt_integrations.errors
from dolt_integrations.core import NewBranch
from dolt_integrations.errors import ConfigError, DoltError, LiteralError, NotADoltTableError
from flytekitplugins.dolt import DoltConfig, DoltTable, DoltTableNameTransformer
from tests.conftest import Repository


def struct_literal(**content: object) -> Literal:
    struct = Struct()
    struct.update(content)
    return Literal(scalar=Scalar(generic=struct))


@pytest.fixture(params=["class", "instance"])
def to_literal(request: pytest.FixtureRequest):
    """`to_literal`, called on the class with `self=None`, as upstream's tests do, and on an instance."""
    if request.param == "instance":
        return DoltTableNameTransformer().to_literal
    return lambda **arguments: DoltTableNameTransformer.to_literal(self=None, **arguments)


@pytest.fixture(params=["class", "instance"])
def to_python_value(request: pytest.FixtureRequest):
    if request.param == "instance":
        return DoltTableNameTransformer().to_python_value
    return lambda **arguments: DoltTableNameTransformer.to_python_value(self=None, **arguments)


def test_an_empty_table_of_nowhere_gives_a_literal_without_a_branch(to_literal) -> None:
    table = DoltTable(data=pd.DataFrame(), config=DoltConfig(db_path="p"))

    literal = to_literal(ctx=None, python_val=table, python_type=DoltTable, expected=None)

    assert literal.scalar.generic["config"]["branch_conf"] is None


def test_an_empty_table_of_nowhere_makes_no_database(to_literal, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)

    to_literal(
        ctx=None,
        python_val=DoltTable(data=pd.DataFrame(), config=DoltConfig(db_path="p")),
        python_type=DoltTable,
        expected=None,
    )

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", [None, 1, pd.DataFrame(), DoltConfig(db_path="p")], ids=["None", "int", "df", "conf"])
def test_a_value_that_is_not_a_table_is_an_assertion_error(to_literal, value: object) -> None:
    with pytest.raises(AssertionError, match="is not a DoltTable"):
        to_literal(ctx=None, python_val=value, python_type=DoltTable, expected=None)


def test_a_value_that_is_not_a_table_is_an_error_of_ours(to_literal) -> None:
    with pytest.raises(NotADoltTableError):
        to_literal(ctx=None, python_val=None, python_type=DoltTable, expected=None)


def test_a_struct_that_is_not_ours_is_a_value_error(to_python_value) -> None:
    with pytest.raises(ValueError, match="config"):
        to_python_value(ctx=None, lv=struct_literal(dummy="data"), expected_python_type=DoltTable)


@pytest.mark.parametrize(
    "literal",
    [
        struct_literal(dummy="data"),
        struct_literal(config=None),
        struct_literal(config="text"),
        Literal(scalar=Scalar(primitive=Primitive(integer=1))),
        None,
    ],
    ids=["another struct", "config null", "config text", "an integer", "None"],
)
def test_a_literal_that_is_not_ours_is_an_error_of_ours(to_python_value, literal: Literal | None) -> None:
    with pytest.raises(LiteralError):
        to_python_value(ctx=None, lv=literal, expected_python_type=DoltTable)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"config": {"tablename": "t"}}, "db_path"),
        ({"config": {"db_path": "p", "table": "t"}}, "table"),
        ({"config": {"db_path": "p", "branch_conf": {"branch": "b"}}}, "_type"),
        ({"config": {"db_path": "p", "branch_conf": {"_type": "NewBranch", "name": "b"}}}, "name"),
        ({"config": {"db_path": "p"}, "version": {"comit": "x"}}, "comit"),
        ({"config": {"db_path": "p"}, "version": "text"}, "version"),
        ({"config": {"db_path": "p"}, "vers": None}, "vers"),
        ({"config": {"db_path": 3}}, "db_path"),
        ({"config": {"db_path": "p", "tablename": 3}}, "tablename"),
        ({"config": {"db_path": "p", "io_args": "primary_key"}}, "io_args"),
    ],
    ids=str,
)
def test_a_literal_that_is_nearly_ours_is_an_error_that_names_the_field(to_python_value, content, named) -> None:
    with pytest.raises((ConfigError, LiteralError), match=named):
        to_python_value(ctx=None, lv=struct_literal(**content), expected_python_type=DoltTable)


def test_to_python_value_gives_a_table_whose_data_is_the_frame(repository: Repository, to_python_value) -> None:
    frame = pd.DataFrame({"name": ["a", None], "count": [1, 2], "share": [0.5, None]})
    config = DoltConfig(db_path=str(repository.path), tablename="t", io_args={"primary_key": "count"})
    literal = TypeEngine.to_literal(
        FlyteContextManager.current_context(),
        DoltTable(data=frame, config=config),
        DoltTable,
        TypeEngine.to_literal_type(DoltTable),
    )

    table = to_python_value(ctx=None, lv=literal, expected_python_type=DoltTable)

    assert isinstance(table, DoltTable)
    pd.testing.assert_frame_equal(table.data, frame)


def test_to_python_value_keeps_the_config(to_python_value) -> None:
    config = DoltConfig(db_path="p", tablename="t", branch_conf=NewBranch("b"), io_args={"primary_key": ["a"]})

    table = to_python_value(
        ctx=None, lv=struct_literal(config=config.to_dict(), version=None), expected_python_type=DoltTable
    )

    assert table.config == config


# Pickling: workflow managers pass values and errors between processes


def test_a_config_survives_pickling() -> None:
    config = DoltConfig(db_path="p", tablename="t", branch_conf=NewBranch("b", base="main"))

    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301 - our own pickle


def test_an_unread_table_survives_pickling(repository: Repository) -> None:
    table = DoltTable(DoltConfig(db_path=str(repository.path), tablename="t"))

    again = pickle.loads(pickle.dumps(table))  # noqa: S301

    assert again.config == table.config
    assert vars(again) == vars(table)


def test_a_table_with_data_survives_pickling() -> None:
    table = DoltTable(data=pd.DataFrame({"a": [1]}), config=DoltConfig(db_path="p", tablename="t"))

    again = pickle.loads(pickle.dumps(table))  # noqa: S301

    pd.testing.assert_frame_equal(again.data, table.data)
    assert again.is_to_be_written()


def test_a_written_table_survives_pickling_with_its_version(repository: Repository) -> None:
    table = DoltTable(data=pd.DataFrame({"a": [1]}), config=DoltConfig(db_path=str(repository.path), tablename="t"))
    DoltTableNameTransformer().to_literal(None, table, DoltTable, None)

    again = pickle.loads(pickle.dumps(table))  # noqa: S301

    assert again.version == table.version
    assert again.commit == repository.head()
    assert not again.is_to_be_written()


@pytest.mark.parametrize("name", dolt_integrations.errors.__all__)
def test_every_error_survives_pickling(name: str) -> None:
    error = getattr(dolt_integrations.errors, name)("what", hint="do this")

    again = pickle.loads(pickle.dumps(error))  # noqa: S301

    assert (type(again), str(again), again.hint) == (type(error), "what. do this", "do this")
    assert isinstance(again, DoltError)
