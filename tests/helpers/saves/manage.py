"""A shop whose tables several runs have written, for tests of what is done on day two."""

from __future__ import annotations

import pandas as pd

from dolt_integrations import Repository


def orders(*ids: int, amounts: list[int] | None = None) -> pd.DataFrame:
    """Return orders, each of ten times its id unless the amounts say otherwise."""
    return pd.DataFrame({"id": list(ids), "amount": amounts or [10 * each for each in ids]})


def lines(*texts: str) -> pd.DataFrame:
    """Return rows of a table without a key."""
    return pd.DataFrame({"line": list(texts)})


def names(shop: Repository) -> list[str]:
    """Return the names of its branches."""
    return list(shop.branches.list()["branch"])


def three_runs(url: str) -> Repository:
    """Fill three tables in three runs: `Import/1`, a bad `Import/2`, and `Import/3`, which only adds rows."""
    shop = Repository(url)
    shop.table("orders").write(orders(1, 2), key="id", message="Run: Import/1/load/1")
    shop.table("log").write(lines("a", "b"), message="Run: Import/1/load/1")
    shop.table("orders").write(orders(2, 3, amounts=[-2, -3]), mode="upsert", message="Run: Import/2/load/2")
    shop.table("log").write(lines("a", "bad"), mode="append", message="Run: Import/2/load/2")
    shop.table("users").write(orders(9), key="id", message="Run: Import/2/load/3")
    shop.table("orders").write(orders(4), mode="append", message="Run: Import/3/load/4")
    shop.table("log").write(lines("a", "bad"), mode="append", message="Run: Import/3/load/4")
    shop.table("users").write(orders(10), mode="append", message="Run: Import/3/load/4")
    return shop


def state(shop: Repository) -> dict[str, list[list[object]]]:
    """Return the rows of the three tables, in order."""
    return {name: sorted(shop.table(name).read().to_numpy().tolist()) for name in ("orders", "log", "users")}
