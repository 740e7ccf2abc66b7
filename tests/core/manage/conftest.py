"""A shop with a branch of a run."""

from __future__ import annotations

import pytest

from dolt_integrations import Repository
from dolt_integrations.core import NewBranch
from tests.helpers.saves.manage import orders


@pytest.fixture
def shop(database: str) -> Repository:
    """A table on main, and a branch of a run that adds a row."""
    shop = Repository(database)
    shop.table("orders").write(orders(1), key="id", message="Run: A/1/s/1")
    shop.table("orders", branch=NewBranch("run/1")).write(orders(2), mode="append", message="Run: A/2/s/1")
    return shop
