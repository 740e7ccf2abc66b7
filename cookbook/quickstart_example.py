"""Quickstart: a task's DataFrame becomes a commit in Dolt, and the next task gets it back.

    python quickstart_example.py 1
    pyflyte run quickstart_example.py wf --a 1

The database is the directory `foo` beside this file; the first run creates it.
"""

import os
import sys

import pandas as pd
from flytekit import task, workflow

from flytekitplugins.dolt import DoltConfig, DoltTable

doltdb_path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "foo")

rabbits_conf = DoltConfig(
    db_path=doltdb_path,
    tablename="rabbits",
)


@task
def populate_rabbits(a: int) -> DoltTable:
    rabbits = [("George", a), ("Alice", a * 2), ("Sugar Maple", a * 3)]
    df = pd.DataFrame(rabbits, columns=["name", "count"])
    return DoltTable(data=df, config=rabbits_conf)


@task
def unwrap_rabbits(table: DoltTable) -> pd.DataFrame:
    return table.data


@workflow
def wf(a: int) -> pd.DataFrame:
    rabbits = populate_rabbits(a=a)
    return unwrap_rabbits(table=rabbits)


if __name__ == "__main__":
    print(f"Running {os.path.basename(__file__)} main...")
    if len(sys.argv) != 2:
        raise SystemExit("Expected 1 argument: a (int)")
    result = wf(a=int(sys.argv[1]))
    print(f"Running wf(), returns dataframe\n{result}\n{result.dtypes}")
