"""Frames larger than memory: batches become one commit, or nothing does."""

import dataclasses
import datetime
import decimal
import gc
import itertools
import os
import signal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations.core import AppendBranch, MergeBranch, NewBranch, SerialBranch, read_table, write_table
from dolt_integrations.errors import (
    ConfigError,
    DataError,
    DoltError,
    MergeConflictError,
    PrimaryKeyError,
    StorageError,
    UncommittedChangesError,
)
from tests.conftest import eventually, processes_of, run_sql
from tests.samples import FAMILIES, TYPES, assert_same


def numbers(start, stop):
    texts = pd.Series([f"text {n}" for n in range(start, stop)], dtype="str")
    return pd.DataFrame({"n": pd.Series(range(start, stop), dtype="int64"), "text": texts})


def batches(*bounds):
    return iter([numbers(start, stop) for start, stop in itertools.pairwise(bounds)])


def rows(url, branch=None):
    return sorted(run_sql(url, "SELECT n FROM t", revision=branch))


def log(url, branch="main"):
    return [row[0] for row in run_sql(url, f"SELECT message FROM dolt_log('{branch}')")]


def branches(url):
    return sorted(name for (name,) in run_sql(url, "SELECT name FROM dolt_branches"))


def ns(*values):
    return [(value,) for value in values]


def nothing_landed(url):
    return log(url) == ["Initialize data repository"] and branches(url) == ["main"] and not run_sql(url, "SHOW TABLES")


@pytest.mark.parametrize("key", ["n", None])
def test_batches_are_one_commit(database, key):
    version = write_table(database, "t", batches(0, 3, 6, 7), primary_key=key, message="all")

    assert version.changed
    assert log(database) == ["all", "Initialize data repository"]
    assert_same(read_table(database, "t").data.sort_values("n", ignore_index=True), numbers(0, 7))
    assert branches(database) == ["main"]
    assert run_sql(database, "SELECT * FROM dolt_status") == []


@pytest.mark.parametrize("key", ["n", None])
def test_the_version_is_that_of_the_same_frame(database, key):
    first = write_table(database, "t", numbers(0, 7), primary_key=key)

    second = write_table(database, "t", batches(0, 3, 6, 7), primary_key=key)

    assert (second.changed, second.commit, second.table_hash) == (False, first.commit, first.table_hash)
    assert len(log(database)) == 2


def test_the_hash_is_that_of_what_is_read(database):
    version = write_table(database, "t", batches(0, 3, 6), primary_key="n")

    assert dataclasses.replace(version, changed=False) == read_table(database, "t").version


def test_batches_replace_what_is_there(database):
    write_table(database, "t", numbers(0, 20), primary_key="n")

    write_table(database, "t", batches(3, 5, 7), primary_key="n")

    assert rows(database) == ns(3, 4, 5, 6)


def test_kinds_of_frames_may_be_mixed(database):
    one = pl.DataFrame({"n": [1], "text": ["a"]})

    write_table(database, "t", iter([one, one.to_arrow(), one.to_pandas()]))

    assert rows(database) == ns(1, 1, 1)


def test_an_iterator_without_frames_is_an_error(database):
    with pytest.raises(DataError, match="no frames"):
        write_table(database, "t", iter([]))

    assert nothing_landed(database)


def test_a_first_batch_without_rows_is_no_harm(database):
    write_table(database, "t", batches(0, 0, 3), primary_key="n")

    assert rows(database) == ns(0, 1, 2)


def test_batches_without_rows_make_a_table(database):
    write_table(database, "t", batches(0, 0, 0), primary_key="n")

    assert rows(database) == []
    assert_same(read_table(database, "t").data, numbers(0, 0))


@pytest.mark.parametrize("wrong", [5, "text", None, [numbers(0, 1)], {"n": 1}])
@pytest.mark.parametrize("at", [0, 1])
def test_an_iterator_of_something_else_is_an_error(database, wrong, at):
    data = [numbers(0, 2), numbers(2, 4)]
    data[at] = wrong

    with pytest.raises(DataError, match="`t`"):
        write_table(database, "t", iter(data))

    assert nothing_landed(database)


@pytest.mark.parametrize("data", [[numbers(0, 1)], (numbers(0, 1),)])
def test_a_list_of_frames_is_an_error(database, data):
    with pytest.raises(DataError):
        write_table(database, "t", data)


# What fails in the middle


