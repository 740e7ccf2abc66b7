"""Timestamps of a file that are finer than their column widen it, as those of a frame do."""

import pandas as pd
import pytest

from dolt_integrations.core import save, write_table
from dolt_integrations.errors import UnsupportedValueError
from tests.conftest import run_sql

FINE = "2020-01-02 10:00:00.123456"
LINES = {"csv": 'a,w\n2,"{}"\n', "tsv": "a\tw\n2\t{}\n", "jsonl": '{{"a": 2, "w": "{}"}}\n'}


def make(url, kind, table="t"):
    run_sql(
        url,
        f"CREATE TABLE {table} (a int PRIMARY KEY, w {kind})",
        f"INSERT INTO {table} VALUES (1, '2020-01-01 00:00:00')",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )


@pytest.mark.parametrize("kind", ["datetime", "datetime(3)", "timestamp"])
@pytest.mark.parametrize("suffix", LINES)
@pytest.mark.parametrize("mode", ["append", "upsert", "replace"])
def test_a_file_does_what_a_frame_of_its_rows_does(kind, suffix, mode, database, tmp_path):
    path = tmp_path / f"rows.{suffix}"
    path.write_text(LINES[suffix].format(FINE))
    for table in ("t", "u"):
        make(database, kind, table)

    save(database, "t", path, {"mode": mode})
    write_table(database, "u", pd.DataFrame({"a": [2], "w": pd.to_datetime([FINE]).as_unit("us")}), mode=mode)

    assert run_sql(database, "SELECT * FROM t") == run_sql(database, "SELECT * FROM u")
    assert run_sql(database, "SHOW COLUMNS FROM t") == run_sql(database, "SHOW COLUMNS FROM u")


def test_a_cell_that_is_no_timestamp_is_refused_by_the_columns_name(database, tmp_path):
    make(database, "datetime")
    path = tmp_path / "rows.csv"
    path.write_text("a,w\n2,yesterday\n")

    with pytest.raises(UnsupportedValueError, match=r"line 2, column 'w': 'yesterday' is not a valid DATETIME\."):
        save(database, "t", path, {"mode": "append"})
