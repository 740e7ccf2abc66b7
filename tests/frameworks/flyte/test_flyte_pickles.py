"""Tables that a task returns in a pickle: annotated `Any`, by a `NewType`, or in a class of the user's."""

from __future__ import annotations

import logging
import pickle
from pathlib import Path
from typing import Any, NewType

import pandas as pd
import pytest
from flytekit import StructuredDataset, task, workflow

from dolt_integrations.core import history, read_table, write_table
from dolt_integrations.errors import ConfigError
from flytekitplugins.dolt import DoltConfig, DoltTable

Users = NewType("Users", DoltTable)


class Box:
    def __init__(self, table: DoltTable) -> None:
        self.table = table


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def users() -> DoltTable:
    return DoltTable(DoltConfig("db", "users"), pd.DataFrame({"a": [1, 2]}))


def test_a_table_annotated_any_is_saved_and_handed_on() -> None:
    @task
    def make() -> Any:
        return users()

    @task
    def show(table: Any) -> int:
        return len(table.data)

    @workflow
    def wf() -> int:
        return show(table=make())

    assert wf() == 2
    assert read_table("db", "users").data["a"].tolist() == [1, 2]


def test_a_table_annotated_by_a_new_type_is_saved_and_handed_on() -> None:
    @task
    def make() -> Users:
        return Users(users())

    @task
    def show(table: Users) -> int:
        return len(table.data)

    @workflow
    def wf() -> int:
        return show(table=make())

    assert wf() == 2
    assert len(history("db", "users")) == 1


def test_a_table_in_a_class_of_the_users_is_saved_once() -> None:
    @task
    def make() -> Box:
        return Box(users())

    @task
    def show(box: Box) -> int:
        return len(box.table.data)

    @workflow
    def wf() -> int:
        return show(box=make())

    assert wf() == 2
    assert len(history("db", "users")) == 1


def test_the_log_says_that_rows_leave_in_a_pickle(caplog: pytest.LogCaptureFixture) -> None:
    @task
    def make() -> Any:
        return users()

    with caplog.at_level(logging.WARNING):
        make()

    assert any("as a pickle" in record.getMessage() and "users" in record.getMessage() for record in caplog.records)


def test_a_dataset_for_dolt_is_refused_in_a_pickle(folder: Path) -> None:
    @task
    def make() -> Any:
        return [StructuredDataset(dataframe=pd.DataFrame({"a": [1]}), uri=f"dolt://{folder}/db/users")]

    with pytest.raises(ConfigError, match="users is returned as a pickle") as caught:
        make()

    assert "StructuredDataset" in str(caught.value.hint)
    assert not (folder / "db").exists()


def test_a_dataset_of_another_store_is_pickled(folder: Path) -> None:
    @task
    def make() -> Any:
        return StructuredDataset(dataframe=pd.DataFrame({"a": [1]}), uri=str(folder / "users"))

    assert make().dataframe["a"].tolist() == [1]


def test_a_reference_in_a_pickle_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    write_table("db", "users", pd.DataFrame({"a": [1]}))

    @task
    def make() -> Any:
        return DoltTable(DoltConfig("db", "users"))

    with caplog.at_level(logging.WARNING):
        make()

    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_pickle_of_the_users_own_keeps_the_rows_and_writes_nothing(folder: Path) -> None:
    table = pickle.loads(pickle.dumps(users()))  # noqa: S301 - made in the line

    assert table.data["a"].tolist() == [1, 2]
    assert not (folder / "db").exists()
