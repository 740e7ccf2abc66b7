"""`pyflyte run` with tables and configs as JSON on the command line."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from dolt_integrations.core import NewBranch
from flytekitplugins.dolt import DoltConfig
from tests.conftest import Repository
from tests.frameworks.conftest import environment
from tests.helpers.warm import scripts

FLOW = """
import pandas as pd
from flytekit import task, workflow

from flytekitplugins.dolt import DoltConfig, DoltTable


@task
def write(conf: DoltConfig, a: int) -> DoltTable:
    return DoltTable(data=pd.DataFrame({"a": [a]}), config=conf)


@task
def total(table: DoltTable) -> int:
    return int(table.data["a"].sum())


@workflow
def write_wf(conf: DoltConfig, a: int) -> int:
    return total(table=write(conf=conf, a=a))


@workflow
def read_wf(table: DoltTable) -> int:
    return total(table=table)
"""


@pytest.fixture
def pyflyte_run(tmp_path: Path, home: Path):
    (tmp_path / "flow.py").write_text(FLOW)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(scripts() / "pyflyte"), "run", "flow.py", *arguments],
            cwd=tmp_path,
            env=environment(home) | {"COLUMNS": "1000"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_config_is_given_as_json(pyflyte_run, repository: Repository) -> None:
    config = DoltConfig(
        db_path=str(repository.path),
        tablename="t",
        io_args={"primary_key": "a"},
        branch_conf=NewBranch("run/1"),
    )

    done = pyflyte_run("write_wf", "--conf", json.dumps(config.to_dict()), "--a", "3")

    assert done.stdout.splitlines()[-1] == "3", done.stdout + done.stderr
    assert repository.sql("select a from t as of 'run/1'") == [{"a": "3"}]
    assert repository.branches() == ["main", "run/1"]


def test_a_config_is_given_as_a_file(pyflyte_run, repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "conf.yaml").write_text(f"db_path: {repository.path}\ntablename: t\n")

    done = pyflyte_run("write_wf", "--conf", "conf.yaml", "--a", "3")

    assert done.stdout.splitlines()[-1] == "3", done.stdout + done.stderr


def test_a_table_is_given_as_json(pyflyte_run, repository: Repository) -> None:
    repository.dolt("sql", "-q", "create table t (a int); insert into t values (1), (4)")
    repository.dolt("commit", "-Am", "a table")
    table = {"config": {"db_path": str(repository.path), "tablename": "t"}}

    done = pyflyte_run("read_wf", "--table", json.dumps(table))

    assert done.stdout.splitlines()[-1] == "5", done.stdout + done.stderr


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('{"db_path": "p", "tablename": "t"}', "LiteralError: a DoltTable needs a DoltConfig under `config`"),
        ('{"config": {"db_path": "p", "table": "t"}}', "DoltConfig has no field 'table'. Did you mean `tablename`?"),
        (
            '{"config": {"db_path": "p", "branch_conf": {"branch": "b"}}}',
            "AppendBranch, MergeBranch, NewBranch, SerialBranch",
        ),
    ],
)
def test_wrong_json_is_an_error_that_says_what_is_wrong(pyflyte_run, table: str, message: str) -> None:
    done = pyflyte_run("read_wf", "--table", table)

    assert done.returncode == 1
    assert message in done.stderr + done.stdout


def test_json_that_does_not_parse_is_an_error(pyflyte_run) -> None:
    done = pyflyte_run("read_wf", "--table", "nonsense")

    assert done.returncode == 2
    assert "Invalid value for '--table'" in done.stderr


def test_a_database_that_is_not_there_is_an_error_that_says_how_to_make_it(pyflyte_run, tmp_path: Path) -> None:
    table = {"config": {"db_path": os.fspath(tmp_path / "nowhere"), "tablename": "t"}}

    done = pyflyte_run("read_wf", "--table", json.dumps(table))

    assert done.returncode == 1
    assert f"no Dolt database in {tmp_path / 'nowhere'}" in done.stdout + done.stderr
    assert "dolt init" in done.stdout + done.stderr
    assert not (tmp_path / "nowhere").exists()
