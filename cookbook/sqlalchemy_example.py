"""One server, two plugins: a DoltTable is saved with its history, and a SQLAlchemyTask queries it like a MySQL table.

    cd foo && dolt sql-server --port 3307 &     # or any other server, by DOLT_SERVER=user@host:port/database
    python sqlalchemy_example.py 3
    pyflyte run sqlalchemy_example.py wf --a 3

Needs `pip install flytekitplugins-sqlalchemy`. On a cluster both tasks take the password from one Flyte secret, by
`secret_connect_args={"password": Secret(group="dolt", key="password")}` in either config.
"""

import os
import sys

import pandas as pd
from flytekit import kwtypes, task, workflow
from flytekitplugins.sqlalchemy import SQLAlchemyConfig, SQLAlchemyTask

from flytekitplugins.dolt import DoltConfig, DoltTable

server = os.environ.get("DOLT_SERVER", "root@127.0.0.1:3307/foo")

rabbits_conf = DoltConfig(db_path=f"mysql://{server}", tablename="rabbits", io_args={"primary_key": "name"})


@task
def populate_rabbits(a: int) -> DoltTable:
    rabbits = [("George", a), ("Alice", a * 2), ("Sugar Maple", a * 3)]
    return DoltTable(data=pd.DataFrame(rabbits, columns=["name", "count"]), config=rabbits_conf)


@task
def version(table: DoltTable) -> str:
    """Return the commit that the table was saved as, for queries that look at exactly that."""
    return table.version.commit


# `AS OF` is Dolt's; without it the statement performs the same on MySQL.
many_rabbits = SQLAlchemyTask(
    "rabbits.many",
    query_template="""
        select name, count from rabbits as of '{{ .inputs.commit }}' where count > {{ .inputs.more_than }} order by name
    """,
    inputs=kwtypes(commit=str, more_than=int),
    output_schema_type=pd.DataFrame,
    task_config=SQLAlchemyConfig(uri=f"mysql+pymysql://{server}"),
)


@task
def names(rabbits: pd.DataFrame) -> list[str]:
    return rabbits["name"].tolist()


@workflow
def wf(a: int) -> list[str]:
    commit = version(table=populate_rabbits(a=a))
    return names(rabbits=many_rabbits(commit=commit, more_than=3))


if __name__ == "__main__":
    print(wf(a=int(sys.argv[1])))
