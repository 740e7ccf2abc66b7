"""A map: each element appends its rows only once, although the parent task fails and is retried.

python map.py
"""

from pathlib import Path

import flyte
import pandas as pd

from flyteplugins.dolt import DoltConfig, DoltTable

env = flyte.TaskEnvironment(name="map")

doltdb_path = str(Path(__file__).with_name("foo"))
events_conf = DoltConfig(doltdb_path, "events", io_args={"mode": "append"})

tried: list[int] = []


@env.task
async def append_event(shop: str) -> DoltTable:
    return DoltTable(data=pd.DataFrame({"shop": [shop]}), config=events_conf)


@env.task(retries=1)
async def main(shops: list[str]) -> int:
    [event async for event in flyte.map.aio(append_event, shops)]
    tried.append(len(shops))
    if len(tried) == 1:
        raise RuntimeError("the first attempt fails")
    return len(DoltTable(DoltConfig(doltdb_path, "events")).data)


if __name__ == "__main__":
    flyte.init()
    print(flyte.run(main, shops=["north", "south", "south"]).outputs()[0])
