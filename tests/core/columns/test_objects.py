"""Object columns as pandas produces them: booleans with missing values, integers with None, arrays in cells."""

import datetime
import decimal
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core import Transaction, diff, read_arrow, read_table, write_table
from dolt_integrations.core.codec import decode_column
from dolt_integrations.core.columns.arrow_names import type_to_json
from dolt_integrations.core.columns.mark import Mark
from dolt_integrations.engine import Column
from dolt_integrations.errors import UnsupportedTypeError
from tests.helpers.values.samples import objects

READ = pd.read_csv(io.StringIO("id,tracking\n1,True\n2,\n3,False\n"))
"""What pandas reads of booleans with a blank."""

ARRAYS = {
    "float64": [np.array([0.1, np.nan, -0.0]), np.array([]), np.array([1e308])],
    "float32": [np.array([0.1], np.float32), np.array([1.0, 2.0], np.float32)],
    "int64": [np.array([2**53 + 1, -(2**63)]), np.array([], np.int64)],
    "uint8": [np.array([0, 255], np.uint8)],
    "bool": [np.array([True, False])],
    "matrices": [np.arange(6.0).reshape(2, 3), np.arange(4.0).reshape(4, 1)],
}


def found_in(database, column="x"):
    return read_table(database, "t").data[column].tolist()


def test_booleans_with_a_blank_come_back_as_objects(database):
    write_table(database, "t", READ, primary_key="id")

    assert [None if pd.isna(one) else one for one in found_in(database, "tracking")] == [True, None, False]
    assert [type(one) for one in found_in(database, "tracking")] == [bool, type(None), bool]
    assert not write_table(database, "t", READ).changed


def test_booleans_with_a_blank_are_appended_to_booleans(database):
    write_table(database, "t", pd.DataFrame({"id": [0], "tracking": [True]}), primary_key="id")

    write_table(database, "t", READ, mode="append")

    assert read_table(database, "t").data["tracking"].tolist() == [True, True, pd.NA, False]


@pytest.mark.parametrize("values", [[1, None, -5], [2**63, None], [10**30, -1, None]])
def test_integers_with_none_come_back_as_integers(values, database):
    with Transaction(database) as work:
        work.write("t", pd.DataFrame({"id": range(len(values)), "x": objects(*values)}), primary_key="id")

    assert found_in(database) == values
    assert {type(value) for value in found_in(database)} == {int, type(None)}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_in_cells_come_back_to_the_bit(name, database):
    values = [*ARRAYS[name], None]
    cells = np.empty(len(values), dtype=object)
    cells[:] = [*values]
    frame = pd.DataFrame({"id": range(len(values)), "x": cells})

    write_table(database, "t", frame, primary_key="id")

    for found, value in zip(found_in(database)[:-1], values, strict=False):
        assert (found.dtype, found.shape, found.tobytes()) == (value.dtype, value.shape, value.tobytes())
    assert found_in(database)[-1] is None
    assert not write_table(database, "t", frame).changed


def test_arrays_are_lists_to_arrow(database):
    write_table(database, "t", pd.DataFrame({"x": [np.array([1.5, np.nan])]}))

    column = read_arrow(database, "t")[0].column("x")

    assert column.type == pa.list_(pa.float64())
    assert repr(column.to_pylist()) == "[[1.5, nan]]"


def test_dates_with_nat_come_back(database):
    write_table(
        database, "t", pd.DataFrame({"id": [1, 2], "x": objects(datetime.date(2021, 1, 1), pd.NaT)}), primary_key="id"
    )

    assert found_in(database) == [datetime.date(2021, 1, 1), None]


def test_dicts_of_integers_keep_every_digit(database):
    values = [{"no": 2**53 + 1}, {"no": None}, None]

    write_table(database, "t", pd.DataFrame({"id": range(3), "x": values}), primary_key="id")

    assert repr(found_in(database)) == repr(values)


@pytest.mark.parametrize(
    "column", [objects(True, None, False), objects(1, None, 2), pd.Series([np.arange(n) for n in range(3)])]
)
def test_one_changed_object_is_one_row_of_the_diff(column, database):
    write_table(database, "t", pd.DataFrame({"id": range(3), "x": column}), primary_key="id")

    write_table(database, "t", pd.DataFrame({"id": range(3), "x": pd.Series([*column[:2], column[0]], dtype=object)}))

    assert len(diff(database, "t", "HEAD~1", "HEAD")) == 1


@pytest.mark.parametrize(
    "values", [(1, 2.5), (np.int64(1), None), (np.True_, None), (datetime.date(2021, 1, 1), pd.Timestamp(0))]
)
def test_the_call_of_a_refusal_mends_the_column(values, database):
    frame = pd.DataFrame({"x": objects(*values)})
    with pytest.raises(UnsupportedTypeError) as error:
        write_table(database, "t", frame)

    call = error.value.hint.partition(" converts ")[0]
    exec(call, {"frame": frame, "pandas": pd})  # noqa: S102 - what the hint says is what is tested

    assert write_table(database, "t", frame).changed


@pytest.mark.parametrize("missing", [pd.NaT, pd.NA, None, float("nan"), decimal.Decimal("NaN")])
def test_texts_with_any_missing_value_come_back(missing, database):
    write_table(database, "t", pd.DataFrame({"id": [1, 2], "x": objects("a", missing)}), primary_key="id")
    write_table(database, "t", pd.DataFrame({"id": [3, 4], "x": objects("b", missing)}), mode="append")

    assert found_in(database) == ["a", None, "b", None]


@pytest.mark.parametrize(
    "array", [np.ma.array([1.5, 2.5], mask=[0, 1]), np.ma.array([1, 2]), np.array([1], "longdouble")]
)
def test_arrays_that_lists_do_not_give_back_are_refused(array, database):
    cells = np.empty(1, dtype=object)
    cells[0] = array

    with pytest.raises(UnsupportedTypeError, match=r"'x'.*numpy arrays of .*map"):
        write_table(database, "t", pd.DataFrame({"x": cells}))


@pytest.mark.parametrize(
    ("sql_type", "values", "kind"),
    [
        ("longtext", pa.array(["5"], pa.large_string()), pa.int64()),
        ("bigint", pa.array([None], pa.int64()), pa.list_(pa.int64())),
    ],
    ids=["no lists", "no text"],
)
def test_a_comment_that_says_arrays_of_what_cannot_be_is_ignored(sql_type, values, kind, caplog):
    comment = Mark(dtype="ndarray", of="json", arrow=type_to_json(kind)).comment()

    found = decode_column(Column("a", sql_type, comment=comment), pa.chunked_array([values]))

    assert found.equals(decode_column(Column("a", sql_type), pa.chunked_array([values])))
    assert "is not read as its comment says" in caplog.text


@pytest.mark.filterwarnings("ignore:Passing integer data")
def test_a_comment_that_says_periods_of_numbers_is_ignored(caplog):
    """pandas takes a number for a year."""
    values = pa.chunked_array([pa.array([2020], pa.int64())])

    found = decode_column(Column("a", "bigint", comment=Mark(dtype="period[M]").comment()), values)

    assert found.tolist() == [2020]
    assert "is not read as its comment says" in caplog.text
