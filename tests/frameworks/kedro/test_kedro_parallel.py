"""`ParallelRunner`: the nodes of a run are processes, which save to one table."""

import subprocess

import pytest

from dolt_integrations import errors
from dolt_integrations.core import history, read_table
from tests.frameworks.conftest import environment
from tests.helpers.warm import python

PROGRAM = """
import sys
import pandas as pd
from kedro.io.data_catalog import SharedMemoryDataCatalog
from kedro.pipeline import node
from kedro.runner import ParallelRunner
from dolt_integrations.kedro import DoltRunHooks
from tests.helpers.frameworks.catalogs import run_pipeline, table


def make(at):
    return pd.DataFrame({"id": [10 * at, 10 * at + 1]})


if __name__ == "__main__":
    entry = table(sys.argv[1], "orders", save_args={"primary_key": "id", "mode": "append"})
    seeds = {f"seed{at}": {"type": "kedro.io.MemoryDataset", "data": at} for at in range(4)}
    io = SharedMemoryDataCatalog.from_config({"{part}_orders": entry, **seeds})
    nodes = [node(make, f"seed{at}", f"part{at}_orders", name=f"part{at}") for at in range(4)]
    run_pipeline(nodes, io, DoltRunHooks(transaction=sys.argv[2] == "one"), ParallelRunner(max_workers=2))
"""


def run(tmp_path, *arguments):
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [python(), "program.py", *arguments]
    return subprocess.run(
        command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=200
    )


def test_processes_that_append_to_one_table_lose_no_row_and_name_their_node(database, tmp_path):
    done = run(tmp_path, database, "each")

    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(read_table(database, "orders").data["id"]) == [0, 1, 10, 11, 20, 21, 30, 31]
    messages = " ".join(history(database, "orders")["message"])
    assert all(f"Kedro-Node: part{at}\n" in messages for at in range(4))


def test_a_run_in_processes_is_refused_as_one_transaction(database, tmp_path):
    done = run(tmp_path, database, "one")

    assert done.returncode != 0
    assert "Nothing has run. Use ThreadRunner" in done.stderr
    with pytest.raises(errors.TableNotFoundError):
        read_table(database, "orders")
