"""Tasks of Flyte 2 on a Dolt database, whose directory is an input."""

import asyncio
import dataclasses
from typing import Any

import flyte
import flyte.io
import flyte.report
import pandas as pd
import polars as pl
import pyarrow as pa
from flyte.types import TypeEngine
from pydantic import BaseModel

from flyteplugins.dolt import DoltConfig, DoltTable, to_dataframe, to_dolt_table

password = flyte.Secret(key="dolt-password", as_env_var="DOLT_CLI_PASSWORD")
env = flyte.TaskEnvironment(name="shop", secrets=password, env_vars={"DOLT_CLI_HOST": "dolt.internal"})

TRIED: list[str] = []
"""What has begun, as tasks of local runs share one process."""


def table(db: str, name: str, frame: pd.DataFrame, **io_args: str) -> DoltTable:
    return DoltTable(DoltConfig(db, name, io_args=io_args), data=frame)


@dataclasses.dataclass
class Report:
    title: str
    rabbits: DoltTable


class Model(BaseModel):
    rabbits: DoltTable
    config: DoltConfig


@env.task
async def populate(db: str, a: int) -> DoltTable:
    return table(db, "rabbits", pd.DataFrame({"name": ["George", "Alice"], "n": [a, 2 * a]}), primary_key="name")


@env.task
def doubled(rabbits: DoltTable) -> DoltTable:
    frame = rabbits.data
    return table(rabbits.config.db_path, "doubled", frame.assign(n=frame["n"] * 2), primary_key="name")


@env.task
async def count_hares(db: str) -> DoltTable:
    hares = DoltTable(DoltConfig(db, "hares"))
    return table(db, "counts", pd.DataFrame({"n": [len(hares.data)]}))


@env.task
def total(rabbits: DoltTable) -> int:
    return int(rabbits.data["n"].sum())


@env.task
async def report(rabbits: DoltTable) -> Report:
    return Report("all", table(rabbits.config.db_path, "of_report", rabbits.data))


@env.task
async def model(of: Report) -> Model:
    db = of.rabbits.config.db_path
    return Model(rabbits=table(db, "of_model", of.rabbits.data), config=of.rabbits.config)


@env.task
async def listed(of: Model) -> list[DoltTable]:
    return [of.rabbits, DoltTable(of.config)]


@env.task
async def first_of(tables: list[DoltTable]) -> DoltTable | None:
    return tables[0]


@env.task
async def article(db: str) -> int:
    """Pass a table through everything that Flyte 2 passes between tasks."""
    rabbits = await populate(db, 3)
    twice = await doubled.aio(rabbits)
    first = await first_of(await listed(await model(await report(rabbits))))
    return await total.aio(rabbits) + await total.aio(twice) + await total.aio(first)


@env.task
async def append(db: str, n: int) -> DoltTable:
    return table(db, "events", pd.DataFrame({"n": [n]}), mode="append")


@env.task
async def save_many(db: str, rows: int) -> int:
    """Save enough rows for the cache of versions."""
    saved = table(db, "many", pd.DataFrame({"n": range(rows), "text": "the same text"}), primary_key="n")
    return len(to_dataframe(saved))


@env.task(retries=1)
async def append_all(db: str, numbers: list[int]) -> int:
    """Fail once, after all rows are appended."""
    TRIED.append("append_all")
    [made async for made in flyte.map.aio(append, [db] * len(numbers), numbers)]
    if TRIED.count("append_all") == 1:
        raise ValueError("the first attempt fails")
    return len(numbers)


@env.task(retries=1)
async def append_other(db: str) -> int:
    """Append rows, and other rows in the second attempt, after those of the first were written."""
    TRIED.append("append_other")
    to_dataframe(table(db, "retried", pd.DataFrame({"n": [TRIED.count("append_other")]}), mode="append"))
    if TRIED.count("append_other") == 1:
        raise ValueError("the first attempt fails")
    return 2


@env.task(cache="auto")
async def counted(rabbits: DoltTable) -> int:
    TRIED.append("counted")
    return len(rabbits.data)


@env.task
async def cached(db: str) -> int:
    """Count a table twice, in two commits with one content between which it had another."""
    await counted(await populate(db, 5))
    await populate(db, 6)
    return await counted(await populate(db, 5))


