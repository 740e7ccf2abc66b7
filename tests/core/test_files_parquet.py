"""Parquet files of others, and ours as others read them."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from dolt_integrations.core.files import read_file, write_file
from dolt_integrations.errors import ColumnNotFoundError, FileError
from tests.core.cells import table, values


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"PAR1" * 5])
def test_what_is_no_parquet_is_an_error(data, tmp_path):
    (tmp_path / "data.parquet").write_bytes(data)

    with pytest.raises(FileError, match=r"data\.parquet.*Parquet"):
        read_file(tmp_path / "data.parquet", table="t")


def test_a_parquet_file_that_is_cut_off_is_an_error(tmp_path):
    write_file(pd.DataFrame({"a": range(1000)}), tmp_path / "data.parquet")
    whole = (tmp_path / "data.parquet").read_bytes()
    (tmp_path / "data.parquet").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(FileError, match="Parquet"):
        read_file(tmp_path / "data.parquet", table="t")


def test_a_parquet_file_of_pandas_is_read_as_pandas_does(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": pd.Categorical(["x", "y"]), "c": pd.array([1, None], dtype="Int64")})
    frame.set_index("a").to_parquet(tmp_path / "data.parquet")

    assert_frame_equal(read_file(tmp_path / "data.parquet", table="t"), frame.set_index("a"))


def test_a_parquet_file_of_others_keeps_large_integers_beside_nulls(tmp_path):
    pq.write_table(pa.table({"a": [2**53 + 1, None]}), tmp_path / "data.parquet")

    assert values(read_file(tmp_path / "data.parquet", table="t")) == [2**53 + 1, None]


def test_pandas_reads_a_parquet_file_of_ours(tmp_path):
    frame = pd.DataFrame(
        {
            "n": pd.Series([1, None], dtype="Int8"),
            "at": pd.to_datetime(["2021-01-01", None]).tz_localize("Europe/Berlin"),
        },
        index=pd.Index(["x", "y"], name="key"),
    )
    write_file(frame, tmp_path / "data.parquet")

    assert_frame_equal(pd.read_parquet(tmp_path / "data.parquet"), frame)


def test_a_parquet_column_that_the_table_lacks_is_an_error(tmp_path):
    write_file(pd.DataFrame({"A": [1], "z": [2]}), tmp_path / "data.parquet")

    with pytest.raises(ColumnNotFoundError, match=r"'z'.*`t`"):
        read_file(tmp_path / "data.parquet", table="t", existing=table("bigint"))
    assert list(read_file(tmp_path / "data.parquet", table="t", args={"columns": ["A"]}).columns) == ["A"]
