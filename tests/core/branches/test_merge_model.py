"""Merges of a table that both sides changed as drawn: nothing that only one side wrote is lost, or nothing is merged.

`MERGE_EXAMPLES` makes it longer; then it is random, too.
"""

import os

import pandas as pd
import pymysql
import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch, Transaction, write_table
from dolt_integrations.core.configs.remote import Remote
from dolt_integrations.core.remotes.exchange import pull
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
from dolt_integrations.errors import DoltError
from tests.conftest import run_sql
from tests.helpers.saves.merge_check import lost, missing, origins_of
from tests.helpers.saves.merge_sides import CHANGES, COLUMNS, FIRST, Contents, Side

EXAMPLES = int(os.environ.get("MERGE_EXAMPLES", "12"))
SOAK = "MERGE_EXAMPLES" in os.environ

DRAWN = st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 41), st.integers(0, 41)), min_size=1, max_size=4)
MARK = pd.DataFrame({"mark": [1]})


def save(url, on_conflict):
    write_table(url, "mark", MARK, branch_conf=MergeBranch("side", "main", on_conflict=on_conflict))


def block(url, on_conflict):
    with Transaction(url, "main", branch_from="side", on_conflict=on_conflict) as work:
        work.write("mark", MARK)


def promote(url, on_conflict):
    Repository(url).promote("side", "main", on_conflict=on_conflict)


def pulled(url, on_conflict):
    run_sql(url, "CALL DOLT_PUSH('-f', 'origin', 'side:main')")
    with open_database(url) as database:
        pull(Remote(), database, "main", author=DEFAULT_AUTHOR)


DOORS = {"save": save, "block": block, "promote": promote, "pull": pulled}


def begin(url, keyed):
    """Make the table, and a branch `side` at it. Returns the commit."""
    names = run_sql(url, "SELECT name FROM dolt_branches")
    run_sql(
        url,
        *(f"CALL DOLT_BRANCH('-D', '{name}')" for (name,) in names if name != "main"),
        "CALL DOLT_RESET('--hard', 'root')",
    )
    columns = ", ".join(f"{name} {sql_type}" for name, sql_type in COLUMNS.items())
    rows = ", ".join(str(row).replace("None", "NULL") for row in FIRST)
    key = "PRIMARY KEY" if keyed else ""
    run_sql(
        url,
        f"CREATE TABLE t (id bigint NOT NULL {key}, {columns})",
        f"INSERT INTO t VALUES {rows}",
        "CALL DOLT_COMMIT('-Am', 'base')",
        "CALL DOLT_BRANCH('side')",
    )
    return run_sql(url, "SELECT HASHOF('main')")[0][0]


def state(url):
    return run_sql(url, "SELECT HASHOF('main')"), run_sql(url, "SELECT * FROM dolt_status")


def check_rows(url, base, ours, theirs, winner):
    """Return what is wrong with the merged table."""
    there = [name for (name,) in run_sql(url, "SHOW TABLES") if name in ("t", "u")]
    if ours.contents is None or theirs.contents is None or ours.table != theirs.table:
        return missing_values(url, there, base, ours, theirs, winner)
    if there != [ours.table]:
        return [f"tables {there} instead of {ours.table}"]
    sides = base, ours.contents, theirs.contents
    names = [row[0] for row in run_sql(url, f"SHOW COLUMNS FROM `{ours.table}`")]
    found = []
    for origins, wrong in [origins_of(names, *sides), *winners_origins(names, ours, theirs, winner)]:
        merged = Contents(url, "main", ours.table, origins)
        if merged.count > len(merged.rows):  # without a key, Dolt keeps what both sides made of a row
            return missing_values(url, there, base, ours, theirs, winner)
        found.append(wrong or lost(*sides, merged, winner))
    return min(found, key=len)


def winners_origins(names, ours, theirs, winner):
    """Return the winner's columns if the merged table may be the winner's."""
    side = {"ours": ours, "theirs": theirs}.get(winner)
    return [(side.origins, [])] if side is not None and {*names} == {*side.origins} else []


def missing_values(url, there, base, ours, theirs, winner):
    """Return what is wrong if rows cannot be matched: the values of the sides have to be somewhere."""
    tables = [run_sql(url, f"SELECT * FROM `{table}`") for table in there]
    sides = [side for name, side in (("ours", ours), ("theirs", theirs)) if winner in (None, name)]
    found = [(side.branch, missing(tables, base, side.contents)) for side in sides if side.contents is not None]
    return [f"{branch} wrote {values}, which is in none of {there}" for branch, values in found if values]


@pytest.fixture
def remote(database, tmp_path):
    run_sql(database, f"CALL DOLT_REMOTE('add', 'origin', 'file://{tmp_path}/remote')", "CALL DOLT_TAG('root')")
    return database


def test_no_value_that_one_side_wrote_is_lost(remote):
    url = remote

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not SOAK,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=list(Phase) if SOAK else [Phase.generate],
    )
    @given(
        keyed=st.booleans(),
        one=DRAWN,
        two=DRAWN,
        door=st.sampled_from([*DOORS]),
        winner=st.sampled_from([None, None, "ours", "theirs"]),
    )
    def check(keyed, one, two, door, winner):
        merge_and_check(url, keyed, one, two, door, winner if door != "pull" else None)

    check()


def failure(work):
    """Return the error of ours that work raises, or None."""
    try:
        work()
    except DoltError as error:
        return error
    return None


def merge_and_check(url, keyed, one, two, door, winner):
    base_commit = begin(url, keyed)
    base = Contents(url, base_commit, "t", {name: name for name in ("id", *COLUMNS)})
    ours, theirs = Side(url, "main", 10), Side(url, "side", 20)
    try:
        ours.run(one)
        theirs.run(two)
    except (pymysql.MySQLError, ValueError):
        reject()  # a change after which Dolt cannot read the table
    if ours.table == theirs.table == "u":
        reject()  # renamed on both sides, it has no rows at the merge base: Dolt brings deleted ones back, or panics
    before = state(url)
    said = "\n".join(["ours:", *ours.done, "theirs:", *theirs.done, f"{door} {winner} {keyed=}"])
    error = failure(lambda: DOORS[door](url, winner))
    if error is not None:
        assert state(url) == before, said
        if door in ("save", "block"):
            assert getattr(error, "branch", None), f"{said}\n{type(error)} {error}"
            if theirs.table:
                kept = Contents(url, error.branch, theirs.table, theirs.origins)
                assert kept.rows == theirs.contents.rows, said
        return
    wrong = check_rows(url, base, ours, theirs, winner)
    assert not wrong, "\n".join([said, "", *wrong])
