"""Time travel: every way of reading an old version of a table.

    python time_travel_example.py
    pyflyte run time_travel_example.py wf

The first two tasks write a history: a shop's stock, one commit for each delivery. The others read old versions of it.
The database is the directory `foo` beside this file.
"""

import os

import pandas as pd
from flytekit import task, workflow

from dolt_integrations.core import NewBranch
from flytekitplugins.dolt import DoltConfig, DoltTable

doltdb_path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "foo")

shop = NewBranch("shop/north")

stock_conf = DoltConfig(
    db_path=doltdb_path,
    tablename="stock",
    io_args={"primary_key": "item"},
    branch_conf=shop,
)


@task
def open_shop() -> DoltTable:
    df = pd.DataFrame([("apples", 10)], columns=["item", "count"])
    return DoltTable(data=df, config=stock_conf)


@task
def deliver(stock: DoltTable, item: str, count: int) -> DoltTable:
    delivery = pd.DataFrame([(item, count)], columns=["item", "count"])
    return DoltTable(data=pd.concat([stock.data, delivery], ignore_index=True), config=stock_conf)


@task
def newest_of_branch() -> pd.DataFrame:
    stock = DoltTable(config=DoltConfig(db_path=doltdb_path, tablename="stock", branch_conf=shop))
    return show("The most recent data of a branch", stock.data)


@task
def find_versions(last: int) -> list[DoltTable]:
    log = query("select commit_hash from dolt_log('--tables', 'stock')").data
    return [
        DoltTable(config=DoltConfig(db_path=doltdb_path, tablename="stock", as_of=commit))
        for commit in log["commit_hash"].head(last)
    ]


@task
def compare_versions(versions: list[DoltTable]) -> pd.DataFrame:
    items = [", ".join(version.data["item"]) for version in versions]
    return show(f"The {len(versions)} most recent versions", pd.DataFrame({"items": items}))


@task
def added_by_last_commit() -> pd.DataFrame:
    added = query("select to_item, to_count from dolt_diff('HEAD~1', 'HEAD', 'stock') where diff_type = 'added'")
    return show("Only the rows that the last commit added", added.data)


@task
def time_of(stock: DoltTable) -> str:
    log = query("select commit_hash, date from dolt_log").data
    return log.set_index("commit_hash").loc[stock.commit, "date"].isoformat()


@task
def at_time(when: str) -> pd.DataFrame:
    # Exactly one month ago: as_of=(datetime.now(timezone.utc) - timedelta(days=30)).isoformat()
    stock = DoltTable(config=DoltConfig(db_path=doltdb_path, tablename="stock", branch_conf=shop, as_of=when))
    return show("The data at a given time", stock.data)


@task
def at_time_in_sql(when: str) -> pd.DataFrame:
    stock = query(f"select item from stock as of timestamp('{when}') where `count` > 15")  # noqa: S608
    return show("A query at a given time", stock.data)


@task
def at_branch_in_sql() -> pd.DataFrame:
    stock = query("select * from stock as of hashof('shop/north') where `count` > 45")
    return show("A query of the head of a branch", stock.data)


def query(sql: str) -> DoltTable:
    return DoltTable(config=DoltConfig(db_path=doltdb_path, sql=sql, branch_conf=shop))


def show(title: str, frame: pd.DataFrame) -> pd.DataFrame:
    print(f"{title}\n{frame}\n")
    return frame


@workflow
def wf() -> None:
    first = open_shop()
    third = deliver(stock=deliver(stock=first, item="bread", count=20), item="cheese", count=30)
    stock = third
    for item, count in [("dates", 40), ("eggs", 50), ("figs", 60)]:
        stock = deliver(stock=stock, item=item, count=count)

    # `>>` is Flyte's "runs before": these tasks look at the database, not at an output of another task.
    versions = find_versions(last=5)
    stock >> versions
    compare_versions(versions=versions)
    for look_back in (newest_of_branch, added_by_last_commit, at_branch_in_sql):
        stock >> look_back()

    when = time_of(stock=third)
    stock >> when
    for look_back in (at_time, at_time_in_sql):
        look_back(when=when)


if __name__ == "__main__":
    print(f"Running {os.path.basename(__file__)} main...")
    wf()
