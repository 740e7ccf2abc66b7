"""A task's DataFrame becomes a commit, and the next task gets it back.

    python quickstart.py 1
    python quickstart.py 2

Then, in the directory `foo` beside this file: `dolt log`, `dolt diff HEAD~1 HEAD rabbits`.
"""

import sys
from pathlib import Path

import flyte
import pandas as pd

from flyteplugins.dolt import DoltConfig, DoltTable

env = flyte.TaskEnvironment(name="quickstart")

rabbits_conf = DoltConfig(db_path=str(Path(__file__).with_name("foo")), tablename="rabbits")


@env.task
async def populate_rabbits(a: int) -> DoltTable:
    rabbits = [("George", a), ("Alice", a * 2), ("Sugar Maple", a * 3)]
    return DoltTable(data=pd.DataFrame(rabbits, columns=["name", "count"]), config=rabbits_conf)


@env.task
async def count_rabbits(table: DoltTable) -> int:
    return int(table.data["count"].sum())


@env.task
async def main(a: int) -> int:
    return await count_rabbits(await populate_rabbits(a))


if __name__ == "__main__":
    flyte.init()
    print(flyte.run(main, a=int(sys.argv[1])).outputs()[0])
