"""pandas, pyarrow and polars write one table alternately: writing back what another has read makes no commit."""

import datetime
import decimal
import math
import uuid

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import read_arrow, read_table, write_table
from dolt_integrations.core.arrow.polars import to_polars
from dolt_integrations.errors import UnsupportedTypeError
from tests.conftest import run_sql
from tests.helpers.values.samples import assert_same

FRAME = pd.DataFrame(
    {
        "id": [1, 2], "text": ["a", None], "x": [0.5, None], "category": pd.Categorical(["u", "v"]),
        "at": pd.to_datetime(["2020-01-01", None]), "flag": [True, False], "day": [datetime.date(2020, 1, 1), None],
        "money": [decimal.Decimal("1.5"), None], 7: pd.array([1, None], "Int64"),
    }
)  # fmt: skip
OTHERS = pd.DataFrame(
    {
        "id": [1, 2], "time": [datetime.time(1), None], "uuid": [uuid.UUID(int=1), None],
        "doc": [{"b": 1, "a": [None]}, None],
        "whole": [[1.0], None], "array": [np.array([1, 2]), None],
        "embedding": [np.array([1.5, np.nan]), None], "size": pd.Categorical([3, None], [3, 1]),
        "second": pd.to_datetime(["2020-01-01", None]).as_unit("s"), "large": [2**70, None],
    }
).astype({"large": object})  # fmt: skip
FRAMES = {
    "a key": FRAME,
    "an index": FRAME.set_index("id"),
    "labels without a name": FRAME.set_axis(["x", "y"]),
    "what Arrow and polars have in other types": OTHERS,
}


@pytest.mark.parametrize("name", FRAMES)
def test_what_arrow_and_polars_read_is_written_back_without_a_commit(name, database):
    frame = FRAMES[name]
    write_table(database, "t", frame, primary_key="id" if "id" in frame else None)

    read = read_arrow(database, "t")[0]

    assert not write_table(database, "t", read).changed
    assert not write_table(database, "t", to_polars(read)).changed
    assert not write_table(database, "t", frame).changed
    assert_same(read_table(database, "t").data, frame)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.date64(), datetime.date(1, 1, 1)),
        (pa.list_(pa.date32()), [datetime.date(2020, 1, 1)]),
        (pa.list_(pa.timestamp("us", "Europe/Berlin")), [1, 10**15]),
        (pa.list_(pa.duration("us")), [1]),
        (pa.list_(pa.float64()), [math.nan, None, 0.5]),
        (pa.struct([("x", pa.float32())]), {"x": math.nan}),
        (pa.uuid(), b"0123456789abcdef"),
        (pa.json_(), '{"b":1, "a":2}'),
        (pa.bool8(), 5),
    ],
)
def test_what_polars_reads_of_arrow_is_written_back_without_a_commit(kind, value, database):
    storage = pa.array([value, None], getattr(kind, "storage_type", kind))
    column = pa.ExtensionArray.from_storage(kind, storage) if isinstance(kind, pa.BaseExtensionType) else storage
    write_table(database, "t", pa.table({"id": [1, 2], "x": column}), primary_key="id")

    assert not write_table(database, "t", to_polars(read_arrow(database, "t")[0])).changed
    assert read_arrow(database, "t")[0].schema.field("x").type == kind


def test_a_null_of_arrow_does_not_become_a_nan_of_numpy(database):
    write_table(database, "t", pd.DataFrame({"id": [1], "x": [np.array([1.5])]}), primary_key="id")

    write_table(database, "t", pa.table({"id": [1], "x": [[1.5, None]]}))

    write_table(database, "t", pd.DataFrame({"id": [2], "x": [np.array([math.nan])]}), mode="append")
    found = read_arrow(database, "t")[0].sort_by("id").column("x").to_pylist()
    assert repr(found) == "[[1.5, None], [nan]]"


def test_arrays_that_pandas_hands_to_arrow_stay_arrays(database):
    frame = pd.DataFrame({"id": [1], "x": [np.array([1.5, np.nan])]})
    write_table(database, "t", frame, primary_key="id")

    write_table(database, "t", pa.Table.from_pandas(frame))  # pyarrow turns NaN in an array into NULL

    assert_same(read_table(database, "t").data, frame)