def failing(error, after=2):
    for number in range(after):
        yield numbers(number * 3, number * 3 + 3)
    raise error


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize("error", [ZeroDivisionError("mine"), KeyboardInterrupt(), OSError("mine"), DataError("mine")])
def test_an_error_of_the_iterator_is_shown_as_it_is(database, after, error):
    with pytest.raises(type(error)) as raised:
        write_table(database, "t", failing(error, after))

    assert raised.value is error
    assert nothing_landed(database)


@pytest.mark.parametrize("mode", ["replace", "append", "upsert"])
def test_an_error_leaves_what_was_there(database, mode):
    write_table(database, "t", numbers(10, 12), primary_key="n")

    with pytest.raises(ZeroDivisionError):
        write_table(database, "t", failing(ZeroDivisionError()), mode=mode)

    assert rows(database) == ns(10, 11)
    assert len(log(database)) == 2
    assert branches(database) == ["main"]


def test_an_error_leaves_no_server(repository):
    with pytest.raises(ZeroDivisionError):
        write_table(repository.path, "t", failing(ZeroDivisionError()))

    eventually(lambda: processes_of(repository.path) == [])


@pytest.mark.parametrize("later", [numbers(2, 5), numbers(0, 1)])
@pytest.mark.parametrize("mode", ["replace", "append"])
def test_a_key_in_two_batches_is_an_error(database, later, mode):
    with pytest.raises(PrimaryKeyError, match="`t`"):
        write_table(database, "t", iter([numbers(0, 3), later]), primary_key="n", mode=mode)

    assert nothing_landed(database)


def test_a_key_in_two_batches_of_an_upsert_is_its_last(database):
    later = numbers(2, 5).assign(text="later")

    write_table(database, "t", iter([numbers(0, 3), later]), primary_key="n", mode="upsert")

    assert run_sql(database, "SELECT n, text FROM t WHERE n >= 1 ORDER BY n") == [
        (1, "text 1"), (2, "later"), (3, "later"), (4, "later"),
    ]  # fmt: skip


def test_a_value_that_cannot_be_held_names_its_column(database):
    wrong = pd.DataFrame({"n": [1.5, float("inf")]})

    with pytest.raises(DataError, match="'n'"):
        write_table(database, "t", iter([wrong.head(1), wrong]))

    assert nothing_landed(database)


# Batches that differ


def written(url, *frames, **options):
    write_table(url, "t", iter(frames), **options)
    return read_table(url, "t").data


def test_longer_texts_may_come_later(database):
    data = written(database, pd.DataFrame({"x": ["a"]}), pd.DataFrame({"x": ["b" * 100_000]}))

    assert sorted(data["x"]) == ["a", "b" * 100_000]


def test_missing_texts_may_come_later(database):
    data = written(database, pd.DataFrame({"x": ["a"]}), pd.DataFrame({"x": [None, "b"]}))

    assert sorted(data["x"].dropna()) == ["a", "b"]
    assert data["x"].isna().sum() == 1


def test_missing_integers_may_come_later(database):
    data = written(database, pd.DataFrame({"x": [1]}), pd.DataFrame({"x": pd.array([2, None], "Int64")}))

    assert sorted(data["x"].dropna()) == [1, 2]
    assert data["x"].isna().sum() == 1


def test_wider_integers_may_come_later(database):
    small, wide = pd.Series([1], dtype="int8"), pd.Series([2**60], dtype="int64")

    data = written(database, small.to_frame("x"), wide.to_frame("x"))

    assert sorted(data["x"]) == [1, 2**60]


@pytest.mark.parametrize("order", [1, -1])
def test_batches_of_two_float_widths_keep_each_bit(database, order):
    frames = [
        pd.DataFrame({"x": pd.Series([value], dtype=kind)}) for kind, value in [("float32", 0.5), ("float64", 0.1)]
    ]

    data = written(database, *frames[::order])

    assert sorted(data["x"]) == [0.1, 0.5]


@pytest.mark.parametrize("others", [["a"], ["2020"], [datetime.date(2020, 1, 1)], [True], [b"x"], [{"a": 1}]])
def test_batches_of_two_types_are_an_error_or_keep_their_values(database, others):
    with pytest.raises(DataError, match="'x'"):
        written(database, pd.DataFrame({"x": [1]}), pd.DataFrame({"x": others}))

    assert nothing_landed(database)


