"""Tasks that pass `StructuredDataset`s of a Dolt database on; its directory is an input."""

import dataclasses
from typing import Annotated

import pandas as pd
import polars as pl
import pyarrow as pa
from flytekit import kwtypes, task, workflow
from flytekit.types.structured import StructuredDataset

from flytekitplugins.dolt import DoltTable, to_dolt_table, to_structured_dataset

FRAME = pd.DataFrame(
    {"id": [1, 2, 3], "name": ["Ann", None, "Bo"], "at": pd.to_datetime(["2025-01-01"] * 3), "ok": [True, False, True]}
)


@task
def make(db: str) -> StructuredDataset:
    return StructuredDataset(dataframe=FRAME, uri=f"dolt://{db}/users?branch=run/1&key=id")


@task
def make_at(uri: str) -> StructuredDataset:
    return StructuredDataset(dataframe=FRAME, uri=uri)


@task
def make_arrow(db: str) -> StructuredDataset:
    rows = pa.table({"id": pa.array([1], pa.int16()), "tags": pa.array([["a"]], pa.list_(pa.string()))})
    return StructuredDataset(dataframe=rows, uri=f"dolt://{db}/of_arrow")


@task
def make_polars(db: str) -> StructuredDataset:
    return StructuredDataset(dataframe=pl.DataFrame({"id": [1], "name": ["a"]}), uri=f"dolt://{db}/of_polars")


@task
def ids(users: Annotated[StructuredDataset, kwtypes(id=int)]) -> list[str]:
    return list(users.open(pd.DataFrame).all())


@task
def make_part(db: str) -> Annotated[StructuredDataset, kwtypes(name=str)]:
    return StructuredDataset(dataframe=FRAME, uri=f"dolt://{db}/part?key=id")


@task
def make_wrong_part(db: str) -> Annotated[StructuredDataset, kwtypes(nam=str)]:
    return StructuredDataset(dataframe=FRAME, uri=f"dolt://{db}/wrong")


@task
def columns(users: StructuredDataset) -> list[str]:
    return list(users.open(pd.DataFrame).all())


@task
def of_frame(users: pd.DataFrame) -> pd.DataFrame:
    return users


@task
def save_frame(db: str, users: pd.DataFrame) -> StructuredDataset:
    return StructuredDataset(dataframe=users, uri=f"dolt://{db}/copied?key=id")


@task
def append_event(db: str) -> StructuredDataset:
    return StructuredDataset(dataframe=pd.DataFrame({"n": [1]}), uri=f"dolt://{db}/events?mode=append")


@task
def append_twice(db: str) -> dict[str, StructuredDataset]:
    return {name: StructuredDataset(pd.DataFrame({"n": [1]}), f"dolt://{db}/twice?mode=append") for name in "ab"}


@task
def grown(users: StructuredDataset) -> DoltTable:
    table = to_dolt_table(users)
    table.data = table.data.assign(more=1)
    return table


@task
def as_dataset(users: DoltTable) -> StructuredDataset:
    return to_structured_dataset(users)


@dataclasses.dataclass
class Report:
    title: str
    users: StructuredDataset


@task
def report(db: str) -> Report:
    return Report("r", StructuredDataset(dataframe=FRAME, uri=f"dolt://{db}/reported"))


@task
def rows_of_report(of: Report) -> int:
    return len(of.users.open(pd.DataFrame).all())


@workflow
def reported(db: str) -> int:
    return rows_of_report(of=report(db=db))


@workflow
def converted(db: str) -> list[str]:
    return columns(users=as_dataset(users=grown(users=make(db=db))))


@workflow
def part(db: str) -> tuple[list[str], list[str]]:
    return ids(users=make(db=db)), columns(users=make_part(db=db))


@workflow
def copied(db: str) -> StructuredDataset:
    return save_frame(db=db, users=of_frame(users=make(db=db)))


@task
def make_by_name() -> StructuredDataset:
    return StructuredDataset(dataframe=FRAME, uri="dolt://connection:shop/named?key=id")


@workflow
def read_by_name() -> list[str]:
    return ids(users=make_by_name())
