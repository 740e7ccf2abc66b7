"""Column comments that are not marks, and marks of columns that others changed."""

import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from tests.conftest import run_sql
from tests.helpers.values.samples import (
    assert_same,
    round_trip,
    zoned,
)

COMMENTS = [
    "the customer's \"number\"", "pandas", "pandas: ", "pandas: the number of pandas", "pandas: 5", "pandas: []",
    "pandas: null", 'pandas: "text"', 'pandas: {"a": 1}', "pandas: {", '{"dtype": "category"}', "🐼: {}",
]  # fmt: skip
ODD_MARKS = [
    'pandas: {"dtype": "nosuch"}', 'pandas: {"dtype": 5}', 'pandas: {"dtype": "int64[pyarrow"}',
    'pandas: {"dtype": "category"}', 'pandas: {"dtype": "category", "of": "nosuch", "categories": ["a"]}',
    'pandas: {"categories": 5}', 'pandas: {"dtype": "object", "of": "nosuch"}', 'pandas: {"index": "x"}',
    'pandas: {"dtype": "datetime64[us, Nowhere/City]"}', 'pandas: {"dtype": "period[M]"}',
    'pandas: {"dtype": "nosuch[pyarrow]", "of": "arrow"}', 'pandas: {"dtype": "datetime64[us]"}',
]  # fmt: skip


def commented(url, comment):
    """Create a table with one string, whose column has a comment."""
    text = comment.replace("\\", "\\\\").replace("'", "''")
    run_sql(
        url,
        f"CREATE TABLE t (a VARCHAR(20) COMMENT '{text}')",
        "INSERT INTO t VALUES ('x'), (NULL)",
        "CALL dolt_add('-A')",
        "CALL dolt_commit('-m', 'by hand')",
    )


@pytest.mark.parametrize("comment", COMMENTS)
def test_a_comment_that_another_program_wrote_does_no_harm(comment, database):
    commented(database, comment)

    back = read_table(database, "t").data

    assert back["a"].dtype == TEXT_DTYPE
    assert back["a"].dropna().tolist() == ["x"]


@pytest.mark.parametrize("comment", ODD_MARKS)
def test_a_mark_that_means_nothing_here_does_no_harm(comment, database):
    commented(database, comment)

    back = read_table(database, "t").data

    assert "x" in back.reset_index()["a"].tolist() or back["a"].isna().all()


def test_a_mark_of_integers_on_a_column_that_has_become_text_does_no_harm(database):
    write_table(database, "t", pd.DataFrame({"a": pd.to_timedelta([1, 2], unit="s")}))
    comment = run_sql(database, "SHOW FULL COLUMNS FROM t")[0][8]
    run_sql(
        database, f"ALTER TABLE t MODIFY a VARCHAR(20) COMMENT '{comment}'", "UPDATE t SET a = 'x'",
        "CALL dolt_commit('-am', 'by hand')",
    )  # fmt: skip

    assert read_table(database, "t").data["a"].tolist() == ["x", "x"]


def test_a_renamed_column_keeps_its_dtype(database):
    write_table(database, "t", pd.DataFrame({"a": zoned("us", "Europe/Berlin")}))
    run_sql(database, "ALTER TABLE t RENAME COLUMN a TO b", "CALL dolt_commit('-am', 'by hand')")

    assert read_table(database, "t").data["b"].dtype == "datetime64[us, Europe/Berlin]"


def test_a_renamed_number_of_a_label_is_a_text(database):
    write_table(database, "t", pd.DataFrame([[1]]))
    run_sql(database, "ALTER TABLE t RENAME COLUMN `0` TO first", "CALL dolt_commit('-am', 'by hand')")

    assert list(read_table(database, "t").data.columns) == ["first"]


def test_a_save_of_another_type_takes_the_old_mark_away(database):
    write_table(database, "t", pd.DataFrame({"a": pd.to_timedelta([1, 2], unit="s")}))
    frame = pd.DataFrame({"a": pd.array([1, 2], "Int64")})

    assert_same(round_trip(database, frame), frame)
    assert run_sql(database, "SHOW FULL COLUMNS FROM t")[0][8] == ""
