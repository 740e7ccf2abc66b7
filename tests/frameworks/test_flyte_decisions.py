"""What is decided of a table before any database is opened: which version is read, and whether anything was added."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from dolt_integrations import adapters, core
from dolt_integrations.adapters import Attempt
from dolt_integrations.core import NewBranch, Version
from dolt_integrations.errors import RunNotFoundError
from dolt_integrations.flyte.added import has_added_nothing
from dolt_integrations.flyte.past import branch_for, revision_for
from dolt_integrations.flyte.runtime import Execution, Runtime
from dolt_integrations.flyte.saving import _pinned
from flytekitplugins.dolt import DoltConfig, DoltTable, replaying

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
