"""Text that looks like SQL, in values and in names, changes nothing but itself."""

import numpy as np
import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, read_table, write_table
from dolt_integrations.errors import DataError
from tests.conftest import run_sql

TEXTS = [
    "'; DROP TABLE victim; --", '"; DROP TABLE victim; --', "`; DROP TABLE victim; --", "x'); DELETE FROM victim; --",
    "%s", "%(a)s", "%", "100%%", "{0}", "@v0", "@@version", "\\", "\\\\", "\\'", "\\N", "NULL", "/* comment", "*/",
    "--", "# x", "/*! DROP TABLE victim */", "1 OR 1=1", "$(rm -rf)", "\t", "\n", "'", '"', "`", ";",
]  # fmt: skip
NAMES = [
    "x`; DROP TABLE victim; -- ", "x' OR 'a'='a", 'x"y', "100%", "%s", "%(a)s", "a;b", "@v0", "a/*b", "a-- b", "a\\b",
    "select", "a\\'b", "`", "``", "{0}", "a,b", "(a)", "a COMMENT 'b'",
]  # fmt: skip
TABLES = ["select", "a b", "100%", "x`; DROP TABLE victim", "it's", "a;b", "@v0", "a-b", "日本"]
BRANCHES = ["x'; DROP TABLE victim; --", "a`b", "a/b;c", "100%", "%s", "a'b", 'a"b', "select", "--all", "-D"]


def with_victim(url):
    run_sql(url, "CREATE TABLE victim (a INT PRIMARY KEY)", "INSERT INTO victim VALUES (1)")
    run_sql(url, "CALL DOLT_COMMIT('-Am', 'the victim')")
    return url


@pytest.fixture
def url(url):
    """A database with a table that nothing may harm."""
    return with_victim(url)


def is_unharmed(url, *tables):
    """Whether the victim is unchanged, nothing is uncommitted, and only these tables exist."""
    rows = run_sql(url, "SELECT a FROM victim"), run_sql(url, "SELECT * FROM dolt_status")
    names = sorted(name for (name,) in run_sql(url, "SHOW TABLES"))
    return rows == ([(1,)], []) and names == sorted(["victim", *tables])


def test_values_are_values(url):
    frame = pd.DataFrame({"n": range(len(TEXTS)), "text": TEXTS, "bytes": [text.encode() for text in TEXTS]})

    write_table(url, "t", frame, primary_key="n")

    pd.testing.assert_frame_equal(read_table(url, "t").data, frame)
    assert is_unharmed(url, "t")


def test_keys_are_values(url):
    frame = pd.DataFrame({"key": sorted(TEXTS), "n": range(len(TEXTS))})

    write_table(url, "t", frame, primary_key="key")

    back = read_table(url, "t").data.sort_values("key", ignore_index=True)
    pd.testing.assert_frame_equal(back, frame)
    assert is_unharmed(url, "t")


def test_documents_are_values(url):
    frame = pd.DataFrame({"n": [1], "document": pd.Series([{text: [text] for text in TEXTS}], dtype=object)})

    write_table(url, "t", frame, primary_key="n")

    assert read_table(url, "t").data["document"].tolist() == frame["document"].tolist()
    assert is_unharmed(url, "t")


def test_columns_have_any_name(url):
    frame = pd.DataFrame([[*range(len(NAMES))], [*range(len(NAMES))]], columns=NAMES)
    frame[NAMES[0]] = [1, 2]

    write_table(url, "t", frame, primary_key=NAMES[0])
    write_table(url, "t", frame.drop(columns=NAMES[1]).assign(**{NAMES[2]: ["'", None]}), overwrite=True)
    write_table(url, "t", frame, overwrite=True)

    pd.testing.assert_frame_equal(read_table(url, "t").data, frame)
    assert is_unharmed(url, "t")


def test_an_index_has_any_name(url):
    index = pd.MultiIndex.from_arrays([range(2)] * len(NAMES), names=NAMES)
    frame = pd.DataFrame({"value": ["a", "b"]}, index=index)

    write_table(url, "t", frame)

    assert list(read_table(url, "t").data.index.names) == NAMES
    assert is_unharmed(url, "t")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_any_name_or_none(name, database):
    with_victim(database)
    frame = pd.DataFrame({"a": [1, 2]})

    try:
        write_table(database, name, frame, primary_key="a")
    except DataError:
        assert is_unharmed(database)
        return

    write_table(database, name, frame.assign(b=["x", "y"]))
    pd.testing.assert_frame_equal(read_table(database, name).data, frame.assign(b=["x", "y"]))
    assert is_unharmed(database, name)


@pytest.mark.parametrize("name", BRANCHES)
def test_a_branch_has_any_name_or_none(name, database):
    with_victim(database)
    frame = pd.DataFrame({"a": [1, 2]})

    try:
        write_table(database, "t", frame, branch_conf=NewBranch(name))
    except DataError:
        assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]
    else:
        back = read_table(database, "t", branch_conf=NewBranch(name)).data
        pd.testing.assert_frame_equal(back.sort_values("a", ignore_index=True), frame)

    assert is_unharmed(database)


def test_categories_are_values(url):
    frame = pd.DataFrame({"n": range(len(TEXTS)), "kind": pd.Categorical(TEXTS, categories=TEXTS[::-1])})

    write_table(url, "t", frame, primary_key="n")

    pd.testing.assert_frame_equal(read_table(url, "t").data, frame)
    assert is_unharmed(url, "t")


@pytest.mark.parametrize("text", TEXTS)
def test_comments_defaults_and_indexes_of_others_are_kept_as_they_are(text, database):
    name = text.replace("`", "``").strip() or "x"
    told = text.replace("\\", "\\\\").replace("'", "''")
    run_sql(
        database,
        f"CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(40) DEFAULT '{told}' COMMENT '{told}', KEY `i{name}` (b))",
        "INSERT INTO t (a) VALUES (1)",
        "CREATE TABLE victim (a INT PRIMARY KEY)", "INSERT INTO victim VALUES (1)",
        "CALL DOLT_COMMIT('-Am', 'by hand')",
    )  # fmt: skip
    frame = pd.DataFrame({"a": np.array([1, 2], "int32"), "b": pd.Categorical(["x", text])})

    write_table(database, "t", frame)
    run_sql(database, "INSERT INTO t (a) VALUES (3)", "CALL DOLT_COMMIT('-am', 'by hand')")

    assert run_sql(database, "SELECT b FROM t WHERE a > 1 ORDER BY a") == [(text,), (text,)]
    assert run_sql(database, "SHOW FULL COLUMNS FROM t LIKE 'b'")[0][8].startswith(text)
    assert f"i{text.strip() or 'x'}" in [row[2] for row in run_sql(database, "SHOW KEYS FROM t")]
    assert is_unharmed(database, "t")