@env.task
async def framed(db: str) -> flyte.io.DataFrame:
    frame = pd.DataFrame({"id": [1, 2], "name": ["Ann", None]})
    return flyte.io.DataFrame.wrap_df(frame, uri=f"dolt://{db}/users?branch=run/1&key=id")


@env.task
async def framed_by_polars(db: str) -> flyte.io.DataFrame:
    return flyte.io.DataFrame.wrap_df(pl.DataFrame({"id": [1]}), uri=f"dolt://{db}/of_polars")


@env.task
async def columns(users: pd.DataFrame) -> list[str]:
    return list(users)


@env.task
async def seen(users: flyte.io.DataFrame) -> dict[str, str]:
    arrow = await users.open(pa.Table).all()
    polars = await users.open(pl.DataFrame).all()
    batches = [len(batch) async for batch in await users.open(pd.DataFrame).iter()]
    commit = to_dolt_table(users).commit
    found = {"uri": users.uri, "arrow": str(arrow.schema.field("id").type), "polars": str(polars.schema["id"])}
    return {**found, "batches": str(batches), "commit": str(commit)}


@env.task
async def frames(db: str) -> dict[str, str]:
    users = await framed(db)
    await framed_by_polars(db)
    again = to_dataframe(to_dolt_table(users))
    return {**await seen(again), "columns": ",".join(await columns(users)), "first": users.uri}


@dataclasses.dataclass
class Framed:
    frames: list[flyte.io.DataFrame]


class FramedModel(BaseModel):
    frame: flyte.io.DataFrame


@env.task
async def nested(db: str) -> Framed:
    frames = [pd.DataFrame({"n": [n]}) for n in (1, 2)]
    return Framed([flyte.io.DataFrame.wrap_df(each, uri=f"dolt://{db}/nested?mode=append") for each in frames])


@env.task
async def nested_model(of: Framed) -> FramedModel:
    rows = [await frame.open(pd.DataFrame).all() for frame in of.frames]
    db = to_dolt_table(of.frames[0]).config.db_path
    return FramedModel(frame=flyte.io.DataFrame.wrap_df(pd.concat(rows), uri=f"dolt://{db}/nested_model"))


@env.task
async def in_containers(db: str) -> int:
    made = await nested_model(await nested(db))
    return len(await made.frame.open(pd.DataFrame).all())


@env.task
async def gathered(db: str) -> int:
    appended = (table(db, "gathered", pd.DataFrame({"n": [n // 2]}), mode="append") for n in range(6))
    return len(await asyncio.gather(*map(handed_on, appended)))


@env.task
async def handed_on(rows: DoltTable) -> DoltTable:
    return rows


@env.task
async def misplaced(db: str) -> flyte.io.DataFrame:
    return flyte.io.DataFrame.wrap_df(pd.DataFrame({"n": [1]}), uri=f"dolt:{db}/users")


@env.task
async def misplaced_in_a_dataclass(db: str) -> Framed:
    return Framed([flyte.io.DataFrame.wrap_df(pd.DataFrame({"n": [1]}), uri=f"dolt:{db}/users")])


@env.task(report=True)
async def reported(db: str) -> str:
    shown = TypeEngine.to_html(await populate(db, 1), DoltTable)
    await flyte.report.log.aio(shown)
    return shown


@env.task
async def failing(db: str) -> DoltTable:
    return table(db, "rabbits", pd.DataFrame({"n": [float("inf")]}))


class Box:
    """A class that Flyte does not know, and pickles."""

    def __init__(self, content: Any) -> None:
        self.content = content


@env.task
async def boxed(db: str) -> Box:
    return Box(table(db, "boxed", pd.DataFrame({"n": [1, 2]})))


@env.task
async def of_any_type(db: str) -> Any:
    return table(db, "of_any_type", pd.DataFrame({"n": [3]}))


@env.task
async def unboxed(box: Box, table: Any) -> int:
    return len(box.content.data) + len(table.data)


@env.task
async def pickled(db: str) -> int:
    return await unboxed(await boxed(db), await of_any_type(db))


@env.task
async def frame_in_a_pickle(db: str) -> Box:
    return Box(flyte.io.DataFrame.wrap_df(pd.DataFrame({"n": [1]}), uri=f"dolt://{db}/frame_in_a_pickle"))