def test_a_column_that_comes_later_is_missing_before(database):
    data = written(database, pd.DataFrame({"n": [1]}), pd.DataFrame({"n": [2], "x": ["a"]}), primary_key="n")

    assert data["x"].isna().tolist() == [True, False]


def test_columns_in_another_order_are_the_same(database):
    data = written(database, numbers(0, 2), numbers(2, 4)[["text", "n"]], primary_key="n")

    assert_same(data, numbers(0, 4))


def test_categories_are_joined(database):
    one, other = (pd.DataFrame({"x": pd.Categorical([value])}) for value in "ab")

    data = written(database, one, other)

    assert sorted(data["x"]) == ["a", "b"]
    assert sorted(data["x"].cat.categories) == ["a", "b"]


def test_a_named_index_is_the_key(database):
    data = written(database, numbers(0, 2).set_index("n"), numbers(2, 4).set_index("n"))

    assert_same(data, numbers(0, 4).set_index("n"), check_index_type="equiv")


def test_decimals_of_more_digits_may_come_later(database):
    data = written(
        database,
        pd.DataFrame({"x": [decimal.Decimal("1.5")]}),
        pd.DataFrame({"x": [decimal.Decimal("12345678901234567.123456789")]}),
    )

    assert sorted(map(float, data["x"])) == [1.5, 12345678901234567.123456789]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_type_in_two_batches_is_as_in_one(database, name):
    data = pd.DataFrame({"number": range(len(TYPES[name])), "value": TYPES[name].reset_index(drop=True)})

    write_table(database, "whole", data, primary_key="number")
    write_table(database, "t", iter([data.head(1), data.tail(-1)]), primary_key="number")

    assert_same(read_table(database, "t").data, read_table(database, "whole").data)


# RecordBatchReader and LazyFrame


def reader(*frames, schema=None):
    made = [pa.RecordBatch.from_pandas(frame, preserve_index=False) for frame in frames]
    return pa.RecordBatchReader.from_batches(schema or made[0].schema, made)


def test_a_reader_is_read(database):
    write_table(database, "t", reader(numbers(0, 3), numbers(3, 5)), primary_key="n")

    assert rows(database) == ns(0, 1, 2, 3, 4)


def test_a_reader_is_stored_as_its_table_is(database):
    whole = write_table(database, "t", pa.Table.from_pandas(numbers(0, 5)), primary_key="n")

    assert not write_table(database, "t", reader(numbers(0, 3), numbers(3, 5)), primary_key="n").changed
    assert log(database)[1:] == ["Initialize data repository"], whole


def test_a_reader_without_batches_is_a_table_without_rows(database):
    write_table(database, "t", reader(schema=pa.schema({"n": pa.int64()})))

    assert rows(database) == []


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


def test_a_lazy_frame_is_computed(database, monkeypatch):
    monkeypatch.setattr("dolt_integrations.core.streaming.ROWS", 3)

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
def test_a_lazy_frame_of_every_type_is_stored_as_its_frame_is(database, monkeypatch, name):
    monkeypatch.setattr("dolt_integrations.core.streaming.ROWS", 1)
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


# Modes and branches


def test_batches_are_appended(database):
    write_table(database, "t", numbers(0, 2), primary_key="n")

    write_table(database, "t", batches(2, 4, 6), mode="append")

    assert rows(database) == ns(*range(6))


def test_an_append_of_a_key_that_is_there_is_an_error(database):
    write_table(database, "t", numbers(0, 5), primary_key="n")

    with pytest.raises(PrimaryKeyError):
        write_table(database, "t", iter([numbers(8, 9), numbers(4, 5)]), mode="append")

    assert rows(database) == ns(*range(5))


def test_batches_are_upserted(database):
    write_table(database, "t", numbers(0, 4).assign(text="old"), primary_key="n")

    write_table(database, "t", batches(2, 4, 6), mode="upsert")

    assert run_sql(database, "SELECT n FROM t WHERE text = 'old' ORDER BY n") == ns(0, 1)
    assert rows(database) == ns(*range(6))


def test_an_upsert_that_changes_nothing_is_no_commit(database):
    first = write_table(database, "t", numbers(0, 4), primary_key="n")

    assert write_table(database, "t", batches(0, 1, 2), mode="upsert").commit == first.commit


def test_other_columns_may_be_made_anew(database):
    write_table(database, "t", pd.DataFrame({"n": ["text"]}))

    write_table(database, "t", batches(0, 2, 4), overwrite=True)

    assert rows(database) == ns(*range(4))


