"""`DoltDT` outside of a flow, as in a notebook: what it reads there, and what is refused."""

from __future__ import annotations

import dataclasses
import datetime
import pickle
import subprocess
from types import SimpleNamespace
from typing import Any

import pytest

import flytekitplugins.dolt as flyte
from dolt_integrations.core import NewBranch, write_table
from dolt_integrations.engine import Author
from dolt_integrations.errors import ConfigError
from dolt_integrations.metaflow import DoltConfig, DoltDT, client, lineage, merge_records
from dolt_integrations.metaflow.action import READ, WRITE, DoltAction
from dolt_integrations.metaflow.past_run import past_run_of
from dolt_integrations.metaflow.places import Places
from dolt_integrations.metaflow.record import add_to_record
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


def acted(key: str = "k", kind: str = READ, task: str = "start/1", **fields: Any) -> DoltAction:
    return DoltAction(key, "c", f"F/1/{task}", fields.pop("table", "t"), kind=kind, **fields)


def recorded(*actions: DoltAction) -> dict[str, Any]:
    """Return the artifact of a flow whose tasks have made these actions one after the other."""
    flow = SimpleNamespace(dolt=None)
    for action in actions:
        add_to_record(flow, [action], {action.config_id: {"database": action.config_id}})
    return flow.dolt


@pytest.mark.parametrize(("older", "newer", "kept"), [
    (acted(commit="1", block=1), acted(commit="2", block=2), True),
    (acted(commit="1", block=1), acted(commit="1", block=2), False),
    (acted(commit="1", block=1), acted(commit="1", block=1, task="end/2"), True),
    (acted(commit="1", block=1), acted(kind=WRITE, commit="1", block=2), True),
], ids=["another commit", "the same again", "another task", "another kind"])  # fmt: skip
def test_an_older_action_with_the_key_of_a_newer_one_is_kept_unless_it_is_the_same(
    older: DoltAction, newer: DoltAction, kept: bool
) -> None:
    actions = recorded(older, newer)["actions"]

    assert actions["k"] == newer.dict()
    assert (actions.get(older.name) == older.dict()) is kept


def test_a_join_keeps_the_blocks_of_all_tasks_and_their_configs() -> None:
    one, two = acted(commit="1", block=1, timestamp=1), acted(commit="2", block=2, timestamp=2)
    other = dataclasses.replace(acted(commit="3", task="part/3", timestamp=3), config_id="d")
    flow = SimpleNamespace()

    merge_records(flow, [SimpleNamespace(dolt=recorded(one, two)), SimpleNamespace(dolt=recorded(other))])

    assert flow.dolt["actions"] == {"k": other.dict(), one.name: one.dict(), two.name: two.dict()}
    assert set(flow.dolt["configs"]) == {"c", "d"}
    assert past_run_of(flow.dolt).actions == (one, two, other)


def test_the_last_write_of_a_key_is_found_where_nothing_read_it() -> None:
    writes = [acted(kind=WRITE, commit=str(at), block=at, timestamp=at) for at in (1, 2)]

    assert past_run_of(recorded(*writes)).find("k").commit == "2"


def test_reads_of_one_key_in_two_databases_are_different() -> None:
    one, two = acted(commit="1", block=1), dataclasses.replace(acted(commit="1", block=2), config_id="d")
    past = recorded(one, two)

    with pytest.raises(ConfigError, match="read different data with the key 'k'"):
        past_run_of(past).find("k")
    with pytest.raises(ConfigError, match="does not determine one database"):
        DoltDT(audit=past).history("t")


def test_the_password_of_a_config_is_not_for_the_database_of_a_past_run() -> None:
    past = recorded(acted(commit="1"))
    places = Places(DoltConfig("mysql://me:secret@db.internal/shop"), past_run_of(past), None, None)

    assert places.source("k").location == "c"
    assert list(places.configs({"c"})) == ["c"]


def test_a_past_run_on_the_database_of_the_config_is_read_with_its_password() -> None:
    past = recorded(DoltAction("k", "mysql://me@db.internal:3306/shop", "F/1/start/1", "t", commit="1"))
    places = Places(DoltConfig("mysql://me:secret@db.internal/shop"), past_run_of(past), None, None)

    assert places.source("k").location == "mysql://me:secret@db.internal/shop"


