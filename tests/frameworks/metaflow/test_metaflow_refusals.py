"""`DoltDT`: what is refused before anything is read or written, and what to do instead."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from dolt_integrations.errors import ConfigError, DatabaseNotFoundError, TableNotFoundError
from dolt_integrations.metaflow import DoltConfig, DoltDT
from dolt_integrations.metaflow.action import DoltAction, action_from_dict
from dolt_integrations.metaflow.client import RunningTask
from dolt_integrations.metaflow.past_run import past_run_of
from tests.conftest import run_sql

NOWHERE = "mysql://me@127.0.0.1:1/shop"
ROWS = pd.DataFrame({"id": [1]})
PAST = {"actions": {"t": DoltAction("t", "c", table_name="t").dict()}, "configs": {"c": {"database": NOWHERE}}}


def in_a_step(**arguments: Any) -> DoltDT:
    """Return a `DoltDT` as a running step has it."""
    made = DoltDT(**arguments)
    made._task, made._flow = RunningTask("Flow/1/start/1", 0, ()), SimpleNamespace()
    return made


def test_a_write_outside_of_a_block_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"only inside its `with` block.*with DoltDT\(...\) as dolt"):
        in_a_step(config=NOWHERE).write(ROWS, "t")


def test_a_past_run_is_not_written_to() -> None:
    with pytest.raises(ConfigError, match=r"artifact is read-only.*says where to write"):
        in_a_step(audit=PAST).write(ROWS, "t")


def test_a_write_to_a_commit_without_a_branch_is_refused_before_the_block_ends(database: str) -> None:
    run_sql(database, "CALL DOLT_TAG('v1')")
    with in_a_step(config=DoltConfig(database, commit="v1")) as dolt:
        with pytest.raises(ConfigError, match=r"commit='v1'\) does not name a branch to write to.*branch=..., commit="):
            dolt.write(ROWS, "t")
        dolt._flow = None

    assert run_sql(database, "SHOW TABLES") == []


def test_a_block_does_not_begin_twice(database: str) -> None:
    already = r"already in a `with` block.*another DoltDT"
    with DoltDT(config=database) as dolt, pytest.raises(ConfigError, match=already):
        dolt.__enter__()


def test_a_key_is_used_once_in_a_block_and_is_a_name(database: str) -> None:
    run_sql(database, "CREATE TABLE t (id INT PRIMARY KEY)", "CALL DOLT_COMMIT('-Am', 't')")
    with DoltDT(config=database) as dolt:
        dolt.read("t")
        with pytest.raises(ConfigError, match=r"'t' is already used for the read of t in this block.*another as_key"):
            dolt.read("t")
        dolt.sql("select 1 as one", as_key="q")
        with pytest.raises(ConfigError, match="'q' is already used for the read of a query"):
            dolt.sql("select 2 as two", as_key="q")
        for wrong in ("", 7):
            with pytest.raises(ConfigError, match="Pass a name as as_key"):
                dolt.sql("select 1 as one", as_key=wrong)  # type: ignore[arg-type]


def test_a_database_that_does_not_exist_is_an_error_where_no_flow_could_create_it(tmp_path: Any) -> None:
    with pytest.raises(DatabaseNotFoundError):
        DoltDT(config=str(tmp_path / "none")).__enter__()
    with (
        in_a_step(config=str(tmp_path / "none")) as dolt,
        pytest.raises((DatabaseNotFoundError, TableNotFoundError)),
    ):
        dolt.read("t")


def test_an_artifact_that_names_no_database_is_refused_when_it_is_read() -> None:
    past = past_run_of({**PAST, "configs": {}})

    with pytest.raises(ConfigError, match=r"does not say in which database key 't' is.*Pass it with all `configs`"):
        past.database(past.actions[0])


@pytest.mark.parametrize("entry", [7, {}, {"key": "t"}, {"config_id": "c"}])
def test_what_is_no_action_of_an_artifact_is_refused(entry: object) -> None:
    with pytest.raises(ConfigError, match="is not an action"):
        action_from_dict(entry)


def test_an_action_keeps_its_fields_and_unknown_ones_are_left_out() -> None:
    action = DoltAction("t", "c", "Flow/1/start/1", "t", "abc", branch="main", block=2, position=(1, 0))

    assert action_from_dict({**action.dict(), "new_field": 1}) == action
    assert (action.step, action.name) == ("start", "t@start/1#2")
    assert DoltAction("t", "c").step == ""


def test_what_only_a_past_run_can_answer_needs_one() -> None:
    with pytest.raises(ConfigError, match=r"no past run.*run='Flow/run_id'"):
        DoltDT(config=NOWHERE)._places.past()
    with pytest.raises(ConfigError, match=r"`run` and another as `audit`.*only one"):
        DoltDT(run="Flow/1", audit=PAST)
