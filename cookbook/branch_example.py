"""Branches: a branch for each value of a hyperparameter.

    python branch_example.py 2
    python branch_example.py 3
    pyflyte run branch_example.py wf --a 3

Then, in the directory `foo` beside this file: `dolt branch`, `dolt diff run/a_is_2 run/a_is_3`.
"""

import os
import sys

import pandas as pd
from flytekit import task, workflow

from dolt_integrations.core import NewBranch
from flytekitplugins.dolt import DoltConfig, DoltTable

doltdb_path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "foo")


def generate_confs(a: int) -> tuple[DoltConfig, DoltTable, DoltConfig]:
    users_conf = DoltConfig(db_path=doltdb_path, tablename="users", branch_conf=NewBranch(f"run/a_is_{a}"))

    # The table does not exist yet: a query is only a reference, which is resolved when a task reads it.
    query_users = DoltTable(
        config=DoltConfig(
            db_path=doltdb_path,
            sql="select * from users where `count` > 5",
            branch_conf=NewBranch(f"run/a_is_{a}"),
        ),
    )

    big_users_conf = DoltConfig(
        db_path=doltdb_path,
        tablename="big_users",
        branch_conf=NewBranch(f"run/a_is_{a}"),
    )

    return users_conf, query_users, big_users_conf


@task
def get_confs(a: int) -> tuple[DoltConfig, DoltTable, DoltConfig]:
    return generate_confs(a)


@task
def populate_users(a: int, conf: DoltConfig) -> DoltTable:
    users = [("George", a), ("Alice", a * 2), ("Stephanie", a * 3)]
    df = pd.DataFrame(users, columns=["name", "count"])
    return DoltTable(data=df, config=conf)


@task
def filter_users(a: int, all_users: DoltTable, filtered_users: DoltTable, conf: DoltConfig) -> DoltTable:
    usernames = filtered_users.data[["name"]]
    return DoltTable(data=usernames, config=conf)


@task
def count_users(users: DoltTable) -> int:
    return users.data.shape[0]


@workflow
def wf(a: int) -> int:
    user_conf, query_conf, big_user_conf = get_confs(a=a)
    users = populate_users(a=a, conf=user_conf)
    big_users = filter_users(a=a, all_users=users, filtered_users=query_conf, conf=big_user_conf)
    return count_users(users=big_users)


if __name__ == "__main__":
    print(f"Running {os.path.basename(__file__)} main...")
    if len(sys.argv) != 2:
        raise SystemExit("Expected 1 argument: a (int)")
    result = wf(a=int(sys.argv[1]))
    print(f"Running wf(), returns int\n{result}\n{type(result)}")
