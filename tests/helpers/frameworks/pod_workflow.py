"""A workflow whose tasks the tests run in processes of their own, as Flyte's pods do. The database is an input."""

import dataclasses
import os
from pathlib import Path

import pandas as pd
from dataclasses_json import DataClassJsonMixin
from flytekit import task, workflow

from dolt_integrations.core import Action, CallbackMeta, NewBranch, callback
from flytekitplugins.dolt import DoltConfig, DoltTable


@dataclasses.dataclass
class Summary(DataClassJsonMixin):
    title: str
    totals: DoltTable


@task
def configure(db: str) -> DoltConfig:
    return DoltConfig(db_path=db, tablename="orders", io_args={"primary_key": ["id"]}, branch_conf=NewBranch("run/1"))


@task
def make_orders(conf: DoltConfig, n: int) -> DoltTable:
    frame = pd.DataFrame({"id": range(n), "customer": [f"c{i % 2}" for i in range(n)], "price": [1.5] * n})
    return DoltTable(data=frame, config=conf)


@task
def pass_on(orders: DoltTable) -> DoltTable:
    return orders


@task
def summarise(orders: DoltTable) -> Summary:
    totals = orders.data.groupby("customer", as_index=False)["price"].sum()
    config = dataclasses.replace(orders.config, tablename="totals", io_args={"primary_key": "customer"})
    return Summary(title="totals", totals=DoltTable(data=totals, config=config))


@task
def largest(summary: Summary) -> float:
    return float(summary.totals.data["price"].max())


def event(db: str, name: str) -> DoltTable:
    return DoltTable(data=pd.DataFrame({"name": [name]}), config=DoltConfig(db, "events", io_args={"mode": "append"}))


@task
def append_event(db: str) -> DoltTable:
    return event(db, "only")


@task
def append_two_events(db: str) -> tuple[DoltTable, DoltTable]:
    return event(db, "first"), event(db, "second")


@callback
def tell(action: Action) -> None:
    with Path(os.environ["TOLD"]).open("a") as file:
        file.write(f"{action.kind} {action.tablename} {action.rows_added}\n")


@task
def configure_told(db: str) -> DoltConfig:
    return DoltConfig(db_path=db, tablename="orders", meta_conf=[CallbackMeta(tell), CallbackMeta(lambda action: None)])


@workflow
def wf(db: str, n: int) -> float:
    orders = pass_on(orders=make_orders(conf=configure(db=db), n=n))
    return largest(summary=summarise(orders=orders))