def test_a_config_answers_for_a_key_that_the_past_run_does_not_have(database: str) -> None:
    write_table(database, "users", USERS, primary_key="id", message="Run: F/1/start/1")

    assert DoltDT(config=DoltConfig(database), audit=recorded(acted(commit="1"))).get_run("users") == "F/1/start/1"
    assert "users" in DoltDT(config=DoltConfig(database)).card().html()


def test_looking_is_at_the_commit_of_the_config_or_of_the_block(database: str) -> None:
    path = "Run: F/1/start/1"
    first = write_table(database, "users", USERS, primary_key="id", message=path).commit
    dolt = DoltDT(config=DoltConfig(database))
    with dolt:
        write_table(database, "users", OTHERS, message="Run: F/2/start/2")
        assert dolt.get_run("users") == "F/1/start/1"
    assert dolt.get_run("users") == "F/2/start/2"

    old = DoltDT(config=DoltConfig(database, commit=first))
    assert (len(old.history("users")), old.get_run("users")) == (1, "F/1/start/1")
    assert ">others</" not in old.card("users").html()
    assert len(old.history("users")) == 1


def test_a_card_is_of_the_branch_that_is_written_to_and_of_what_a_past_run_had(database: str) -> None:
    first = write_table(database, "users", USERS, primary_key="id").commit
    write_table(database, "users", USERS.assign(name="Zoe"))
    artifact = {"actions": {"k": acted(table="users", commit=first).dict()}, "configs": {"c": {"database": database}}}

    assert ">Zoe</" in DoltDT(config=DoltConfig(database, branch="main", commit=first)).card("users").html()
    assert ">Zoe</" not in DoltDT(config=DoltConfig(database, commit=first)).card("users").html()
    assert ">Zoe</" not in DoltDT(audit=artifact).card("k").html()


def test_what_a_run_read_and_no_run_wrote_was_written_by_none(database: str) -> None:
    read = acted(table="users", commit=write_table(database, "users", USERS, primary_key="id").commit)
    artifact = {"actions": {"k": read.dict()}, "configs": {"c": {"database": database}}}

    assert lineage(artifact)["written_by"].isna().tolist() == [True]


def test_lineage_is_of_the_version_that_was_read(database: str) -> None:
    first = write_table(database, "users", USERS, primary_key="id", message="Run: F/1/start/1").commit
    write_table(database, "users", OTHERS, message="Run: F/2/start/2")
    artifact = {
        "actions": {"k": acted(table="users", commit=first, kind=READ).dict()},
        "configs": {"c": {"database": database}},
    }

    assert lineage(artifact)["written_by"].tolist() == ["F/1/start/1"]


def test_a_run_is_named_though_others_changed_the_table_later_and_a_warning_says_so(database: str, caplog) -> None:
    write_table(database, "users", USERS, primary_key="id", message="Run: F/1/start/1")
    write_table(database, "users", OTHERS, message="Run: by hand")

    assert DoltDT(config=DoltConfig(database)).get_run("users") == "F/1/start/1"
    assert "table users was changed outside of runs after run F/1/start/1" in caplog.text


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


def test_a_new_branch_begins_at_the_base_else_at_the_commit_else_at_the_head() -> None:
    assert DoltConfig("shop", branch="b", commit="v1", base="v2").start == "v2"
    assert DoltConfig("shop", branch="b", commit="v1").start == "v1"
    assert DoltConfig("shop", branch=NewBranch("b")).start == "HEAD"
    assert DoltConfig("shop", branch=NewBranch("b"), commit="v1").start == "v1"
    assert DoltConfig("shop", branch="b").start is None


def test_configs_that_read_or_begin_elsewhere_have_different_ids() -> None:
    configs = [DoltConfig("shop", branch="b", commit=commit, base=base) for commit in "12" for base in ("1", "2", None)]

    assert len({config.id for config in configs}) == len(configs)


def test_a_run_continues_all_runs_that_were_resumed_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_resumed_by", {"G/3": "2", "G/2": "1", "G/1": None}.get)

    assert client._origins("G", "3") == ("3", "2", "1")


def test_a_database_alone_is_taken_for_its_config(repository: Repository) -> None:
    write_table(repository.path, "users", USERS, primary_key="id")

    assert DoltDT(config=str(repository.path)).read("users").equals(USERS)


@pytest.mark.parametrize("config", [5, ["shop"], flyte.DoltConfig("shop")], ids=["number", "list", "other class"])
def test_what_is_no_config_is_refused(config: object) -> None:
    with pytest.raises(ConfigError, match="config is a"):
        DoltDT(config=config)  # type: ignore[arg-type]
