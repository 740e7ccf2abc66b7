"""What this library reads for its own purposes is not what the task has read, which later writes build on."""

import pandas as pd
import pytest

from dolt_integrations.core import find_version, read_table
from dolt_integrations.core.provenance import reads
from tests.helpers.saves.manage import three_runs

OWN = {
    "version": lambda shop: find_version(shop.location),
    "tables": lambda shop: shop.tables(),
    "runs": lambda shop: shop.runs(),
    "inputs": lambda shop: shop.inputs("Import/3"),
    "compare": lambda shop: shop.compare("Import/1", "main"),
    "summary": lambda shop: shop.table("orders").summary(),
    "branch": lambda shop: shop.branches.create("b", at="HEAD~1"),
    "tag": lambda shop: shop.tags.create("v1", at="HEAD~1"),
    "restore": lambda shop: shop.restore("orders", "HEAD~3"),
    "revert": lambda shop: shop.revert("Import/2"),
    "prune": lambda shop: shop.prune(older_than=0),
    "write": lambda shop: shop.table("orders").write(pd.DataFrame({"id": [1], "amount": [1]})),
}


class Task:
    """What the reads of one task are recorded for."""


@pytest.fixture
def task(monkeypatch):
    scope = Task()
    monkeypatch.setattr(reads, "_SCOPES", [lambda: scope])
    return scope


@pytest.mark.parametrize("name", OWN)
def test_what_is_read_for_another_purpose_is_no_read_of_the_task(name, database, task):
    shop = three_runs(database)
    before = reads.commits_read()

    OWN[name](shop)

    assert reads.commits_read() == before


def test_what_a_task_reads_is_recorded(database, task):
    three_runs(database)

    assert read_table(database, "orders").version.commit in reads.commits_read()
