"""`DoltConfig(params=...)`: values stay out of the text of SQL, in the literal as well."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flytekit import task, workflow

from dolt_integrations.core import write_table
from dolt_integrations.errors import ConfigError
from flytekitplugins.dolt import DoltConfig, DoltTable
from flytekitplugins.dolt.transformer import DoltConfigTransformer


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that the tests only read."""
    folder = tmp_path_factory.mktemp("params")
    frame = pd.DataFrame({"id": [1, 2, 3], "name": ["O'Hara", "50%", "Cy"], "day": pd.to_datetime(["2026-11-24"] * 3)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        write_table(folder / "db", "users", frame, primary_key="id")
    return folder


@pytest.fixture(autouse=True)
def folder(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made)


@task
def ids(table: DoltTable) -> list[int]:
    return [int(value) for value in table.data["id"]]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"sql": "select id from users where name = %s", "params": ["O'Hara"]}, [1]),
        ({"sql": "select id from users where id in %(ids)s order by id", "params": {"ids": [1, 3]}}, [1, 3]),
        ({"tablename": "users", "io_args": {"where": "name like '50%%' or id = %s"}, "params": [3]}, [2, 3]),
        ({"tablename": "users", "io_args": {"where": "day < %s"}, "params": [datetime.date(2026, 11, 25)]}, [1, 2, 3]),
    ],
)
def test_params_travel_with_the_config(fields: dict[str, Any], found: list[int]) -> None:
    @task
    def name() -> DoltTable:
        return DoltTable(DoltConfig("db", **fields))

    @workflow
    def wf() -> list[int]:
        return ids(table=name())

    assert wf() == found


@pytest.mark.parametrize("params", [[2**53 + 1, -(2**63)], {"int": 2**64 - 1, "ids": [[2**53 + 1]]}, [1e300, 2**53]])
def test_large_numbers_in_params_keep_their_digits(params: Any) -> None:
    config = DoltConfig("db", sql="select 1", params=params)
    literal = DoltConfigTransformer().to_literal(None, config, DoltConfig, None)

    back = DoltConfigTransformer().to_python_value(None, literal, DoltConfig).params

    assert json.dumps(back, sort_keys=True) == json.dumps(params, sort_keys=True)


def test_digits_in_a_literal_that_are_none_are_refused() -> None:
    with pytest.raises(ConfigError, match="is not an integer"):
        DoltConfig.from_dict({"db_path": "db", "sql": "select 1", "params": [{"int": "1.5"}]})


def test_batches_take_the_params_of_the_config() -> None:
    table = DoltTable(DoltConfig("db", "users", io_args={"where": "id > %s"}, params=[1]))

    assert [frame["id"].tolist() for frame in table.iter_batches(1)][:2] == [[2], [3]]


@pytest.mark.parametrize(
    "fields",
    [
        {"tablename": "users", "params": [1]},
        {"sql": "select %s", "params": []},
        {"sql": "select 1", "params": "text"},
        {"sql": "select %s", "params": [b"bytes"]},
    ],
)
def test_params_that_do_not_fit_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        DoltTable(DoltConfig("db", **fields)).data  # noqa: B018 - reading is what fails
