"""Time travel: a history of three deliveries, and ways to read old versions.

python time_travel.py
"""

from pathlib import Path

import flyte
import pandas as pd

from flyteplugins.dolt import DoltConfig, DoltTable

env = flyte.TaskEnvironment(name="time_travel")

doltdb_path = str(Path(__file__).with_name("foo"))
stock_conf = DoltConfig(doltdb_path, "stock", io_args={"primary_key": "item", "mode": "upsert"})


@env.task
async def deliver(item: str, count: int) -> DoltTable:
    return DoltTable(data=pd.DataFrame([(item, count)], columns=["item", "count"]), config=stock_conf)


@env.task
async def items(stock: DoltTable) -> str:
    return ", ".join(stock.data["item"])


@env.task
async def time_of(stock: DoltTable) -> str:
    log = DoltTable(DoltConfig(doltdb_path, sql="select commit_hash, date from dolt_log"))
    return str(log.data.set_index("commit_hash").loc[stock.commit, "date"].isoformat())


@env.task
async def main() -> dict[str, str]:
    first = await deliver("apples", 10)
    second = await deliver("bread", 20)
    third = await deliver("cheese", 30)
    at = DoltConfig(doltdb_path, "stock", as_of=await time_of(third))
    added = "select to_item as item from dolt_diff('HEAD~1', 'HEAD', 'stock')"
    return {
        "of the first delivery": await items(first),
        "before the newest": await items(DoltTable(DoltConfig(doltdb_path, "stock", as_of=f"{third.commit}~1"))),
        "of the second delivery": await items(second),
        "at the time of the third": await items(DoltTable(at)),
        "added by the last commit": await items(DoltTable(DoltConfig(doltdb_path, sql=added))),
    }


if __name__ == "__main__":
    flyte.init()
    for what, found in flyte.run(main).outputs()[0].items():
        print(f"{what}: {found}")
