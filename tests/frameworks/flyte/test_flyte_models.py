"""Tables and configs as fields of pydantic models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flytekit import FlyteContextManager, task, workflow
from flytekit.core.type_engine import TypeEngine
from flytekit.interaction.click_types import JsonParamType
from pydantic import BaseModel, ValidationError

from dolt_integrations.core import AppendBranch, DoltMeta, NewBranch, read_table, write_table
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.helpers.frameworks.annotated import literal_of


class Inner(BaseModel):
    tables: list[DoltTable] = []
    named: dict[str, DoltTable] = {}


class Result(BaseModel):
    title: str
    table: DoltTable
    other: DoltTable | None = None
    inner: Inner = Inner()


class Settings(BaseModel):
    config: DoltConfig
    other: DoltConfig | None = None


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(name: str, *values: int) -> DoltTable:
    return DoltTable(DoltConfig("db", name), pd.DataFrame({"a": list(values)}))


def test_every_table_of_a_model_is_saved_and_handed_on() -> None:
    @task
    def make() -> Result:
        inner = Inner(tables=[table("b", 2), table("c", 3)], named={"d": table("d", 4)})
        return Result(title="x", table=table("a", 1), inner=inner)

    @task
    def total(result: Result) -> int:
        tables = [result.table, *result.inner.tables, *result.inner.named.values()]
        assert result.other is None
        return sum(int(each.data["a"].sum()) for each in tables)

    @workflow
    def wf() -> int:
        return total(result=make())

    assert wf() == 10
    assert [read_table("db", name).data["a"].tolist() for name in "abcd"] == [[1], [2], [3], [4]]


class Loose(BaseModel):
    anything: Any = None
    several: list = []


def test_tables_of_fields_without_a_class_are_saved_too() -> None:
    @task
    def make() -> Loose:
        return Loose(anything=table("a", 1), several=[table("b", 2)])

    @task
    def total(loose: Loose) -> int:
        tables = [DoltTable.from_dict(each) for each in (loose.anything, *loose.several)]
        return sum(int(each.data["a"].sum()) for each in tables)

    @workflow
    def wf() -> int:
        return total(loose=make())

    assert wf() == 3
    assert [read_table("db", name).data["a"].tolist() for name in "ab"] == [[1], [2]]


def test_a_table_of_a_model_is_pinned() -> None:
    literal = literal_of(Result(title="x", table=table("a", 1)), Result)
    write_table("db", "a", pd.DataFrame({"a": [2]}))

    result = TypeEngine.to_python_value(FlyteContextManager.current_context(), literal, Result)

    assert result.table.data["a"].tolist() == [1]


def test_a_config_of_a_model_keeps_its_branch_and_meta_configs() -> None:
    @task
    def make() -> Settings:
        return Settings(
            config=DoltConfig("db", "a", branch_conf=NewBranch("run/1"), meta_conf=DoltMeta("meta", "actions")),
            other=DoltConfig("db", "b", branch_conf=AppendBranch("main"), io_args={"primary_key": "id"}),
        )

    @task
    def show(settings: Settings) -> str:
        assert settings.other is not None
        return json.dumps([settings.config.to_dict(), settings.other.to_dict()])

    @workflow
    def wf() -> str:
        return show(settings=make())

    first, second = (DoltConfig.from_dict(each) for each in json.loads(wf()))
    assert first.branch_conf == NewBranch("run/1")
    assert isinstance(first.meta_conf, list)
    assert isinstance(first.meta_conf[0], DoltMeta)
    assert second.branch_conf == AppendBranch("main")
    assert second.primary_key == ["id"]


def test_the_json_schema_of_a_model_names_the_classes() -> None:
    properties = Result.model_json_schema()["properties"]

    assert properties["table"] == {"type": "object", "title": "DoltTable"}
    assert Settings.model_json_schema()["properties"]["config"]["title"] == "DoltConfig"


def test_a_model_dumped_to_python_writes_nothing(folder: Path) -> None:
    assert Result(title="x", table=table("a", 1)).model_dump()["table"].version is None
    assert not (folder / "db").exists()


def test_a_model_on_the_command_line_keeps_the_version() -> None:
    first = write_table("db", "a", pd.DataFrame({"a": [1]}))
    write_table("db", "a", pd.DataFrame({"a": [2]}))
    version = {"commit": first.commit, "branch": "main", "table_hash": None}
    text = json.dumps({"title": "x", "table": {"config": {"db_path": "db", "tablename": "a"}, "version": version}})

    result = JsonParamType(Result).convert(text, None, None)

    assert result.table.data["a"].tolist() == [1]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"db_path": "db"}, "needs a DoltConfig under `config`"),
        ({"config": {"db_path": "db", "tabelname": "a"}}, "tablename"),
        ({"config": {"db_path": "db"}, "version": 5}, "version"),
        ("users", "needs a DoltConfig"),
    ],
)
def test_a_member_that_is_no_table_is_refused_by_name(value: object, message: str) -> None:
    with pytest.raises((ValidationError, ValueError), match=message):
        Result.model_validate_json(json.dumps({"title": "x", "table": value}))
