"""A workflow of many pods that write at once: to one table, to another by key, and each to a table of its own."""

import pandas as pd
from flytekit import LaunchPlan, Secret, map_task, task, workflow

from flytekitplugins.dolt import DoltConfig, DoltTable

connection = Secret(group="dolt", key="connection", env_var="DOLT_CONNECTION_SHOP")
ROWS = 20


def rows(number: int) -> pd.DataFrame:
    return pd.DataFrame({"id": range(number * ROWS, (number + 1) * ROWS), "pod": number})


def conf(tablename: str, **io_args: str) -> DoltConfig:
    return DoltConfig("connection:shop", tablename, io_args=io_args)


@task(secret_requests=[connection], retries=6)
def share(number: int) -> list[DoltTable]:
    """Append to a table without a key, and upsert into another: the pod's own rows, and one that all pods write."""
    frame = rows(number)
    counted = pd.concat([frame, pd.DataFrame({"id": [-1], "pod": [0]})])
    return [
        DoltTable(conf("appended", mode="append"), frame),
        DoltTable(conf("upserted", mode="upsert", primary_key="id"), counted),
    ]


@task(secret_requests=[connection], retries=6)
def own(number: int) -> DoltTable:
    return DoltTable(conf(f"own_{number}", primary_key="id"), rows(number))


@workflow
def wf(sharing: list[int], owning: list[int]) -> tuple[list[list[DoltTable]], list[DoltTable]]:
    return map_task(share)(number=sharing), map_task(own)(number=owning)


plan = LaunchPlan.get_or_create(wf, "many_pods")
