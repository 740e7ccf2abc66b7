"""Forks of a process that has saved or loaded raise one clear error, and the parent's work continues."""

import pytest

from tests.conftest import run_sql

START = """
import multiprocessing, os, pickle, sys, warnings
import pandas as pd
from dolt_integrations.core import NewBranch, Transaction, diff, load, read_batches, read_table, save, write_table
from dolt_integrations.errors import ForkedProcessError
warnings.simplefilter("ignore", DeprecationWarning)
url, many = sys.argv[1], pd.DataFrame({"id": range(20_000), "name": [f"name {n}" for n in range(20_000)]})

def stream():
    yield many
    yield many.assign(id=many["id"] + 20_000)

def transaction():
    with Transaction(url) as block:
        block.write("t", many)

CALLS = {
    "write": lambda: write_table(url, "t", many.assign(name="x"), primary_key="id"),
    "write few": lambda: write_table(url, "few", many.head(2)),
    "stream": lambda: write_table(url, "s", stream()),
    "new branch": lambda: write_table(url, "t", many.head(2), branch_conf=NewBranch("run/1")),
    "transaction": transaction,
    "read": lambda: read_table(url, "t"),
    "query": lambda: read_table(url, sql="SELECT * FROM t"),
    "batches": lambda: list(read_batches(url, "t", 1000)),
    "diff": lambda: diff(url, "t", "HEAD~1"),
    "save": lambda: save(url, "t", "t.csv"),
    "load": lambda: load(url, "t.csv", "t"),
}

def in_child(work):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        try:
            work()
            said = "works"
        except ForkedProcessError as error:
            said = "refused" if "spawn" in str(error) else str(error)
        except BaseException as error:
            said = repr(error)
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        said = told.read()
    os.waitpid(child, 0)
    return said
"""


def run(script, code, database):
    return script(START + code, database).finish(timeout=100)


def test_every_call_is_an_error_after_the_parent_saved_and_loaded(database, script):
    told = run(
        script,
        """
write_table(url, "t", many, primary_key="id")
write_table(url, "t", many.assign(name="other"), primary_key="id")
read_table(url, "t")
print({name: in_child(work) for name, work in CALLS.items()})
print(len(read_table(url, "t").data))
""",
        database,
    )

    found, rows = told.splitlines()
    assert set(eval(found).values()) == {"refused"}, found  # noqa: S307 - our own program's output
    assert rows == "20000"


def test_a_child_of_a_process_that_has_done_nothing_saves_and_loads(database, script):
    told = run(
        script,
        """
print([in_child(CALLS[name]) for name in ("write", "stream", "read", "transaction")])
""",
        database,
    )

    assert eval(told) == ["works"] * 4  # noqa: S307 - our own program's output


def test_a_child_of_a_process_that_used_polars_is_refused_rather_than_waits(database, script):
    told = run(
        script,
        """
import polars as pl
pl.DataFrame({"a": range(100_000)}).lazy().group_by("a").len().collect()
print(in_child(CALLS["write"]))
""",
        database,
    )

    assert told.strip() == "refused"


def test_a_child_that_does_something_else_is_left_alone(database, script):
    told = run(
        script,
        """
write_table(url, "t", many)
print(in_child(lambda: None), in_child(lambda: many.sum()), in_child(lambda: os.execvp("true", ["true"])) or "executed")
write_table(url, "t", many.head(5))
""",
        database,
    )

    assert told.split() == ["works", "works", "executed"]
    assert run_sql(database, "SELECT COUNT(*) FROM t") == [(5,)]


@pytest.mark.parametrize(
    ("ending", "raised"),
    [("pass", "ForkedProcessError"), ("raise ValueError('child')", "ValueError"), ("sys.exit(0)", "SystemExit")],
)
def test_a_child_that_leaves_its_parents_block_lands_nothing_and_breaks_nothing(ending, raised, database, script):
    code = """
read_end, write_end = os.pipe()
child = None
try:
    with Transaction(url) as block:
        block.write("t", many)
        child = os.fork()
        if not child:
            ENDING
        else:
            os.waitpid(child, 0)
            block.write("u", many.head(3))
except BaseException as error:
    if child:
        raise
    os.write(write_end, type(error).__name__.encode())
finally:
    if not child:
        os._exit(0)
os.close(write_end)
print(os.read(read_end, 100).decode())
"""
    told = run(script, code.replace("ENDING", ending), database)

    assert told.strip() == raised
    assert run_sql(database, "SELECT COUNT(*) FROM u") == [(3,)]
    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def test_workers_of_a_pool_that_forks_pass_the_error_on(database, script):
    told = run(
        script,
        """
write_table(url, "t", many)
with multiprocessing.get_context("fork").Pool(2) as pool:
    try:
        pool.map(len, [(1,)])
        pool.apply(read_table, (url, "t"))
    except ForkedProcessError as error:
        print("refused")
""",
        database,
    )

    assert told.strip() == "refused"
