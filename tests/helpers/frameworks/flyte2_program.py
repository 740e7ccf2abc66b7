"""A program of a user of Flyte 2: runs tasks locally on the database that it is given, and prints what comes of it."""

import asyncio
import json
import sys

import flyte
from flyte.types import TypeEngine

from dolt_integrations import Repository
from flyteplugins.dolt import DoltConfig, DoltTable, replaying
from tests.helpers.frameworks import flyte2_tasks as tasks

FRAME = tasks.pd.DataFrame({"n": [1]})


def error_of(run):
    try:
        run()
    except Exception as error:  # noqa: BLE001 - what the test looks at
        return f"{type(error).__name__}: {error}"
    return None


def bind_outside_of_a_task(db):
    table = DoltTable(DoltConfig(db, "outside"), FRAME)
    asyncio.run(TypeEngine.to_literal(table, DoltTable, TypeEngine.to_literal_type(DoltTable)))


def replay(db, run):
    """Count hares, add one, and run the count again as it was: where it wrote, what, and what it left alone."""
    shop = Repository(db)
    shop.table("hares").write(FRAME)
    run(tasks.count_hares)
    shop.table("hares").write(FRAME, mode="append")
    counted = shop.runs()["run"][0]
    newest = run(tasks.count_hares).commit
    with replaying(counted) as again:
        run(tasks.count_hares)
    counts = [shop.table("counts", branch).read()["n"].tolist() for branch in (again.branch, None)]
    return {"counts": counts, "is_left_alone": shop.version().commit == newest}


def main(db):
    flyte.init()

    def run(task, **inputs):
        return flyte.run(task, db=db, **inputs).outputs()[0]

    found = {
        "article": run(tasks.article),
        "mapped": run(tasks.append_all, numbers=[1, 1, 2]),
        "other": run(tasks.append_other),
        "cached": run(tasks.cached),
        "counted": tasks.TRIED.count("counted"),
        "frames": run(tasks.frames),
        "nested": run(tasks.in_containers),
        "pickled": run(tasks.pickled),
        "frame_in_a_pickle": error_of(lambda: run(tasks.frame_in_a_pickle)),
        "gathered": run(tasks.gathered),
        "card": run(tasks.reported),
        "failing": error_of(lambda: run(tasks.failing)),
        "misplaced": [error_of(lambda: run(tasks.misplaced)), error_of(lambda: run(tasks.misplaced_in_a_dataclass))],
        "outside": error_of(lambda: bind_outside_of_a_task(db)),
        "guessed": TypeEngine.guess_python_type(TypeEngine.to_literal_type(DoltTable)) is DoltTable,
        "replay": replay(db, run),
        "flytekit": "flytekit" in sys.modules,
    }
    from tests.helpers.frameworks import flyte1_task

    found["beside"] = flyte1_task.beside(db=db).commit
    found["again"] = run(tasks.append_all, numbers=[7])
    found["same"] = flyte1_task.DoltTable is DoltTable
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