def test_a_new_branch_is_made(database):
    write_table(database, "t", numbers(0, 1))

    version = write_table(database, "t", batches(0, 2, 4), branch_conf=NewBranch("b"))

    assert version.branch == "b"
    assert branches(database) == ["b", "main"]
    assert rows(database) == ns(0)
    assert rows(database, "b") == ns(*range(4))


def test_a_new_branch_of_what_fails_is_not_made(database):
    with pytest.raises(ZeroDivisionError):
        write_table(database, "t", failing(ZeroDivisionError()), branch_conf=NewBranch("b"))

    assert branches(database) == ["main"]


def test_a_new_branch_is_made_of_what_does_not_change(database):
    write_table(database, "t", numbers(0, 4))

    frame = write_table(database, "t", numbers(0, 4), branch_conf=NewBranch("by-frame"))
    stream = write_table(database, "t", batches(0, 2, 4), branch_conf=NewBranch("by-stream"))

    assert (stream.changed, stream.commit) == (frame.changed, frame.commit)
    assert "by-stream" in branches(database)


def test_an_existing_branch_is_appended_to(database):
    write_table(database, "t", numbers(0, 1), branch_conf=NewBranch("b"))

    write_table(database, "t", batches(0, 2, 4), branch_conf=AppendBranch("b"))

    assert rows(database, "b") == ns(*range(4))


def test_batches_are_merged(database):
    start = write_table(database, "t", numbers(0, 4), primary_key="n").commit
    write_table(database, "t", numbers(0, 5), primary_key="n")

    merge = MergeBranch(branch_from=start, merge_to="main")
    write_table(database, "t", iter([numbers(0, 4), numbers(10, 12)]), branch_conf=merge)

    assert rows(database) == ns(0, 1, 2, 3, 4, 10, 11)
    assert branches(database) == ["main"]


def test_a_merge_that_conflicts_keeps_the_work(database):
    start = write_table(database, "t", numbers(0, 4), primary_key="n").commit
    write_table(database, "t", numbers(0, 4).assign(text="theirs"), primary_key="n")

    merge = MergeBranch(branch_from=start, merge_to="main")
    with pytest.raises(MergeConflictError) as raised:
        write_table(database, "t", iter([numbers(0, 2).assign(text="ours"), numbers(2, 4)]), branch_conf=merge)

    assert raised.value.branch in branches(database)
    assert run_sql(database, "SELECT DISTINCT text FROM t") == [("theirs",)]


# Others, retries, ends


def test_a_write_that_is_there_already_asks_for_no_second_batch(database):
    asked = []

    def counting():
        for number in range(3):
            asked.append(number)
            yield numbers(number, number + 1)

    first = write_table(database, "t", counting(), mode="append", write_id="w")
    asked.clear()
    second = write_table(database, "t", counting(), mode="append", write_id="w")

    assert (second.commit, second.changed) == (first.commit, False)
    assert asked == [0]
    assert rows(database) == ns(0, 1, 2)


def meanwhile(*statements, url):
    yield numbers(0, 2)
    run_sql(url, *statements)
    yield numbers(2, 4)


def test_others_commits_to_other_tables_meanwhile_are_kept(database):
    theirs = ("CREATE TABLE other (n int)", "CALL dolt_commit('-Am', 'theirs')")

    write_table(database, "t", meanwhile(*theirs, url=database), message="ours")

    assert log(database) == ["ours", "theirs", "Initialize data repository"]
    assert rows(database) == ns(0, 1, 2, 3)
    assert run_sql(database, "SHOW TABLES") == [("other",), ("t",)]


def test_a_replace_is_the_later_one(database):
    write_table(database, "t", numbers(50, 52), primary_key="n")
    theirs = ("INSERT INTO t VALUES (100, 'theirs')", "CALL dolt_commit('-Am', 'theirs')")

    version = write_table(database, "t", meanwhile(*theirs, url=database), message="ours")

    assert rows(database) == ns(0, 1, 2, 3)
    assert log(database)[:2] == ["ours", "theirs"]
    assert dataclasses.replace(version, changed=False) == read_table(database, "t").version


def test_an_append_keeps_what_others_append_meanwhile(database):
    write_table(database, "t", numbers(50, 52), primary_key="n")
    theirs = ("INSERT INTO t VALUES (100, 'theirs')", "CALL dolt_commit('-Am', 'theirs')")

    write_table(database, "t", meanwhile(*theirs, url=database), mode="append")

    assert rows(database) == ns(0, 1, 2, 3, 50, 51, 100)


