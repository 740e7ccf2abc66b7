"""Sources of streams: `RecordBatchReader`, polars `LazyFrame`, Arrow tables of every type."""

import datetime
import decimal
import gc

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.writes.stream_source import first_batch
from dolt_integrations.errors import DataError, DoltError, StorageError
from tests.helpers.saves.state import log
from tests.helpers.saves.streams import nothing_landed, ns, numbers, rows
from tests.helpers.values.samples import assert_same


def reader(*frames):
    made = [pa.RecordBatch.from_pandas(frame, preserve_index=False) for frame in frames]
    return pa.RecordBatchReader.from_batches(made[0].schema, made)


def test_a_reader_is_read(database):
    write_table(database, "t", reader(numbers(0, 3), numbers(3, 5)), primary_key="n")

    assert rows(database) == ns(0, 1, 2, 3, 4)


def test_a_reader_is_stored_as_its_table_is(database):
    whole = write_table(database, "t", pa.Table.from_pandas(numbers(0, 5)), primary_key="n")

    assert not write_table(database, "t", reader(numbers(0, 3), numbers(3, 5)), primary_key="n").changed
    assert log(database)[1:] == ["Initialize data repository"], whole


def test_a_reader_that_was_read_already_is_an_error_and_empties_no_table(database):
    once = reader(numbers(1, 3))
    write_table(database, "t", once)

    with pytest.raises(DataError, match="already read"):
        write_table(database, "t", once)

    assert rows(database) == ns(1, 2)


ARROW = {
    "int64": pa.array([1, None, 3]),
    "bool": pa.array([True, None, False]),
    "text": pa.array(["a", None, ""]),
    "double": pa.array([0.5, None, -0.0]),
    "bytes": pa.array([b"a", None, b""]),
    "date": pa.array([datetime.date(2020, 1, 1), None, datetime.date(1, 1, 2)]),
    "timestamp": pa.array([datetime.datetime(2020, 1, 1), None, None], pa.timestamp("us")),
    "zoned": pa.array([datetime.datetime(2020, 1, 1), None, None], pa.timestamp("us", "Europe/Berlin")),
    "duration": pa.array([5, None, 7], pa.duration("us")),
    "decimal": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("-2.25")]),
    "dictionary": pa.array(["a", None, "b"]).dictionary_encode(),
    "late": pa.array([None, None, "a"]),
    "late integer": pa.array([None, None, 1]),
    "late bool": pa.array([None, None, True]),
    "late bytes": pa.array([None, None, b"a"]),
    "late date": pa.array([None, None, datetime.date(2020, 1, 1)]),
    "late decimal": pa.array([None, None, decimal.Decimal("1.50")]),
    "late time": pa.array([None, None, datetime.time(1)]),
    "late dictionary": pa.array([None, None, "a"]).dictionary_encode(),
    "time": pa.array([datetime.time(1), None, datetime.time(23, 59, 59)]),
}


@pytest.mark.parametrize("name", ARROW)
def test_a_reader_of_every_type_is_stored_as_its_table_is(database, name):
    table = pa.table({"n": range(3), "x": ARROW[name]})
    write_table(database, "whole", table, primary_key="n")

    stream = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=1))
    write_table(database, "t", stream, primary_key="n")

    assert_same(read_table(database, "t").data, read_table(database, "whole").data)


def test_a_reader_that_fails_shows_its_own_error(database):
    def fail():
        yield pa.RecordBatch.from_pandas(numbers(0, 2), preserve_index=False)
        raise ZeroDivisionError("mine")

    schema = pa.Schema.from_pandas(numbers(0, 2), preserve_index=False)
    with pytest.raises((ZeroDivisionError, DoltError), match="mine"):
        write_table(database, "t", pa.RecordBatchReader.from_batches(schema, fail()))

    assert nothing_landed(database)


def lazy(start, stop):
    return pl.from_pandas(numbers(start, stop)).lazy()


def test_a_lazy_frame_is_computed(database, set_limits):
    set_limits(stream_rows=3)

    write_table(database, "t", lazy(0, 10).filter(pl.col("n") != 4), primary_key="n")

    assert rows(database) == ns(0, 1, 2, 3, 5, 6, 7, 8, 9)


