"""Every way on which a save gets onto a branch, for tests of what has to hold on all of them."""

import pandas as pd

from dolt_integrations.core import MergeBranch, NewBranch, Transaction, save, write_table
from tests.conftest import run_sql

LARGE = 10_001
"""Rows from which on a table is written beside its branch."""


def frame(rows=2, first=1, value="new"):
    """Return rows with ids that start at `first`."""
    return pd.DataFrame({"id": range(first, first + rows), "value": value}).astype({"id": "int64", "value": "str"})


def _write(**given):
    return lambda url, table, data: write_table(url, table, data, primary_key="id", **given)


def _stream(**given):
    def write(url, table, data):
        half = len(data) // 2
        return write_table(url, table, iter([data[:half], data[half:]]), primary_key="id", **given)

    return write


def _merge(write=write_table, **given):
    def merge(url, table, data):
        start = run_sql(url, "SELECT HASHOF('main')")[0][0]
        work = iter([data]) if given.get("stream") else data
        return write(url, table, work, primary_key="id", branch_conf=MergeBranch(start, "main"))

    return merge


def _block(url, table, data):
    with Transaction(url) as block:
        block.write(table, data, primary_key="id")
    return block.version


def _file(url, table, data):
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        data.to_csv(file.name, index=False)
        save(db=url, tablename=table, filename=file.name, save_args={"primary_key": ["id"]})
    return None


PATHS = {
    "replace": _write(),
    "append": _write(mode="append"),
    "upsert": _write(mode="upsert"),
    "large": _write(),
    "stream": _stream(),
    "stream append": _stream(mode="append"),
    "merge": _merge(),
    "merge of a stream": _merge(stream=True),
    "block": _block,
    "file": _file,
    "new branch": _write(branch_conf=NewBranch("run/1")),
    "stream to a new branch": _stream(branch_conf=NewBranch("run/1")),
}
"""Each writes a frame to a table of a database and returns the version, if it knows it."""


def rows_on(path):
    """Return how many rows the frame of a path has."""
    return LARGE if path == "large" else 2


def branch_of(path):
    """Return the branch that a path writes to."""
    return "run/1" if "new branch" in path else "main"


def found(url, table, revision="main"):
    """Return the ids of a table's rows as another client reads them at a commit of a branch."""
    commit = run_sql(url, f"SELECT HASHOF('{revision}')")[0][0]
    return sorted(key for (key,) in run_sql(url, f"SELECT id FROM `{table}`", revision=commit))
