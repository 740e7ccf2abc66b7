"""What the message of a commit says of the run, the task, its inputs and its code."""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest
from flytekit import dynamic, task, workflow

from dolt_integrations.core import Version
from dolt_integrations.core.provenance.trailers import trailers_of
from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte.origin import lineage
from dolt_integrations.flyte.origin.arguments import shown_arguments
from dolt_integrations.flyte.origin.project import git_commit, project_trailers
from dolt_integrations.flyte.runtime import Execution, Runtime
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository


@task
def make(db: str, name: str, n: int, password: str = "hunter2") -> DoltTable:  # noqa: S107 - it is to be left out
    return DoltTable(DoltConfig(db, tablename=name), data=pd.DataFrame({"n": [n]}))


@dynamic
def inner(db: str) -> DoltTable:
    return make(db=db, name="third", n=3)


@workflow
def three(db: str) -> tuple[DoltTable, DoltTable, DoltTable]:
    return make(db=db, name="first", n=1), make(db=db, name="second", n=2), inner(db=db)


def test_commits_of_one_local_run_share_an_id_and_another_run_has_another(repository: Repository) -> None:
    three(db=str(repository.path))
    make(db=str(repository.path), name="first", n=7)

    found = [trailers_of(message) for message in repository.messages()[:-1]]

    runs = [trailers["Run-Id"] for trailers in found]
    assert runs[0] != runs[1]
    assert len(set(runs[1:])) == 1
    assert [trailers.get("Flyte-Workflow", "").rpartition(".")[2] for trailers in found] == ["", *["three"] * 3]
    assert found[0]["Flyte-Arguments"].split(", ")[-2:] == ['name="first"', "n=7"]

    shop = DoltConfig(str(repository.path), tablename="first").repository
    assert shop.runs()["run"].tolist() == runs[:2]
    shop.revert(runs[0])
    assert shop.table("first").read()["n"].tolist() == [1]


def test_a_message_of_the_config_is_a_line_of_its_own(repository: Repository) -> None:
    @task
    def say() -> DoltTable:
        config = DoltConfig(str(repository.path), tablename="t", io_args={"message": "Prices of  May"})
        return DoltTable(config, data=pd.DataFrame({"n": [1]}))

    say()

    assert repository.messages()[0].splitlines()[1:3] == ["", "Prices of  May"]
    with pytest.raises(ConfigError, match="one line"):
        DoltConfig("db", tablename="t", io_args={"message": "a\nb"}).check()


def test_what_may_be_secret_or_is_long_is_no_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = {
        "a": 2, "rate": 0.5, "dry": True, "day": datetime.date(2026, 11, 26), "who": "Ann", "none": None,
        "api_key": "abc", "db_password": "abc", "auth": "abc", "text": "x " * 40, "items": [1, 2],
        "url": "mysql://me:pw@db/shop", "value": "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "note": "password: x",
    }  # fmt: skip

    assert shown_arguments(inputs) == (
        'a=2, rate=0.5, dry=true, day=2026-11-26, who="Ann", url="mysql://me:...@db/shop"'
    )
    monkeypatch.setenv("DOLT_INTEGRATIONS_ARGUMENTS", "off")
    assert shown_arguments(inputs) is None


def test_the_git_commit_is_read_from_the_checkout_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, commit, packed = tmp_path / "flows" / "flow.py", "a" * 40, "b" * 40
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")

    assert git_commit(str(program)) is None
    (git / "packed-refs").write_text(f"# pack-refs\n{packed} refs/heads/main\n")
    assert git_commit(str(program)) == packed
    (git / "refs" / "heads" / "main").write_text(f"{commit}\n")
    assert git_commit(str(program)) == commit
    installed = tmp_path / "lib" / "site-packages" / "flow.py"
    assert git_commit(str(installed)) is None
    (git / "HEAD").write_bytes(b"\xff\xfe")
    assert git_commit(str(program)) is None
    (tmp_path / "secret").write_text("open-sesame")
    (git / "HEAD").write_text("../secret")
    assert git_commit(str(program)) is None

    monkeypatch.setenv("DOLT_INTEGRATIONS_GIT_COMMIT", "v1.4")
    monkeypatch.setenv("FLYTE_INTERNAL_IMAGE", "registry.internal/orders:1.4\nWrite-Id: x")
    assert project_trailers(str(program)) == {"Git-Commit": "v1.4"}
    monkeypatch.setenv("FLYTE_INTERNAL_IMAGE", "registry.internal/orders:1.4")
    assert project_trailers(None)["Flyte-Image"] == "registry.internal/orders:1.4"


def test_the_git_commit_of_a_worktree_is_that_of_its_own_branch(tmp_path: Path) -> None:
    shop = str(tmp_path / "shop")
    as_ann = ["-c", "user.name=Ann", "-c", "user.email=ann@localhost"]

    def git(*arguments: str) -> str:
        command = ["git", "-C", shop, *as_ann, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    subprocess.run(["git", "init", "-q", shop], check=True)
    git("commit", "-q", "--allow-empty", "-m", "one")
    git("worktree", "add", "-q", "-b", "side", "../side")
    git("worktree", "add", "-q", "--detach", "../old")
    git("commit", "-q", "--allow-empty", "-m", "two")

    found = [git_commit(str(tmp_path / name / "flow.py")) for name in ("shop", "side", "old")]

    assert found == [git("rev-parse", "HEAD"), *[git("rev-parse", "side")] * 2]
    assert found[0] != found[1]


def test_what_a_task_has_read_is_forgotten_with_the_task() -> None:
    class Scope:
        pass

    scope = Scope()
    lineage._inputs(scope)["a version"] = None
    known = id(scope)
    assert lineage._READ[known] == {"a version": None}
    del scope

    assert known not in lineage._READ


def test_a_message_names_what_was_read_in_full_and_without_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = SimpleNamespace()
    runtime = SimpleNamespace(scope=scope, execution=Execution())
    monkeypatch.setattr(lineage, "current_runtime", lambda: runtime)
    monkeypatch.setattr(lineage.weakref, "finalize", lambda *_: None)
    monkeypatch.chdir(tmp_path)

    for place in ("shop", "mysql://me:not-secret@db.internal/shop"):
        lineage.note_input(DoltConfig(place, sql="select 1\n  from t"), Version("c" * 32))

    assert lineage.commit_message(cast("Runtime", runtime)).splitlines()[2:] == [
        f"Flyte-Input: {'c' * 32} select 1 from t of {tmp_path / 'shop'}",
        f"Flyte-Input: {'c' * 32} select 1 from t of mysql://me@db.internal:3306/shop",
    ]
