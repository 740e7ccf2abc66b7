"""`DoltTable.added`: what an append task added, in the task that gets the whole table."""

from __future__ import annotations

import pandas as pd
import pytest
from flytekit import task, workflow

from dolt_integrations.core import Repository
from dolt_integrations.errors import ConfigError
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.helpers.frameworks.pods import Pods, literal, outputs, python_value


@task
def append(db: str, first: int, last: int) -> DoltTable:
    config = DoltConfig(db, tablename="events", io_args={"mode": "append", "primary_key": "id"})
    return DoltTable(config, data=pd.DataFrame({"id": range(first, last)}))


@task
def pass_on(events: DoltTable) -> DoltTable:
    return events


@task
def process(events: DoltTable) -> list[int]:
    return [len(events.data), *(int(each) for each in events.added["id"])]


@workflow
def wf(db: str, first: int, last: int) -> list[int]:
    return process(events=pass_on(events=append(db=db, first=first, last=last)))


def test_the_next_task_gets_the_whole_table_and_what_was_added(database: str) -> None:
    assert wf(db=database, first=0, last=2) == [2, 0, 1]
    assert wf(db=database, first=2, last=4) == [4, 2, 3]
    assert wf(db=database, first=4, last=4) == [4]  # the newest commit is the previous run's


def test_in_pods_what_others_commit_between_is_not_added(database: str, pod_here: Pods) -> None:
    inputs = {"db": literal(database), "first": literal(0), "last": literal(2)}
    Repository(database).table("events").write(pd.DataFrame({"id": [8]}), key="id")
    made = outputs(pod_here.here(append, inputs))["o0"]
    Repository(database).table("events").write(pd.DataFrame({"id": [9]}), mode="append")

    assert python_value(outputs(pod_here.here(process, {"events": made}))["o0"], list[int]) == [3, 0, 1]


@task
def merge(db: str) -> DoltTable:
    config = DoltConfig(db, tablename="events", io_args={"mode": "upsert", "primary_key": "id"})
    return DoltTable(config, data=pd.DataFrame({"id": [1, 2]}))


@workflow
def merging(db: str) -> list[int]:
    return process(events=merge(db=db))


def test_a_run_that_changes_nothing_has_not_added_what_another_run_of_the_task_added(database: str) -> None:
    assert merging(db=database) == [2, 1, 2]
    assert merging(db=database) == [2]


def test_what_no_task_has_saved_has_added_nothing_that_is_known(database: str) -> None:
    with pytest.raises(ConfigError, match="pinned to no commit"):
        _ = DoltTable(DoltConfig(database, tablename="events"), data=pd.DataFrame({"id": [1]})).added
    with pytest.raises(ConfigError, match="is a query"):
        _ = DoltTable(DoltConfig(database, sql="select 1")).added
