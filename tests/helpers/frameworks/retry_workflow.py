"""Tasks that fail in the ways in which a server, a remote or the data let them fail."""

import pandas as pd
from flytekit import task

from dolt_integrations import errors
from dolt_integrations.core import read_table
from flytekitplugins.dolt import DoltConfig, DoltTable


@task(retries=3)
def fail(kind: str) -> int:
    if kind:
        raise getattr(errors, kind)("it broke", hint="Wait.")
    return 1


@task(retries=3)
def save(db: str) -> DoltTable:
    return DoltTable(DoltConfig(db, "t"), pd.DataFrame({"a": [1]}))


@task(retries=3)
def save_several(db: str) -> list[DoltTable]:
    return [DoltTable(DoltConfig(db, "t"), pd.DataFrame({"a": [1]}))]


@task(retries=3)
def save_unfit(db: str) -> DoltTable:
    return DoltTable(DoltConfig(db, "t"), pd.DataFrame({"a": [1 + 1j]}))


@task(retries=3)
def read(table: DoltTable) -> int:
    return len(table.data)


@task(retries=3)
def read_by_the_core(db: str) -> int:
    return len(read_table(db, "t").data)


@task(retries=3)
def go_on_without(db: str) -> str:
    try:
        read_table(db, "t")
    except errors.ServerUnreachableError as error:
        return str(error)
    return "reached"
