"""A workflow whose only state is a remote: each pod clones into a directory of its own, saves and pushes."""

import functools

import pandas as pd
from flytekit import LaunchPlan, map_task, task, workflow

from dolt_integrations.core import Remote
from flytekitplugins.dolt import DoltConfig, DoltTable


def conf(remote: str, mode: str = "append") -> DoltConfig:
    return DoltConfig("clone", "users", io_args={"mode": mode}, remote_conf=Remote(url=remote))


@task(retries=3)
def first(remote: str) -> DoltTable:
    return DoltTable(conf(remote, "replace"), pd.DataFrame({"id": [0]}))


@task(retries=3)
def add(number: int, begun: DoltTable, remote: str) -> DoltTable:
    assert begun.data["id"].tolist() == [0]
    return DoltTable(conf(remote), pd.DataFrame({"id": [number]}))


@task(retries=3)
def ids(added: list[DoltTable], remote: str) -> list[int]:
    assert all(len(table.data) >= 2 for table in added)
    return sorted(DoltTable(conf(remote)).data["id"].tolist())


@workflow
def wf(numbers: list[int], remote: str) -> list[int]:
    begun = first(remote=remote)
    return ids(added=map_task(functools.partial(add, begun=begun, remote=remote))(number=numbers), remote=remote)


plan = LaunchPlan.get_or_create(wf, "remote_only")
