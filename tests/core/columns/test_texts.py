import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.schemas.text_types import text_types
from tests.conftest import run_sql


def type_of(url, name="a"):
    return {row[0]: row[1] for row in run_sql(url, "SHOW COLUMNS FROM t")}[name]


@pytest.mark.parametrize(("length", "sql_type"), [(0, "varchar(255)"), (255, "varchar(255)"), (256, "longtext")])
def test_the_longest_text_decides(length, sql_type, database):
    write_table(database, "t", pd.DataFrame({"a": ["é" * length, "x"]}))

    assert type_of(database) == sql_type


def test_characters_are_counted_not_bytes():
    assert text_types({"a": 255}, (), "t") == {"a": "varchar(255)"}


def test_a_row_of_many_texts_still_fits(database):
    frame = pd.DataFrame({f"c{number}": ["x" * 255] for number in range(100)})

    write_table(database, "t", frame)

    assert read_table(database, "t").data.equals(frame)


def test_a_column_becomes_longer_when_a_text_does(database):
    write_table(database, "t", pd.DataFrame({"a": ["short"]}))

    write_table(database, "t", pd.DataFrame({"a": ["x" * 300]}))

    assert type_of(database) == "longtext"
    assert read_table(database, "t").data["a"].tolist() == ["x" * 300]


def test_a_column_stays_long_when_its_texts_become_short(database):
    write_table(database, "t", pd.DataFrame({"a": ["x" * 300]}))

    write_table(database, "t", pd.DataFrame({"a": ["short"]}))

    assert type_of(database) == "longtext"


def test_a_type_that_the_user_chose_is_kept_while_strings_fit(database):
    run_sql(database, "CREATE TABLE t (a varchar(20))", "CALL DOLT_COMMIT('-Am', 'mine')")

    write_table(database, "t", pd.DataFrame({"a": ["x" * 20]}))

    assert type_of(database) == "varchar(20)"


def test_a_type_that_the_user_chose_is_widened_when_a_string_does_not_fit(database):
    run_sql(database, "CREATE TABLE t (a varchar(20))", "CALL DOLT_COMMIT('-Am', 'mine')")

    write_table(database, "t", pd.DataFrame({"a": ["x" * 21]}))

    assert read_table(database, "t").data["a"].tolist() == ["x" * 21]


@pytest.mark.parametrize("collation", ["utf8mb4_0900_ai_ci", "utf8mb4_general_ci"])
def test_a_key_whose_collation_ignores_case_loses_no_row(collation, database):
    run_sql(
        database, f"CREATE TABLE t (a varchar(20) COLLATE {collation} PRIMARY KEY)", "CALL DOLT_COMMIT('-Am', 'mine')"
    )
    frame = pd.DataFrame({"a": ["a", "A"]})

    try:
        write_table(database, "t", frame)
    except ValueError as error:
        assert "'a'" in str(error) or "`t`" in str(error)  # noqa: PT017 - either is right
    else:
        assert sorted(read_table(database, "t").data["a"]) == ["A", "a"]


@pytest.mark.parametrize(
    ("key", "sql_type"),
    [
        ("é" * 255, "varchar(255)"),
        ("é" * 256, "varchar(768)"),
        (b"x" * 255, "varbinary(255)"),
        (b"x" * 256, "varbinary(3072)"),
    ],
    ids=["a short string", "a long string", "few bytes", "many bytes"],
)
def test_the_longest_key_decides(key, sql_type, database):
    write_table(database, "t", pd.DataFrame({"a": [key, key[:1]]}), primary_key="a")

    assert type_of(database) == sql_type
    assert sorted(read_table(database, "t").data.reset_index()["a"]) == [key[:1], key]
