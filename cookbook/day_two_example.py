"""Day two: a run wrote wrong rows. Find it, undo it, and run it again on a branch of its own.

    python day_two_example.py
    pyflyte run day_two_example.py wf --day 1

Each run imports a day's orders and adds the day's total. The second day's prices are in cents. The database is the
directory `foo` beside this file; the same steps on the command line are in docs/day-two.md.
"""

import os

import pandas as pd
from flytekit import task, workflow

from dolt_integrations.core import NewBranch, Promotion
from flytekitplugins.dolt import DoltConfig, DoltTable

doltdb_path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "foo")

PRICES = [10.0, 20.0]


@task
def configure(tablename: str, primary_key: str, branch: str) -> DoltConfig:
    return DoltConfig(
        db_path=doltdb_path,
        tablename=tablename,
        io_args={"primary_key": primary_key, "mode": "upsert"},
        branch_conf=NewBranch(branch) if branch else None,
    )


@task
def import_orders(conf: DoltConfig, day: int, in_cents: bool) -> DoltTable:
    ids = [100 * day + at for at in range(len(PRICES))]
    prices = [price * (100 if in_cents else 1) for price in PRICES]
    return DoltTable(data=pd.DataFrame({"id": ids, "day": day, "price": prices}), config=conf)


@task
def add_total(conf: DoltConfig, orders: DoltTable, day: int) -> DoltTable:
    sold = orders.data.query("day == @day")["price"].sum()
    return DoltTable(data=pd.DataFrame({"day": [day], "total": [sold]}), config=conf)


@workflow
def wf(day: int = 1, in_cents: bool = False, branch: str = "") -> DoltTable:
    orders = configure(tablename="orders", primary_key="id", branch=branch)
    totals = configure(tablename="totals", primary_key="day", branch=branch)
    imported = import_orders(conf=orders, day=day, in_cents=in_cents)
    return add_total(conf=totals, orders=imported, day=day)


def main() -> None:
    for day in (1, 2, 3):
        wf(day=day, in_cents=day == 2)
    shop = DoltConfig(db_path=doltdb_path, tablename="orders").repository
    show("Totals", shop.table("totals").read())

    # Find it: which run wrote the impossible prices, and what else did it write?
    orders = shop.table("orders")
    wrong = orders.read().query("price > 100")["id"]
    bad = orders.blame().loc[wrong, "run"].unique().item()
    runs = shop.runs().set_index("run")
    show("Runs", runs[["tables", "commits"]].reset_index(drop=True))
    one_before = runs.index[list(runs.index).index(bad) + 1]
    show("What the bad run changed", shop.compare(one_before, bad))

    # Undo it: all its commits on all its tables. The third day's rows, which were written later, stay.
    shop.revert(bad, message="Undo the import of day 2, which was in cents")
    show("Totals after the revert", shop.table("totals").read())

    # Run it again on its own branch, and promote the branch after an audit.
    wf(day=2, in_cents=False, branch="again/day-2")
    shop.promote("again/day-2", audit=prices_are_plausible)
    show("Totals after the promotion", shop.table("totals").read())

    # Housekeeping: the branch has been merged.
    shop.prune(dry_run=False)
    show("Branches", shop.branches.list()[["branch"]])


def prices_are_plausible(new: Promotion) -> bool:
    return bool((new.read("orders").data["price"] < 100).all())


def show(title: str, frame: pd.DataFrame) -> None:
    print(f"{title}\n{frame.to_string(index=False)}\n")


if __name__ == "__main__":
    print(f"Running {os.path.basename(__file__)} main...")
    main()
