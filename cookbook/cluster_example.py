"""A nightly job on a Flyte cluster: a pod per day loads into one table, and a cached task adds it up.

    pyflyte run --remote --image registry.internal/flytekitplugins-dolt:2.0.0 cluster_example.py nightly

The secret `dolt` in the namespace of the tasks has three keys: `connection` is
`mysql://flyte@dolt.internal:3306/shop?tls=required&ssl_ca=/etc/flyte/secrets/dolt/ca.crt`, `password` that user's
password, and `ca.crt` the CA of the server. No literal contains any of them. To run it on this machine with a
directory instead of the server:

    DOLT_CONNECTION_SHOP=$PWD/foo python cluster_example.py
"""

import dataclasses
import zlib
from typing import Annotated

import pandas as pd
from flytekit import HashMethod, LaunchPlan, Secret, map_task, task, workflow

from dolt_integrations.core import find_version
from flytekitplugins.dolt import DoltConfig, DoltTable

# In the pod, DOLT_CONNECTION_SHOP is the path of the mounted file that defines `connection:shop`.
connection = Secret(group="dolt", key="connection", env_var="DOLT_CONNECTION_SHOP")
password = Secret(group="dolt", key="password")
ca = Secret(group="dolt", key="ca.crt")
secrets = [connection, password, ca]

sales_conf = DoltConfig(
    db_path="connection:shop",
    tablename="sales",
    io_args={"primary_key": ["day", "shop"], "mode": "upsert"},
    secret_connect_args={"password": password},
)
totals_conf = dataclasses.replace(sales_conf, tablename="totals", io_args={"primary_key": "shop"})


def sold(day: str) -> pd.DataFrame:
    """Return a day's sales, which a real job would read from a bucket."""
    shops = ["Ely", "Rye", "Wye"]
    return pd.DataFrame(
        {"day": day, "shop": shops, "amount": [zlib.crc32((day + shop).encode()) % 100 for shop in shops]}
    )


@task(secret_requests=secrets, retries=3)
def load_day(day: str) -> DoltTable:
    return DoltTable(data=sold(day), config=sales_conf)


# The next task has to see all days. It is cached by the table's hash, so the same rows in another commit are a hit.
@task(secret_requests=secrets, retries=3)
def all_days(loaded: list[DoltTable]) -> Annotated[DoltTable, HashMethod(lambda table: table.table_hash)]:
    return DoltTable(config=sales_conf, version=find_version(sales_conf.db_path, sales_conf.tablename))


@task(secret_requests=secrets, retries=3, cache=True, cache_version="1")
def sum_up(sales: DoltTable) -> DoltTable:
    return DoltTable(data=sales.data.groupby("shop", as_index=False)["amount"].sum(), config=totals_conf)


@task(secret_requests=secrets, retries=3)
def best(totals: DoltTable) -> str:
    return totals.data.sort_values("amount")["shop"].iloc[-1]


@workflow
def wf(days: list[str]) -> str:
    return best(totals=sum_up(sales=all_days(loaded=map_task(load_day)(day=days))))


nightly = LaunchPlan.get_or_create(wf, "nightly_sales", default_inputs={"days": ["2026-11-25", "2026-11-26"]})

if __name__ == "__main__":
    print(wf(days=["2026-11-25", "2026-11-26"]))
