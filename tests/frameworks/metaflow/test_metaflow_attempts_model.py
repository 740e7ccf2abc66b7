"""Random programs of attempts of Metaflow tasks against the model: other blocks, reads, others in between."""

import json
import os
import random

import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.errors import MergeConflictError, PrimaryKeyError
from tests.conftest import new_repository
from tests.frameworks.metaflow.test_metaflow_attempts import Task
from tests.helpers.frameworks.flows import FLOWS, Workplace
from tests.helpers.frameworks.metaflow_programs import TABLES, BlockModel, predict, program
from tests.helpers.saves.attempts import contents, rows

PROGRAMS = int(os.environ.get("ATTEMPT_PROGRAMS", "2"))


@pytest.mark.parametrize("seed", range(PROGRAMS))
@pytest.mark.parametrize("key", ["id", None], ids=["key", "no key"])
def test_attempts_leave_what_the_model_says(key, seed, database):
    random_, model, told = random.Random(seed), BlockModel(key), []  # noqa: S311 - a program, no secret
    for table in TABLES:
        write_table(database, table, rows(-1), primary_key=key)
        model.others(table, "append", ((-1, "v-1"),))
    task = Task(database)

    for step in program(random_, key):
        told.append(step)
        play(step, predict(model, step), task, database)

        assert {table: contents(database, table) for table in TABLES} == {
            table: model.contents(table) for table in TABLES
        }, told


def play(step, expected, task, database):
    kind, *arguments = step
    if kind == "again":
        task.again()
    elif kind == "read":
        read_table(database, arguments[0])
    elif kind == "others":
        with unrecorded_reads():
            write_table(database, arguments[0], rows(arguments[1]), mode="append")
    else:
        writes = [(table, rows(*numbers, value=value), mode, None) for table, mode, numbers, value in arguments[0]]
        if expected == "refused":
            with pytest.raises((MergeConflictError, PrimaryKeyError)):
                task.block(*writes)
        else:
            task.block(*writes)


@pytest.mark.parametrize("seed", range(PROGRAMS))
@pytest.mark.parametrize("key", [["id"], None], ids=["key", "no key"])
def test_a_foreach_leaves_the_rows_of_each_tasks_last_block(key, seed, database):
    random_ = random.Random(seed)  # noqa: S311 - a program, no secret
    write_table(database, "t", rows(-1), primary_key=key)
    tasks = [Task(database, task=str(number), position=(number,)) for number in range(3)]
    last, told = {}, []

    for _ in range(8):
        number, value = random_.randrange(3), random_.choice("abc")
        told.append((number, value))
        if number in last:
            tasks[number].again()
        tasks[number].block(("t", rows(10 * number, 10 * number + 1, value=value), None, key))
        last[number] = [(10 * number, f"{value}{10 * number}"), (10 * number + 1, f"{value}{10 * number + 1}")]

        assert contents(database) == sorted(row for each in last.values() for row in each), told


def test_a_flow_whose_step_is_retried_leaves_what_the_model_says(tmp_path):
    place, model = Workplace(tmp_path), BlockModel("id")
    path = new_repository(tmp_path / "db").path
    for table in TABLES:
        write_table(path, table, rows(-1), primary_key="id")
        model.others(table, "append", ((-1, "v-1"),))
    steps, found = playable("id")

    with place.at_home():
        place.run(FLOWS / "program_flow.py", "--database", path, "--attempts", json.dumps(steps))

    for step in found:
        predict(model, step)
    assert {table: contents(path, table) for table in TABLES} == {table: model.contents(table) for table in TABLES}


def playable(key):
    """Return the first program of three attempts in which no block is refused, by attempts and as a whole."""
    for seed in range(1000):
        steps, model = list(program(random.Random(seed), key)), BlockModel(key)  # noqa: S311 - a program, no secret
        said = [predict(model, step) for step in steps]
        attempts = [[]]
        for step in steps:
            if step == ("again",):
                attempts.append([])
            else:
                attempts[-1].append(step)
        if len(attempts) == 3 and "refused" not in said and "adopted" in said:
            return attempts, steps
    raise AssertionError("there is no such program")
