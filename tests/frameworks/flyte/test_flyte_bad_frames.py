"""Frames that cannot be stored through Flyte: an error of our own tree, and nothing is written."""

import dataclasses
import typing

import pandas as pd
import pytest
from flytekit import task

from dolt_integrations.core import NewBranch
from dolt_integrations.errors import (
    DataError,
    DoltError,
    InvalidNameError,
    PrimaryKeyError,
    TableNotFoundError,
    UncommittedChangesError,
    UnsupportedTypeError,
    UnsupportedValueError,
)
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository
from tests.frameworks.flyte.test_flyte_bad_input import FRAME, read, write


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        (pd.DataFrame(), DataError, "no columns"),
        (pd.DataFrame(index=[0, 1]), DataError, "no columns"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), InvalidNameError, "'a'.*twice"),
        (pd.DataFrame([[1, 2]], columns=["a", "A"]), InvalidNameError, "case"),
        (pd.DataFrame([[1]], columns=[1.5]), InvalidNameError, "not named by a string"),
        (pd.DataFrame({"": [1]}), InvalidNameError, "empty"),
        (pd.DataFrame({"a": [float("inf")]}), UnsupportedValueError, "'a'.*row 0"),
        (pd.DataFrame({"a": [object()]}), UnsupportedTypeError, "'a'.*row 0"),
        (pd.DataFrame({"a": [1 + 2j]}), UnsupportedTypeError, "complex"),
    ],
    ids=["empty", "index only", "duplicate", "case", "number", "no name", "inf", "object", "complex"],
)
def test_a_frame_that_cannot_be_stored(
    shop: Repository, frame: pd.DataFrame, error: type[DoltError], message: str
) -> None:
    with pytest.raises(error, match=message):
        write(DoltConfig(db_path=str(shop.path), tablename="users"), frame)


@pytest.mark.parametrize("data", [[{"a": 1}], {"a": [1]}, "a", FRAME["a"]], ids=["list", "dict", "text", "series"])
def test_data_that_is_no_frame(shop: Repository, data: typing.Any) -> None:
    with pytest.raises(DoltError, match="DataFrame"):
        write(DoltConfig(db_path=str(shop.path), tablename="users"), data)


@pytest.mark.parametrize(
    ("frame", "key", "message"),
    [
        (pd.DataFrame({"a": [1, 1]}), "a", "duplicates"),
        (pd.DataFrame({"a": pd.array([1, None], "Int64")}), "a", "1 NULL in row 1"),
        (pd.DataFrame({"a": [1]}), "b", "'b' is not a column"),
    ],
    ids=["duplicates", "null", "no column"],
)
def test_a_key_that_is_none(shop: Repository, frame: pd.DataFrame, key: str, message: str) -> None:
    with pytest.raises(PrimaryKeyError, match=message):
        write(DoltConfig(db_path=str(shop.path), tablename="t", io_args={"primary_key": key}), frame)


@pytest.mark.parametrize("tablename", ["", "dolt_log", "x" * 65, "a "])
def test_a_table_name_that_dolt_does_not_take(shop: Repository, tablename: str) -> None:
    with pytest.raises(InvalidNameError):
        write(DoltConfig(db_path=str(shop.path), tablename=tablename))


def test_a_table_with_uncommitted_changes(repository: Repository) -> None:
    repository.dolt("sql", "-q", "create table t (a int)")

    with pytest.raises(UncommittedChangesError, match=r"`t`.*dolt add -f t"):
        write(DoltConfig(db_path=str(repository.path), tablename="t"))

    assert repository.sql("select count(*) as n from t") == [{"n": "0"}]


def test_a_new_branch_is_not_left_behind_by_a_save_that_fails(shop: Repository) -> None:
    with pytest.raises(PrimaryKeyError):
        write(
            DoltConfig(db_path=str(shop.path), tablename="t", branch_conf=NewBranch("b"), io_args={"primary_key": "no"})
        )


# Errors that flytekit wraps


def test_a_task_that_returns_something_else_says_what_is_wanted(shop: Repository) -> None:
    @task
    def make() -> DoltTable:
        return FRAME  # type: ignore[return-value]

    with pytest.raises(Exception, match="DoltTable"):
        make()


@pytest.mark.parametrize("python_type", [DoltTable, DoltTable | None], ids=["plain", "optional"])
def test_the_error_of_an_output_says_what_is_wrong(shop: Repository, python_type: typing.Any) -> None:
    def make() -> typing.Any:
        return DoltTable(data=pd.DataFrame(), config=DoltConfig(db_path=str(shop.path), tablename="users"))

    make.__annotations__["return"] = python_type

    with pytest.raises(Exception, match="the frame for table `users` has no columns"):
        task(make)()


def test_the_error_of_one_of_many_outputs_says_what_is_wrong(shop: Repository) -> None:
    @task
    def make() -> list[DoltTable]:
        return [DoltTable(data=pd.DataFrame(), config=DoltConfig(db_path=str(shop.path), tablename="users"))]

    with pytest.raises(DataError, match="the frame for table `users` has no columns"):
        make()


@dataclasses.dataclass
class Report:
    table: DoltTable
    other: DoltTable | None = None


@pytest.mark.parametrize("field", ["table", "other"])
def test_the_error_of_a_field_of_a_dataclass_says_what_is_wrong(shop: Repository, field: str) -> None:
    good = DoltTable(config=DoltConfig(db_path=str(shop.path), tablename="users"))
    bad = DoltTable(data=pd.DataFrame(), config=DoltConfig(db_path=str(shop.path), tablename="users"))

    @task
    def make() -> Report:
        return Report(**{"table": good, field: bad})

    with pytest.raises(Exception, match="the frame for table `users` has no columns"):
        make()


def test_an_error_in_a_task_keeps_its_class_and_cause(shop: Repository) -> None:
    with pytest.raises(TableNotFoundError) as caught:
        read(DoltConfig(db_path=str(shop.path), tablename="user"))

    assert isinstance(caught.value.__cause__, DoltError)
