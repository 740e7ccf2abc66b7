"""What is decided of a table before any database is opened: which version is read, and whether anything was added."""

from __future__ import annotations

import pickle
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from flytekit.core.context_manager import ExecutionState

from dolt_integrations import adapters, core
from dolt_integrations.adapters import Attempt
from dolt_integrations.core import NewBranch, Remote, Version
from dolt_integrations.errors import ConfigError, RunNotFoundError
from dolt_integrations.flyte.added import has_added_nothing
from dolt_integrations.flyte.past import branch_for, revision_for
from dolt_integrations.flyte.runtime import Execution, Runtime
from dolt_integrations.flyte.saving import _check_target, _pinned
from flytekitplugins.dolt import DoltConfig, DoltTable, replaying, to_structured_dataset
from flytekitplugins.dolt.compile_time import is_compiling

COMMIT, OTHER = "c" * 32, "d" * 32
EXECUTION = "ex:p:d:again"


class Pod(Runtime):
    """A pod of another node than the one that made the newest commit."""

    @property
    def execution(self) -> Execution:
        return Execution(EXECUTION, {}, Attempt("another node", 0))


def test_an_old_version_is_pinned_in_a_copy_because_a_workflow_may_pass_one_object_to_every_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(core, "find_version", lambda *_, **__: Version(COMMIT))
    table = DoltTable(DoltConfig("db", tablename="t", as_of="HEAD~1"))

    assert _pinned(table).commit == COMMIT
    assert table.version is None


@pytest.mark.parametrize(
    ("mode", "changed", "nothing"), [("append", False, True), ("append", True, False), ("replace", False, False)]
)
def test_a_save_without_new_rows_has_added_nothing_if_the_commit_is_of_another_node(
    mode: str, changed: bool, nothing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "history", lambda *_, **__: pd.DataFrame({"message": ["Made by hand"]}))
    config = DoltConfig("db", tablename="t", io_args={"mode": mode})
    version = Version(COMMIT, "main", changed=changed)

    assert has_added_nothing(config, pd.DataFrame({"a": [1]}), version, Pod()) is nothing


@pytest.mark.parametrize(("as_of", "read"), [(None, COMMIT), ("main", COMMIT), (OTHER, OTHER)])
def test_a_replay_reads_what_the_execution_read_unless_a_full_commit_is_named(
    as_of: str | None, read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters, "past_execution", lambda *_: SimpleNamespace(has_made=lambda commit: False))
    monkeypatch.setattr(adapters, "commit_read", lambda *_: COMMIT)

    with replaying(EXECUTION):
        assert revision_for(DoltConfig("db", tablename="t", as_of=as_of)) == read


def test_a_replay_of_an_unknown_execution_writes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise RunNotFoundError("no such execution")

    monkeypatch.setattr(adapters, "past_execution", unknown)

    with replaying(EXECUTION, branch="again"), pytest.raises(RunNotFoundError):
        branch_for(DoltConfig("db", tablename="t"), Pod())
    with replaying(EXECUTION, branch="again", database="elsewhere"):
        assert branch_for(DoltConfig("db", tablename="t"), Pod()) == NewBranch("again")


def test_a_pickled_config_has_no_secrets_and_a_literal_may_not_name_any() -> None:
    secret = {"password": {"group": "dolt", "key": "password"}}
    config = DoltConfig("mysql://me@db.local/shop", tablename="t", secret_connect_args=secret)

    assert pickle.loads(pickle.dumps(config)).secret_connect_args is None  # noqa: S301 - our own bytes
    with pytest.raises(ConfigError, match="only programs may say where a secret is sent"):
        DoltConfig.from_dict({"db_path": "mysql://me@db.local/shop", "secret_connect_args": secret})


def test_a_password_in_a_url_is_refused_on_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYTE_INTERNAL_EXECUTION_ID", "f1")

    with pytest.raises(ConfigError, match="not allowed on a cluster") as caught:
        DoltConfig("mysql://me:sesame@db.local/shop", tablename="t")
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("fields", [{"io_args": {"columns": ["a"]}}, {"io_args": {"where": "a = 1"}}, {"as_of": "v1"}])
def test_a_part_of_a_table_and_an_old_version_are_not_written_over_the_table(fields: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        _check_target(DoltConfig("db", tablename="t", **fields))


def test_batches_are_of_the_version_that_was_found_and_pull_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(core, "find_version", lambda **_: Version(COMMIT))
    monkeypatch.setattr(core, "read_batches", lambda **given: asked.update(given) or iter(()))

    DoltTable(DoltConfig("db", tablename="t", remote_conf=Remote(url="file:///backup"))).iter_batches(5)

    assert (asked["as_of"], asked["remote_conf"], asked["rows"]) == (COMMIT, None, 5)


def test_rows_that_are_read_as_arrow_are_an_input_too(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[Version] = []
    monkeypatch.setattr(core, "read_arrow", lambda **_: (pa.table({"a": [1]}), Version(COMMIT)))
    monkeypatch.setattr("dolt_integrations.flyte.table.note_input", lambda config, version: noted.append(version))

    DoltTable(DoltConfig("db", tablename="t")).to_arrow()

    assert noted == [Version(COMMIT)]


def test_a_table_without_new_rows_becomes_a_dataset_without_being_read() -> None:
    dataset = to_structured_dataset(DoltTable(DoltConfig("/nowhere/shop", tablename="t")))

    assert (dataset.dataframe, dataset.uri) == (None, "dolt:///nowhere/shop/t")


@pytest.mark.parametrize(("mode", "compiles"), [(None, True), (ExecutionState.Mode.DYNAMIC_TASK_EXECUTION, False)])
def test_the_body_of_a_dynamic_task_is_compiled_while_it_runs(mode: Any, compiles: bool) -> None:
    context: Any = SimpleNamespace(execution_state=SimpleNamespace(mode=mode), compilation_state=object())

    assert is_compiling(context) is compiles