def test_uncommitted_work_of_the_same_table_is_refused(database):
    write_table(database, "t", numbers(0, 2), primary_key="n")
    run_sql(database, "INSERT INTO t VALUES (100, 'theirs')")

    with pytest.raises(UncommittedChangesError):
        write_table(database, "t", batches(0, 2, 4))

    assert rows(database) == ns(0, 1, 100)


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_uncommitted_work_that_comes_meanwhile_is_not_lost(database, mode):
    write_table(database, "t", numbers(50, 52), primary_key="n")

    with pytest.raises(UncommittedChangesError):
        write_table(database, "t", meanwhile("INSERT INTO t VALUES (100, 'x')", url=database), mode=mode)

    assert rows(database) == ns(50, 51, 100)


def test_uncommitted_work_in_other_tables_stays(database):
    run_sql(database, "CREATE TABLE other (n int)", "CALL dolt_commit('-Am', 'x')", "INSERT INTO other VALUES (1)")

    write_table(database, "t", batches(0, 2, 4))

    assert run_sql(database, "SELECT * FROM other") == [(1,)]
    assert [row[0] for row in run_sql(database, "SELECT table_name FROM dolt_status")] == ["other"]


def test_two_streams_to_one_table_at_once_are_one_after_the_other(database):
    def outer():
        yield numbers(0, 2)
        write_table(database, "t", batches(10, 12, 14), primary_key="n", message="inner")
        yield numbers(2, 4)

    write_table(database, "t", outer(), primary_key="n", message="outer")

    assert rows(database) == ns(0, 1, 2, 3)
    assert log(database)[:2] == ["outer", "inner"]


def test_the_iterator_may_read_the_table_it_writes(repository):
    write_table(repository.path, "t", numbers(0, 4), primary_key="n")

    def doubled():
        for start in (0, 2):
            yield read_table(repository.path, "t", where=f"n >= {start} AND n < {start + 2}").data.assign(text="x")

    write_table(repository.path, "t", doubled(), primary_key="n")

    assert read_table(repository.path, "t").data["text"].tolist() == ["x"] * 4


def test_what_is_killed_in_the_middle_leaves_nothing_for_long(repository, script):
    write_table(repository.path, "t", numbers(0, 2), primary_key="n")
    killed = script(
        """
        import sys, time
        from dolt_integrations.core import write_table
        from tests.core.test_streaming import numbers

        def slow():
            yield numbers(0, 3)
            yield numbers(3, 6)
            print("halfway", flush=True)
            time.sleep(600)

        write_table(sys.argv[1], "t", slow(), primary_key="n")
        """,
        repository.path,
    )
    killed.expect("halfway")
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait()

    assert read_table(repository.path, "t").data["n"].tolist() == [0, 1]
    write_table(repository.path, "t", batches(0, 2, 4), primary_key="n")
    assert repository.branches() == ["main"]
    assert len(repository.messages()) == 3


def test_an_unknown_branch_asks_for_no_more_than_one_batch(database):
    asked = []

    def counting():
        for number in range(3):
            asked.append(number)
            yield numbers(number, number + 1)

    with pytest.raises(DoltError, match="nowhere"):
        write_table(database, "t", counting(), branch_conf=SerialBranch("nowhere"))

    assert len(asked) <= 1


def test_a_bad_mode_asks_for_no_batch(database):
    asked = []

    with pytest.raises(ConfigError):
        write_table(database, "t", (asked.append(n) for n in range(3)), mode="nothing")

    assert asked == []


def test_memory_is_that_of_a_batch(repository, script):
    code = """
        import resource, sys
        import numpy as np, pandas as pd
        from dolt_integrations.core import read_batches, write_table

        def made(batches, rows):
            for number in range(batches):
                start = number * rows
                yield pd.DataFrame({"n": np.arange(start, start + rows), "text": "text " * 8})

        peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        write_table(sys.argv[1], "t", made(1, 20_000), primary_key="n")
        before = peak()
        write_table(sys.argv[1], "t", made(10, 20_000), primary_key="n")
        assert sum(map(len, read_batches(sys.argv[1], "t", 20_000))) == 200_000
        print(peak() - before)
    """

    grown = int(script(code, repository.path).finish(120))

    assert grown < 60  # MB; ten batches are 100 MB as pandas holds them
