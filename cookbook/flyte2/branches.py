"""Branches: a branch for each value of a hyperparameter.

    python branches.py 2
    python branches.py 3

Then, in the directory `foo` beside this file: `dolt branch`, `dolt diff run/a_is_2 run/a_is_3`.
"""

import sys
from pathlib import Path

import flyte
import pandas as pd

from dolt_integrations.core import NewBranch
from flyteplugins.dolt import DoltConfig, DoltTable

env = flyte.TaskEnvironment(name="branches")

doltdb_path = str(Path(__file__).with_name("foo"))


@env.task
async def populate_users(a: int, conf: DoltConfig) -> DoltTable:
    users = [("George", a), ("Alice", a * 2), ("Stephanie", a * 3)]
    return DoltTable(data=pd.DataFrame(users, columns=["name", "count"]), config=conf)


@env.task
async def names_of(users: DoltTable, conf: DoltConfig) -> DoltTable:
    return DoltTable(data=users.data[["name"]], config=conf)


@env.task
async def main(a: int) -> int:
    branch = NewBranch(f"run/a_is_{a}")
    # Written before the table exists: a query is a reference, and is resolved when a task reads it.
    big_users = DoltTable(DoltConfig(doltdb_path, sql="select * from users where `count` > 5", branch_conf=branch))
    await populate_users(a, DoltConfig(doltdb_path, "users", branch_conf=branch))
    names = await names_of(big_users, DoltConfig(doltdb_path, "big_users", branch_conf=branch))
    return len(names.data)


if __name__ == "__main__":
    flyte.init()
    print(flyte.run(main, a=int(sys.argv[1])).outputs()[0])
