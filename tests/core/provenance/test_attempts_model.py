"""Random sequences of attempts, with reads and other writers in between, against a plain-Python model."""

import os
import random

import pytest

from dolt_integrations.core import AppendBranch, MergeBranch, read_table, write_table
from dolt_integrations.errors import PrimaryKeyError, SupersededError
from tests.helpers.saves.attempts import Model, Node, contents, rows

PROGRAMS = int(os.environ.get("ATTEMPT_PROGRAMS", "2"))
TABLES = ("t", "u")


def pool(random_, key):
    """Return what an attempt may write: its own rows for each table and branch, in two versions."""
    modes = ["append", "append", "append", "upsert" if key else "append", "replace"]
    found = []
    for place in range(4):
        mode = random_.choice(modes)
        numbers = tuple(range(10 * place, 10 * place + 2)) if mode != "upsert" else (100, 101)
        found.append((random_.choice(TABLES), mode, numbers))
    return found


def program(random_, key):
    """Yield the steps of the attempts, and of other writers in between."""
    outputs, foreign = pool(random_, key), iter(range(1000, 2000))
    for _ in range(random_.randint(2, 4)):
        if random_.random() < 0.3:
            yield "read", random_.choice(TABLES)
        for table, mode, numbers in random_.sample(outputs, random_.randint(1, len(outputs))):
            yield "write", table, mode, numbers, random_.choice(["a", "a", "b"])
            if random_.random() < 0.25:
                yield "others", random_.choice(TABLES), next(foreign)
            if key and random_.random() < 0.08:
                yield "builds", table, numbers[0]
        yield ("again",)


@pytest.mark.parametrize("seed", range(PROGRAMS))
@pytest.mark.parametrize(
    "where", [None, AppendBranch("main"), MergeBranch("main", "main")], ids=["main", "append", "merge"]
)
@pytest.mark.parametrize("key", ["id", None], ids=["key", "no key"])
def test_attempts_leave_what_the_model_says(key, where, seed, database):
    random_ = random.Random(seed)  # noqa: S311 - a program, no secret
    for table in TABLES:
        write_table(database, table, rows(-1), primary_key=key)
    node, model, told = Node(database, key, where), Model(key), []
    for table in TABLES:
        model.others(table, "append", ((-1, "v-1"),))
    for step in program(random_, key):
        told.append(step)
        run(step, node, model, database)
        for table in TABLES:
            assert contents(database, table) == model.contents(table), told


def run(step, node, model, database):
    kind, *arguments = step
    if kind == "again":
        node.again()
        model.again()
    elif kind == "read":
        read_table(database, arguments[0])
        model.read()
    elif kind == "others":
        table, number = arguments
        write_table(database, table, rows(number), mode="append")
        model.others(table, "append", ((number, f"v{number}"),))
    elif kind == "builds":
        table, number = arguments
        if any(row[0] == number for row in model.contents(table)):
            write_table(database, table, rows(number, value="x"), mode="upsert")
            model.others(table, "upsert", ((number, f"x{number}"),))
    else:
        write(node, model, *arguments)


def write(node, model, table, mode, numbers, value):
    frame = rows(*numbers, value=value)
    expected = model.write(table, mode, tuple(frame.itertuples(index=False, name=None)))
    if expected == "refused":
        with pytest.raises((SupersededError, PrimaryKeyError)):
            node.write(frame, mode, table)
        return
    version = node.write(frame, mode, table)
    if expected == "adopted":
        assert not version.changed
