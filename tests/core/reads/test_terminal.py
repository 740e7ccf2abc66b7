"""Reads print nothing, whatever the table holds: no panic of the fast reader, no warning."""

import pandas as pd
import pytest

from dolt_integrations.core import read_table
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from tests.conftest import run_sql

ODD = """CREATE TABLE odd (
    id INT PRIMARY KEY, day DATE, at DATETIME(6), sure DATETIME NOT NULL, stamp TIMESTAMP NULL, clock TIME,
    fine DECIMAL(65,30), bits BIT(64), y YEAR, place GEOMETRY, dot POINT, kind ENUM('a', 'b'), several SET('x', 'y'),
    document JSON, raw BINARY(3), n BIGINT NOT NULL
)"""
ROWS = [
    """INSERT INTO odd VALUES (1, '0001-01-01', '0001-01-01 00:00:00.000001', '0001-01-01', '1970-01-01 00:00:01',
    '-838:59:59', 1e-30, 18446744073709551615, 0, ST_GeomFromText('POINT(1 2)'), ST_GeomFromText('POINT(1 2)'), 'a',
    'x,y', '[1.5]', X'ff00ff', 1)""",
    """INSERT INTO odd VALUES (2, '9999-12-31', '9999-12-31 23:59:59.999999', '9999-12-31', '2038-01-19 03:14:07',
    '838:59:59', -1e-30, 0, 2155, NULL, NULL, 'b', '', '{}', X'000000', 2)""",
    "INSERT INTO odd (id, sure, n) VALUES (3, '2020-01-01', 3)",
]
ZERO = "INSERT INTO odd (id, day, at, sure, n) VALUES (4, '0000-00-00', '0000-00-00', '0000-00-00', 4)"
DTYPES = {
    "id": "int32", "day": "object", "at": "datetime64[us]", "sure": "datetime64[us]", "stamp": "datetime64[us]",
    "clock": "timedelta64[us]", "fine": "object", "bits": "UInt64", "y": "Int16", "place": "object", "dot": "object",
    "kind": TEXT_DTYPE, "several": TEXT_DTYPE, "document": "object", "raw": "object", "n": "int64",
}  # fmt: skip
QUERIES = [
    "SELECT * FROM odd", "SELECT * FROM odd ORDER BY id DESC LIMIT 2", "SELECT * FROM v", "SELECT *, id AS id FROM odd",
    "SELECT day, at, day FROM odd", "SELECT NULL AS a", "SELECT id, NULL AS a FROM odd",
    "SELECT MIN(day), MAX(at), MIN(sure), SUM(n), AVG(fine), COUNT(*) FROM odd", "SELECT MAX(at) FROM odd WHERE id < 0",
    "SELECT day, COUNT(*) AS n FROM odd GROUP BY day",
    "SELECT DATE_ADD(at, INTERVAL 1 DAY) AS later FROM odd WHERE id = 3", "SELECT DATE(at) AS d FROM odd",
    "SELECT id, LAG(at) OVER (ORDER BY id) AS before_it, ROW_NUMBER() OVER (ORDER BY id) AS number FROM odd",
    "SELECT at FROM odd UNION ALL SELECT NULL", "SELECT day FROM odd UNION SELECT sure FROM odd",
    "WITH w AS (SELECT at, sure FROM odd) SELECT w.at, o.sure FROM w LEFT JOIN odd o ON o.sure = w.sure",
    "SELECT * FROM odd AS OF 'HEAD'", "SELECT * FROM dolt_log", "SELECT * FROM dolt_history_odd",
    "SELECT * FROM dolt_diff_odd", "SELECT * FROM dolt_diff('HEAD~1', 'HEAD', 'odd')", "SELECT * FROM dolt_commits",
    "SELECT * FROM dolt_branches", "SELECT * FROM dolt_status", "SELECT * FROM dolt_blame_odd",
    "SELECT CAST('0000-00-00' AS DATE) AS a",
]  # fmt: skip


@pytest.fixture(params=["without zero dates", "with zero dates"])
def odd(request, database):
    """A table of all that the fast reader cannot read, and a view of it."""
    run_sql(database, ODD, *ROWS, "CREATE VIEW v AS SELECT * FROM odd", "CALL DOLT_COMMIT('-Am', 'odd')")
    run_sql(database, *([ZERO] if request.param == "with zero dates" else ["UPDATE odd SET n = 5 WHERE id = 3"]))
    run_sql(database, "CALL DOLT_COMMIT('-am', 'more')")
    return database


def test_a_table_of_all_that_is_odd_has_sensible_dtypes(odd, capfd):
    frame = read_table(odd, "odd").data

    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == DTYPES
    assert frame["at"].isna().tolist() == [False, False, True, True][: len(frame)]
    assert frame["day"].isna().tolist() == [False, False, True, True][: len(frame)]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("column", DTYPES)
def test_each_column_alone_is_read_without_a_sound(column, odd, capfd):
    frame = read_table(odd, sql=f"SELECT `{column}` FROM odd").data

    assert str(frame[column].dtype) == DTYPES[column]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("sql", QUERIES)
def test_a_query_is_read_without_a_sound(sql, odd, capfd):
    frame = read_table(odd, sql=sql).data

    assert isinstance(frame, pd.DataFrame)
    assert len(frame.columns) > 0
    assert capfd.readouterr() == ("", "")
