"""Tables and configs inside of dataclasses that are read from JSON, and subclasses of both."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flytekit import task, workflow
from flytekit.interaction.click_types import JsonParamType

from dolt_integrations.core import NewBranch, read_table, write_table
from dolt_integrations.errors import ConfigError, LiteralError
from flytekitplugins.dolt import DoltConfig, DoltTable


@dataclasses.dataclass
class Part:
    table: DoltTable


@dataclasses.dataclass
class Job:
    tables: list[DoltTable]
    named: dict[str, DoltTable] = dataclasses.field(default_factory=dict)
    maybe: list[DoltTable | None] = dataclasses.field(default_factory=list)
    nested: list[dict[str, DoltTable]] = dataclasses.field(default_factory=list)
    parts: list[Part] = dataclasses.field(default_factory=list)
    configs: list[DoltConfig] = dataclasses.field(default_factory=list)
    named_configs: dict[str, DoltConfig] = dataclasses.field(default_factory=dict)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(**members: Any) -> Job:
    made: Job = JsonParamType(Job).convert(json.dumps({"tables": [], **members}), None, None)
    return made


USERS = {"config": {"db_path": "db", "tablename": "users"}}


@pytest.fixture
def first() -> dict[str, Any]:
    """A reference to the first of two versions."""
    commit = write_table("db", "users", pd.DataFrame({"a": [1]})).commit
    write_table("db", "users", pd.DataFrame({"a": [2]}))
    return {**USERS, "version": {"commit": commit, "branch": "main", "table_hash": None}}


def test_a_list_of_tables_keeps_versions(first: dict[str, Any]) -> None:
    assert [table.data["a"].tolist() for table in read(tables=[first, USERS]).tables] == [[1], [2]]


def test_a_dict_of_tables_keeps_versions(first: dict[str, Any]) -> None:
    assert read(named={"x": first}).named["x"].data["a"].tolist() == [1]


def test_a_list_of_optional_tables_keeps_versions(first: dict[str, Any]) -> None:
    none, table = read(maybe=[None, first]).maybe

    assert none is None
    assert table is not None
    assert table.data["a"].tolist() == [1]


def test_nested_containers_keep_versions(first: dict[str, Any]) -> None:
    assert read(nested=[{"x": first}]).nested[0]["x"].data["a"].tolist() == [1]


def test_dataclasses_inside_of_a_list_keep_versions(first: dict[str, Any]) -> None:
    assert read(parts=[{"table": first}]).parts[0].table.data["a"].tolist() == [1]


def test_configs_in_containers_keep_their_branch() -> None:
    config = DoltConfig("db", "users", branch_conf=NewBranch("run/1"), io_args={"primary_key": "id"})

    job = read(configs=[config.to_dict()], named_configs={"x": config.to_dict()})

    assert job.configs == [config]
    assert job.named_configs == {"x": config}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"tables": [{**USERS, "versoin": {}}]}, "version"),
        ({"tables": [{"config": {"db_path": "db", "tabelname": "x"}}]}, "tablename"),
        ({"named": {"x": {"db_path": "db"}}}, "needs a DoltConfig under `config`"),
        ({"tables": [{**USERS, "version": {"comit": "x"}}]}, "version of a DoltTable"),
        ({"configs": [{"tablename": "x"}]}, "db_path"),
        ({"configs": [{"db_path": "db", "as_off": "x"}]}, "as_of"),
        ({"named_configs": {"x": {"db_path": "db", "branch_conf": {"_type": "NoBranch"}}}}, "NoBranch"),
        ({"parts": [{"table": {"config": {"db_path": 5}}}]}, "db_path"),
    ],
)
def test_members_are_checked_as_at_the_top_level(members: dict[str, Any], message: str) -> None:
    with pytest.raises((ConfigError, LiteralError), match=message):
        read(**members)


class Users(DoltTable):
    """A user's table with a method of its own."""

    def names(self) -> list[str]:
        return sorted(self.data["name"].tolist())


@dataclasses.dataclass(repr=False)
class TeamConfig(DoltConfig):
    team: str = "none"


class TeamTable(DoltTable):
    config: TeamConfig


def test_a_subclass_of_the_table_stays_that_class() -> None:
    @task
    def make() -> Users:
        return Users(DoltConfig("db", "users"), pd.DataFrame({"name": ["b", "a"]}))

    @task
    def show(users: Users) -> list[str]:
        return users.names()

    @workflow
    def wf() -> list[str]:
        return show(users=make())

    assert wf() == ["a", "b"]
    assert len(read_table("db", "users").data) == 2


def test_a_subclass_of_the_config_stays_that_class() -> None:
    @task
    def make() -> TeamConfig:
        return TeamConfig("db", "users", team="red", branch_conf=NewBranch("run/1"))

    @task
    def show(config: TeamConfig) -> str:
        return f"{config.team} {config.branch_conf}"

    @workflow
    def wf() -> str:
        return show(config=make())

    assert wf() == f"red {NewBranch('run/1')}"


def test_a_table_keeps_the_config_that_its_class_annotates() -> None:
    @task
    def make() -> TeamTable:
        return TeamTable(TeamConfig("db", "users", team="red"), pd.DataFrame({"a": [1]}))

    @task
    def show(table: TeamTable) -> str:
        return f"{table.config.team} {len(table.data)}"

    @workflow
    def wf() -> str:
        return show(table=make())

    assert wf() == "red 1"


def test_a_plain_table_may_have_a_config_of_a_subclass() -> None:
    @task
    def make() -> DoltTable:
        return DoltTable(TeamConfig("db", "users", team="red"), pd.DataFrame({"a": [1]}))

    @task
    def show(table: DoltTable) -> int:
        return len(table.data)

    @workflow
    def wf() -> int:
        return show(table=make())

    assert wf() == 1
