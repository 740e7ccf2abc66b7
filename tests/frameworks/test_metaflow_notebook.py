"""`DoltDT` outside of a flow, as in a notebook: what it reads there, and what is refused."""

from __future__ import annotations

import datetime
import pickle
import subprocess

import pytest

import flytekitplugins.dolt as flyte
from dolt_integrations.core import NewBranch, write_table
from dolt_integrations.engine import Author
from dolt_integrations.errors import ConfigError
from dolt_integrations.metaflow import DoltConfig, DoltDT
from tests.conftest import Repository
from tests.helpers.frameworks.flows import OTHERS, USERS
from tests.helpers.warm import python


@pytest.mark.parametrize("audit", [{}, {"actions": {}}, {"actions": [], "configs": {}}, 7, [1]])
def test_what_is_no_artifact_is_an_error(audit: object) -> None:
    with pytest.raises(ConfigError, match="not a `dolt` artifact"):
        DoltDT(audit=audit)


def test_a_config_shows_no_password_and_its_artifact_has_none() -> None:
    config = DoltConfig("mysql://ann:secret@localhost/shop", branch="run/1")

    again = pickle.loads(pickle.dumps(config))  # noqa: S301 - made here

    assert repr(config) == "DoltConfig(database='mysql://ann:...@localhost/shop', branch='run/1')"
    assert again == DoltConfig("mysql://ann@localhost/shop", branch="run/1")
    assert config.database == "mysql://ann:secret@localhost/shop"


def test_neither_a_config_nor_a_run_is_an_error() -> None:
    with pytest.raises(ConfigError, match="neither"):
        DoltDT()


def test_a_write_outside_of_a_running_flow_is_an_error(repository: Repository) -> None:
    with (
        pytest.raises(ConfigError, match="while a flow is running"),
        DoltDT(config=DoltConfig(str(repository.path))) as dolt,
    ):
        dolt.write(USERS, "users")

    assert repository.messages() == ["Initialize data repository"]


def test_a_block_in_a_notebook_reads_one_commit(repository: Repository) -> None:
    write_table(repository.path, "users", USERS, primary_key="id")
    dolt = DoltDT(config=DoltConfig(str(repository.path)))

    with dolt:
        write_table(repository.path, "users", OTHERS)
        assert dolt.read("users").equals(USERS)

    assert dolt.read("users").equals(OTHERS)


def test_a_server_is_read_by_its_url(database: str) -> None:
    write_table(database, "users", USERS, primary_key="id")

    assert DoltDT(config=DoltConfig(database)).read("users").equals(USERS)


def test_several_tables_are_diffed_into_a_dict(repository: Repository) -> None:
    old = write_table(repository.path, "users", USERS, primary_key="id").commit
    new = write_table(repository.path, "users", OTHERS).commit
    dolt = DoltDT(config=DoltConfig(str(repository.path)))

    assert dolt.diff(old, new, ["users"])["users"].equals(dolt.diff(old, new, "users"))
    assert len(dolt.diff(old, new, "users")) == 2


def test_different_reads_of_one_key_are_distinguished_by_step_place_or_full_name() -> None:
    from dolt_integrations.metaflow.action import DoltAction
    from dolt_integrations.metaflow.past_run import past_run_of

    actions = [
        DoltAction("k", "c", f"F/1/{step}/{task}", "t", f"commit-{task}", block=1, position=position)
        for step, task, position in [("start", 1, ()), ("part", 2, (0,)), ("part", 3, (1,))]
    ]
    audit = past_run_of({"actions": {each.name: each.dict() for each in actions}, "configs": {"c": {"database": "db"}}})

    assert audit.find("k", step="start").commit == "commit-1"
    assert audit.find("k", step="part", position=[1]).commit == "commit-3"
    assert audit.find("k@part/2#1").commit == "commit-2"
    with pytest.raises(ConfigError, match="k@start/1#1"):
        audit.find("k")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"database": ""}, "empty"),
        ({"database": 7}, "does not name a database"),
        ({"branch": ""}, "branch"),
        ({"commit": 7}, "commit"),
        ({"base": "main"}, "no branch"),
    ],
)
def test_a_config_that_cannot_work_is_an_error(arguments: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        DoltConfig(**arguments)


def test_importing_without_metaflow_says_what_to_install() -> None:
    code = "import sys; sys.modules['metaflow'] = None\nimport dolt_integrations.metaflow"

    done = subprocess.run([python(), "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "FrameworkNotInstalledError" in done.stderr
    assert "pip install 'flytekitplugins-dolt[metaflow]'" in done.stderr


def test_importing_touches_no_root_logger() -> None:
    code = "import logging, dolt_integrations.metaflow; print(logging.root.level, logging.root.handlers)"

    done = subprocess.run([python(), "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "30 []"


@pytest.mark.parametrize("name", ["branch", "commit", "base", "author"])
@pytest.mark.parametrize("wrong", [5, "", ["main"], True], ids=repr)
def test_a_field_of_the_wrong_kind_is_refused(name: str, wrong: object) -> None:
    with pytest.raises(ConfigError, match=name):
        DoltConfig("shop", **{"branch": "main", name: wrong})  # type: ignore[arg-type]


def test_a_branch_config_an_author_and_a_date_are_understood() -> None:
    config = DoltConfig(
        "shop",
        branch=NewBranch("run/1", "main"),  # type: ignore[arg-type]
        commit=datetime.date(2026, 11, 1),  # type: ignore[arg-type]
        author=Author("Ann", "ann@x.org"),  # type: ignore[arg-type]
    )

    assert config == DoltConfig("shop", "run/1", "2026-11-01", "main", "Ann <ann@x.org>")


def test_a_database_alone_is_taken_for_its_config(repository: Repository) -> None:
    write_table(repository.path, "users", USERS, primary_key="id")

    assert DoltDT(config=str(repository.path)).read("users").equals(USERS)


@pytest.mark.parametrize("config", [5, ["shop"], flyte.DoltConfig("shop")], ids=["number", "list", "other class"])
def test_what_is_no_config_is_refused(config: object) -> None:
    with pytest.raises(ConfigError, match="config is a"):
        DoltDT(config=config)  # type: ignore[arg-type]
