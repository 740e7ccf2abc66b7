"""polars DataFrames: every dtype round-trips, and what polars cannot hold is a `DoltError`."""

import datetime
import decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from dolt_integrations.core import write_table
from dolt_integrations.core.arrow.polars import to_polars
from dolt_integrations.core.frames.frame import encode_frame
from dolt_integrations.errors import DataError, UnsupportedTypeError
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.helpers.values.arrow_types import polars_frame

FRAME = polars_frame()


def table_in(path):
    return DoltTable(DoltConfig(str(path), tablename="t"))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("polars") / "shop"
    write_table(path, "t", FRAME, primary_key="id")
    return path


def test_every_dtype_of_polars_comes_back(saved):
    assert_frame_equal(table_in(saved).to_polars(), FRAME, check_dtypes=True, categorical_as_str=False)


def test_reading_data_first_changes_no_dtype(saved):
    table = table_in(saved)
    assert len(table.data) == FRAME.height

    assert_frame_equal(table.to_polars(), FRAME)


def test_the_same_frame_again_makes_no_commit(saved):
    assert not write_table(saved, "t", FRAME).changed
    assert not write_table(saved, "t", table_in(saved).to_polars()).changed


def test_a_lazy_frame_keeps_its_dtypes(saved):
    assert not write_table(saved, "t", FRAME.lazy()).changed


def test_a_frame_that_was_given_is_given_back(saved):
    assert_frame_equal(DoltTable(DoltConfig(str(saved), tablename="t"), data=FRAME).to_polars(), FRAME)


@pytest.mark.parametrize(
    ("column", "found"),
    [
        (pd.Series([decimal.Decimal("0.1234567891")]), pl.Decimal(38, 10)),
        (pd.to_datetime(pd.Series(["2020-01-01T00:00:00+05:30"])), pl.Datetime("us", "UTC")),
        (pd.Series(["a"], dtype="category"), pl.Categorical),
        (pd.Series(pd.Categorical(["a"], ["b", "a"], ordered=True)), pl.Enum(["b", "a"])),
        (pd.Series([[1]], dtype=pd.ArrowDtype(pa.list_view(pa.int64()))), pl.List(pl.Int64)),
        (pd.Series([datetime.time(1)]), pl.Time),
    ],
)
def test_what_pandas_has_becomes_the_nearest_dtype(column, found, database):
    write_table(database, "t", pd.DataFrame({"x": column}))

    assert table_in(database).to_polars().schema["x"] == found


def test_a_decimal_of_too_many_digits_for_polars_is_refused_by_name(database):
    write_table(database, "t", pd.DataFrame({"x": [decimal.Decimal("9" * 50)]}))

    with pytest.raises(UnsupportedTypeError, match=r"'x'.*decimal256"):
        table_in(database).to_polars()


@pytest.mark.parametrize("kind", [pa.duration("s"), pa.list_(pa.duration("s"))])
def test_a_duration_too_long_for_polars_is_refused_by_name(kind, database):
    value = [2**60] if pa.types.is_list(kind) else 2**60
    write_table(database, "t", pa.table({"x": pa.array([value], kind)}))

    with pytest.raises(UnsupportedTypeError, match=r"'x'.*duration"):
        table_in(database).to_polars()


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (pa.date64(), pl.Date),
        (pa.list_(pa.date64()), pl.List(pl.Date)),
        (pa.list_(pa.timestamp("us", "+05:30")), pl.List(pl.Datetime("us", "UTC"))),
        (pa.list_(pa.decimal256(50, 2)), pl.List(pl.Decimal(38, 2))),
        (pa.decimal128(5, -2), pl.Decimal(38, 0)),
    ],
)
def test_what_arrow_has_becomes_the_nearest_dtype(kind, found):
    assert to_polars(pa.table({"x": pa.nulls(1, kind)})).schema["x"] == found


def test_a_lazy_frame_of_objects_is_refused(tmp_path):
    frame = pl.DataFrame({"n": [1], "x": pl.Series([object()], dtype=pl.Object)}).lazy()

    with pytest.raises(DataError):
        write_table(tmp_path / "shop", "t", frame)


def test_integers_of_128_bits_are_refused_with_the_cast():
    frame = pl.DataFrame({"a": pl.Series([1], dtype=pl.Int128)})

    with pytest.raises(UnsupportedTypeError, match=r"column 'a'.*Int128.*cast\(pl\.Int64\)"):
        encode_frame(frame, table="t")


def test_runs_become_their_values():
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["x", None]))

    assert to_polars(pa.table({"a": runs}))["a"].to_list() == ["x", "x", None]


def test_ctrl_c_during_a_conversion_stays_ctrl_c(monkeypatch):
    def interrupted(_series):
        raise KeyboardInterrupt

    monkeypatch.setattr(pl.Series, "to_arrow", interrupted)

    with pytest.raises(KeyboardInterrupt):
        encode_frame(pl.DataFrame({"a": [1]}), table="t")