@pytest.mark.parametrize("texts", [["a"], ['{"b":1,"a":2}'], ["[1.0]"]])
def test_strings_that_are_no_documents_do_not_go_into_a_column_of_them(texts, database):
    write_table(database, "t", pd.DataFrame({"id": [1], "doc": [[1]]}), primary_key="id")

    with pytest.raises(UnsupportedTypeError, match="doc"):
        write_table(database, "t", pa.table({"id": [1], "doc": pa.array(texts, pa.large_string())}))


def test_strings_that_are_no_uuids_become_strings(database):
    write_table(database, "t", pd.DataFrame({"id": [1], "user": [uuid.UUID(int=1)]}), primary_key="id")

    write_table(database, "t", pl.DataFrame({"id": [1], "user": ["ann"]}))

    assert read_table(database, "t").data["user"].tolist() == ["ann"]


def test_a_scan_of_large_numbers_and_an_enum_is_read_as_polars(database):
    frame = pl.DataFrame({"id": [1], "kind": pl.Series(["a"], dtype=pl.Enum(["b", "a"]))})
    write_table(database, "enum", frame, primary_key="id")
    write_table(database, "large", pd.DataFrame({"n": [2**70]}, dtype=object))

    assert Repository(database).table("enum").scan().to_polars().equals(frame)
    assert Repository(database).table("large").scan().to_polars()["n"].to_list() == [2**70]


@pytest.mark.parametrize("column", [pd.Categorical(["a", "b"], ["z", "b", "a"]), pd.Categorical([None, None], ["z"])])
def test_polars_leaves_the_order_of_categories_alone(column, database):
    frame = pd.DataFrame({"id": [1, 2], "kind": column})
    write_table(database, "t", frame, primary_key="id")

    assert not write_table(database, "t", Repository(database).table("t").scan().to_polars()).changed
    assert_same(read_table(database, "t").data, frame)


def test_a_dictionary_of_pyarrow_stays_one(database):
    made = pd.array(["a", None, "a"], pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string())))
    frame = pd.DataFrame({"id": range(3), "kind": made})
    write_table(database, "t", frame, primary_key="id")

    assert not write_table(database, "t", read_arrow(database, "t")[0]).changed
    assert read_table(database, "t").data.dtypes.equals(frame.dtypes)


@pytest.mark.parametrize("registered", [True, False])
def test_periods_of_arrow_are_those_of_pandas(registered, database):
    frame = pd.DataFrame({"id": [1, 2], "at": pd.PeriodIndex(["2024-01", None], freq="M")})
    table = pa.Table.from_pandas(frame)
    if not registered:  # as in a program that reads a file before it uses a period
        at = table.column("at").cast(pa.int64())
        table = table.set_column(1, "at", at)

    write_table(database, "t", table, primary_key="id")

    assert_same(read_table(database, "t").data, frame)
    assert not write_table(database, "t", frame).changed


def test_a_missing_number_in_a_list_is_not_taken_for_the_nan_of_an_array(database):
    arrays = pd.DataFrame({"a": [np.array([1.0, float("nan")])]})
    write_table(database, "t", arrays)

    version = write_table(database, "t", pa.table({"a": [[1.0, None]]}))

    assert version.changed
    assert read_arrow(database, "t")[0].column("a").to_pylist() == [[1.0, None]]


@pytest.mark.parametrize("said", ['{"arrow": "point"}', '{"arrow": {"list": 5}}', '{"dtype": "point", "of": "arrow"}'])
def test_a_comment_that_names_no_type_does_not_stop_a_save_of_another_kind(said, database):
    run_sql(database, f"CREATE TABLE t (a bigint COMMENT 'pandas: {said}')", "CALL DOLT_COMMIT('-Am', 'by hand')")

    write_table(database, "t", pa.table({"a": [1]}))

    assert read_arrow(database, "t")[0].to_pydict() == {"a": [1]}