def test_a_lazy_frame_without_rows_is_a_table(database):
    write_table(database, "t", lazy(0, 10).filter(pl.col("n") > 100), primary_key="n")

    assert rows(database) == []


@pytest.mark.parametrize("name", ARROW)
def test_arrow_tables_of_every_type_are_stored_as_one_is(database, name):
    table = pa.table({"n": range(3), "x": ARROW[name]})
    write_table(database, "whole", table, primary_key="n")

    write_table(database, "t", iter([table.slice(at, 1) for at in range(3)]), primary_key="n")

    assert_same(read_table(database, "t").data, read_table(database, "whole").data)


@pytest.mark.parametrize("name", ARROW)
def test_a_lazy_frame_of_every_type_is_stored_as_its_frame_is(database, set_limits, name):
    set_limits(stream_rows=1)
    frame = pl.DataFrame({"n": range(3)}).with_columns(pl.Series("x", ARROW[name]))
    whole = write_table(database, "t", frame, primary_key="n")

    version = write_table(database, "t", frame.lazy(), primary_key="n")

    assert version == whole.__class__(whole.commit, "main", whole.table_hash, changed=False)


def explode(value):
    raise ZeroDivisionError(f"mine, at {value}")


LAZY_FAILURES = {
    "an unknown column": lambda: lazy(0, 3).select("nothing"),
    "a cast": lambda: lazy(0, 3).with_columns(pl.col("text").cast(pl.Int64)),
    "a function": lambda: lazy(0, 3).with_columns(pl.col("n").map_elements(explode, return_dtype=pl.Int64)),
    "no file": lambda: pl.scan_parquet("/nowhere/at/all.parquet"),
    "no CSV file": lambda: pl.scan_csv("/nowhere/at/all.csv"),
    "no columns": lambda: pl.LazyFrame(),
    "objects": lambda: pl.LazyFrame({"x": pl.Series([object()], dtype=pl.Object)}),
}


@pytest.mark.parametrize("name", LAZY_FAILURES)
def test_a_lazy_frame_that_fails_says_why(database, name):
    with pytest.raises((DoltError, ZeroDivisionError)) as raised:
        write_table(database, "t", LAZY_FAILURES[name]())

    assert not isinstance(raised.value, StorageError), raised.value
    assert "`t`" in str(raised.value) or "mine" in str(raised.value)
    assert nothing_landed(database)


def test_a_lazy_frame_leaves_no_file(database, temporary):
    write_table(database, "t", lazy(0, 10))
    with pytest.raises(DoltError):
        write_table(database, "t", lazy(0, 3).select("nothing"))

    gc.collect()
    assert [path for path in temporary.iterdir() if "dolt-integrations" in path.name] == []


FAILURES = {
    "full": (OSError(28, "No space left on device"), StorageError, "TMPDIR"),
    "quota": (pl.exceptions.ComputeError("Disk quota exceeded (os error 122)"), StorageError, "TMPDIR"),
    "file": (FileNotFoundError(2, "No such file"), DataError, "collect"),
    "expression": (pl.exceptions.ColumnNotFoundError("x"), DataError, "collect"),
}


@pytest.mark.parametrize("what", FAILURES)
def test_a_lazy_frame_that_cannot_be_computed_says_whether_space_or_an_expression_is_the_cause(
    what, database, monkeypatch
):
    error, kind, advice = FAILURES[what]

    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", fail)

    with pytest.raises(kind, match=advice) as caught:
        write_table(database, "t", pl.LazyFrame({"n": [1]}))

    assert caught.value.__cause__ is error
    nothing_landed(database)


@pytest.mark.parametrize("is_stream", [False, True])
def test_row_numbers_that_do_not_begin_at_0_are_warned_of_in_a_frame_but_not_in_a_stream(is_stream, caplog):
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.RangeIndex(5, 7))

    with first_batch(iter([frame]) if is_stream else frame, "t"):
        pass

    assert ("look like row numbers" in caplog.text) is not is_stream
