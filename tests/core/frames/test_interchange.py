import datetime
import decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations.core import read_arrow, write_table

ROWS = {
    "id": [1, 2],
    "big": pa.array([2**62, None], pa.int64()),
    "flag": pa.array([True, None]),
    "text": pa.array(["NULL", None], pa.large_string()),
    "at": pa.array([datetime.datetime(2020, 7, 1), None], pa.timestamp("us", "Europe/Berlin")),
    "day": pa.array([datetime.date(1, 1, 1), None]),
    "amount": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(10, 2)),
}
TABLE = pa.table(ROWS)


@pytest.mark.parametrize("make", [lambda: TABLE, lambda: pl.from_arrow(TABLE)], ids=["pyarrow", "polars"])
def test_an_arrow_table_or_a_polars_frame_is_saved(make, database):
    write_table(database, "t", make(), primary_key="id")

    found = read_arrow(database, "t")[0]
    assert found.drop(["amount"]).to_pylist() == TABLE.drop(["amount"]).to_pylist()
    assert found["amount"].to_pylist() == [decimal.Decimal("1.50"), None]
    assert found.schema.field("big").type == pa.int64()
    assert found.schema.field("at").type == pa.timestamp("us", "Europe/Berlin")


def test_an_arrow_table_is_read_with_the_types_that_the_frame_had(database):
    frame = pd.DataFrame(
        {
            "span": pd.to_timedelta([1, -1], unit="s").as_unit("s"),
            "at": pd.to_datetime(["2020-01-01", None]).as_unit("ns"),
            "time": pd.Series([datetime.time(1, 2, 3), None], dtype=object),
            "arrow": pd.Series([1.5, None], dtype="float[pyarrow]"),
        }
    )
    write_table(database, "t", frame)

    schema = read_arrow(database, "t")[0].schema

    assert [str(kind) for kind in schema.types] == ["duration[s]", "timestamp[ns]", "time64[us]", "float"]
