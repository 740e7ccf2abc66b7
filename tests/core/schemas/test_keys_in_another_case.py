"""Columns that a frame names in another case than the table are the table's, and keep their declarations."""

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, NewBranch, Transaction, read_table, save, write_table
from dolt_integrations.errors import DataError, PrimaryKeyError
from tests.conftest import run_sql

MADE = """CREATE TABLE Users (
    Id bigint AUTO_INCREMENT PRIMARY KEY, Email varchar(255) NOT NULL, Age int DEFAULT 7, UNIQUE KEY ue (Email),
    CONSTRAINT positive CHECK (Id > 0), KEY by_age (Age)
)"""
KEPT = [
    "PRIMARY KEY (`",
    "UNIQUE KEY `ue`",
    "CONSTRAINT `positive` CHECK",
    "KEY `by_age`",
    "AUTO_INCREMENT",
    "DEFAULT '7'",
]


@pytest.fixture
def users(database):
    """A table that a user made, with a row."""
    run_sql(
        database, MADE, "INSERT INTO Users VALUES (1, 'a@example.com', 30)",
        "CREATE TABLE log (what bigint PRIMARY KEY)",
        "CREATE TRIGGER log_it AFTER INSERT ON Users FOR EACH ROW REPLACE INTO log VALUES (new.Id)",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )  # fmt: skip
    return database


def rows(*ids, names=("id", "EMAIL", "age")):
    columns = {
        names[0]: list(ids),
        names[1]: [f"{key}@example.com" for key in ids],
        names[2]: [20 + key for key in ids],
    }
    return pd.DataFrame(columns)


def write(**given):
    return lambda url, data: write_table(url, "Users", data, **given)


def merge(url, data):
    return write_table(url, "Users", data, branch_conf=MergeBranch("main", "main"))


def block(url, data):
    with Transaction(url) as work:
        work.write("users", data)


def file(url, data):
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".csv") as made:
        data.to_csv(made.name, index=False)
        save(db=url, tablename="Users", filename=made.name)


WAYS = {
    "replace": write(),
    "replace by a key": write(primary_key="ID"),
    "append": write(mode="append"),
    "append by a key": write(mode="append", primary_key="id"),
    "upsert": write(mode="upsert"),
    "stream": lambda url, data: write_table(url, "Users", iter([data[:1], data[1:]])),
    "new branch": write(branch_conf=NewBranch("run/1")),
    "merge": merge,
    "block": block,
    "file": file,
}


@pytest.mark.parametrize("way", WAYS)
def test_the_table_keeps_its_key_and_all_that_was_said_of_it(way, users):
    WAYS[way](users, rows(2, 3))

    revision = "run/1" if way == "new branch" else "main"
    made = run_sql(users, "SHOW CREATE TABLE Users", revision=revision)[0][1]
    assert [what for what in KEPT if what not in made] == []
    assert len(run_sql(users, "SHOW TRIGGERS", revision=revision)) == 1
    assert {2, 3} <= {key for (key,) in run_sql(users, "SELECT Id FROM Users", revision=revision)}


def test_a_large_frame_keeps_them_as_well(users, set_limits):
    set_limits(in_place_rows=10)

    write_table(users, "Users", rows(*range(1, 12)))

    made = run_sql(users, "SHOW CREATE TABLE Users")[0][1]
    assert [what for what in KEPT if what not in made] == []


def test_the_check_the_unique_key_and_the_numbers_go_on(users):
    write_table(users, "Users", rows(2, 3))

    run_sql(users, "INSERT INTO Users (Email) VALUES ('next@example.com')")
    assert run_sql(users, "SELECT MAX(Id) FROM Users") == [(4,)]
    run_sql(users, "CALL DOLT_CHECKOUT('Users')", "CALL DOLT_CHECKOUT('log')")
    with pytest.raises(DataError):
        write_table(users, "Users", rows(-1))
    with pytest.raises(DataError):
        write_table(users, "Users", rows(2, 3).assign(EMAIL="same@example.com"))


def test_numbers_that_the_frame_has_in_another_case_are_not_replaced(users):
    with pytest.raises(PrimaryKeyError):
        write_table(users, "Users", rows(1), mode="append")

    assert run_sql(users, "SELECT Id FROM Users") == [(1,)]


def test_a_key_that_the_frame_lacks_in_any_case_is_an_error(users):
    with pytest.raises(PrimaryKeyError, match="Did you mean `id`"):
        write_table(users, "Users", rows(1), primary_key="idx")


def test_a_key_of_two_columns_keeps_its_order(database):
    run_sql(database, "CREATE TABLE T (A int, B int, v int, PRIMARY KEY (B, A))", "CALL DOLT_COMMIT('-Am', 'made')")

    write_table(database, "T", pd.DataFrame({"a": [1, 1], "b": [1, 2], "v": [1, 2]}))
    write_table(database, "T", pd.DataFrame({"v": [5], "A": [1], "b": [2]}), mode="upsert")

    assert [row[4].lower() for row in run_sql(database, "SHOW KEYS FROM T")] == ["b", "a"]
    assert run_sql(database, "SELECT v FROM T ORDER BY v") == [(1,), (5,)]


def test_a_named_index_in_another_case_is_the_key(users):
    write_table(users, "Users", rows(2, 3).set_index("id"))

    made = run_sql(users, "SHOW CREATE TABLE Users")[0][1]
    assert [what for what in KEPT if what not in made] == []
    assert read_table(users, "Users").data.index.tolist() == [2, 3]
