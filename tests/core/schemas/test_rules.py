"""CHECKs and UNIQUE keys of a table survive a save of other columns, or the save is refused."""

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, NewBranch, Transaction, write_table
from dolt_integrations.errors import DataError
from tests.conftest import run_sql


def plain(url, frame):
    write_table(url, "t", frame)


def stream(url, frame):
    write_table(url, "t", iter([frame]))


def merge(url, frame):
    write_table(url, "t", frame, branch_conf=MergeBranch("main", "main"))


def new_branch(url, frame):
    write_table(url, "t", frame, branch_conf=NewBranch("fresh"))


def block(url, frame):
    with Transaction(url) as work:
        work.write("t", frame)


WAYS = [plain, stream, merge, new_branch, block]


def make(url, rule):
    run_sql(
        url,
        f"CREATE TABLE t (a int PRIMARY KEY, b int, c int, d int, {rule})",
        "INSERT INTO t VALUES (1, 1, 2, 3)",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )


RULES = ["CONSTRAINT r CHECK (b > 0)", "CONSTRAINT r CHECK (b < c)", "UNIQUE KEY r (b)", "UNIQUE KEY r (c, b)"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rule", RULES)
def test_a_replace_without_a_column_of_a_rule_is_refused(way, rule, database):
    make(database, rule)
    create = run_sql(database, "SHOW CREATE TABLE t")

    with pytest.raises(DataError, match=r"lacks column 'b'.* would lose (CHECK|UNIQUE) r"):
        way(database, pd.DataFrame({"a": [1], "c": [2], "d": [3]}))

    assert run_sql(database, "SHOW CREATE TABLE t") == create
    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


@pytest.mark.parametrize("way", [plain, stream, merge, block])
@pytest.mark.parametrize("rule", [*RULES, "CONSTRAINT r CHECK (a < b + c)"])
def test_a_replace_without_another_column_keeps_the_rule(way, rule, database):
    make(database, rule)

    way(database, pd.DataFrame({"a": [1], "b": [1], "c": [2]}))

    assert "`r`" in run_sql(database, "SHOW CREATE TABLE t")[0][1]


@pytest.mark.parametrize("rule", RULES)
def test_another_key_is_refused_where_a_rule_would_go(rule, database):
    make(database, rule)
    frame = pd.DataFrame({"a": [1], "b": [1], "c": [2], "d": [3]})

    with pytest.raises(DataError, match=r"another key or column order.* would lose"):
        write_table(database, "t", frame, primary_key="d")
    write_table(database, "t", frame, primary_key="d", overwrite=True)


@pytest.mark.parametrize("rule", RULES)
def test_overwrite_makes_the_table_anew(rule, database):
    make(database, rule)

    write_table(database, "t", pd.DataFrame({"a": [1]}), overwrite=True)

    assert run_sql(database, "SELECT * FROM t") == [(1,)]


def test_a_replace_without_a_column_that_another_is_computed_from_is_refused(database):
    run_sql(
        database, "CREATE TABLE t (id bigint PRIMARY KEY, a bigint, b bigint AS (a + 1) STORED)",
        "INSERT INTO t (id, a) VALUES (1, 1)", "CALL DOLT_COMMIT('-Am', 'by hand')",
    )  # fmt: skip

    with pytest.raises(DataError, match="lacks column 'a', from which column 'b' is computed"):
        write_table(database, "t", pd.DataFrame({"id": [1, 2]}))

    assert run_sql(database, "SELECT * FROM t") == [(1, 1, 2)]
