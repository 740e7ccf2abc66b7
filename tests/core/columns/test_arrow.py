"""Arrow Tables: every type round-trips, however it is written, read and written again."""

import decimal

import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core import AppendBranch, NewBranch, Transaction, diff, read_arrow, read_table, write_table
from dolt_integrations.errors import UnsupportedTypeError, UnsupportedValueError
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import run_sql
from tests.helpers.values.arrow_types import arrow_table

D = decimal.Decimal
TABLE = arrow_table()
NOT_UNICODE = pa.Array.from_buffers(
    pa.string(), 2, [None, pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"a\xff")]
)
IN_APIA = pa.list_(pa.timestamp("s", "Pacific/Apia"))
TWO_OF_ONE_NAME = pa.StructArray.from_arrays([pa.array([1, 2]), pa.array([3, 4])], ["a", "a"])


def assert_equal(found, table=TABLE):
    assert found.column_names == table.column_names
    for name in table.column_names:
        assert found.schema.field(name).type == table.schema.field(name).type
        assert repr(found.column(name).to_pylist()) == repr(table.column(name).to_pylist()), name


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("arrow") / "shop"
    write_table(path, "t", TABLE, primary_key="id")
    return path


def test_every_type_of_arrow_comes_back(saved):
    assert_equal(read_arrow(saved, "t")[0])


def test_the_same_table_again_makes_no_commit(saved):
    assert not write_table(saved, "t", TABLE).changed
    assert not write_table(saved, "t", read_arrow(saved, "t")[0]).changed


def test_the_frame_that_is_read_of_it_makes_no_commit(saved):
    assert not write_table(saved, "t", read_table(saved, "t").data).changed


def test_reading_data_first_changes_no_type(saved):
    table = DoltTable(DoltConfig(str(saved), tablename="t"))
    assert len(table.data) == 3

    assert_equal(table.to_arrow())


def test_one_changed_row_is_one_row_of_the_diff(saved):
    changed = pa.concat_tables([TABLE.slice(0, 2), TABLE.slice(0, 1).set_column(0, "id", pa.array([3]))])
    write_table(saved, "t", TABLE, branch_conf=NewBranch("changes"))

    version = write_table(saved, "t", changed, branch_conf=AppendBranch("changes"))

    assert len(diff(saved, "t", f"{version.commit}~1", version.commit)) == 1


def batches(table):
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=1))


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_rows_of_every_type_are_added(mode, database):
    write_table(database, "t", TABLE.slice(0, 1), primary_key="id")

    write_table(database, "t", TABLE.slice(1), mode=mode)

    assert_equal(read_arrow(database, "t")[0])


def test_a_stream_of_every_type_is_stored_as_one_table_is(database):
    # The categories of a stream are found batch by batch.
    write_table(database, "t", batches(TABLE), primary_key="id")

    assert_equal(read_arrow(database, "t")[0])


def test_a_transaction_stores_every_type(database):
    write_table(database, "other", pd.DataFrame({"a": [1]}))
    with Transaction(database) as work:
        work.write("t", TABLE, primary_key="id")

    assert_equal(read_arrow(database, "t")[0])


def test_a_table_without_rows_keeps_its_types(database):
    write_table(database, "t", TABLE.slice(0, 0), primary_key="id")

    assert read_arrow(database, "t")[0].schema.types == TABLE.schema.types


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        (pa.array([0, 2932897], pa.int32()).cast(pa.date32()), UnsupportedValueError, r"'x'.*`t`.*years.*row 1"),
        (pa.array([0, -719163], pa.int32()).cast(pa.date32()), UnsupportedValueError, r"'x'.*`t`.*years.*row 1"),
        (
            pa.array([0, -(2**63)], pa.int64()).cast(pa.duration("s")),
            UnsupportedValueError,
            r"'x'.*`t`.*missing.*row 1",
        ),
        (NOT_UNICODE, UnsupportedValueError, r"'x'.*`t`.*UTF-8"),
        (pa.array([D(0), D("1e-40")], pa.decimal256(76, 40)), UnsupportedValueError, r"'x'.*row 1.*30 after it"),
        (TWO_OF_ONE_NAME, UnsupportedTypeError, r"'x'.*`t`.*two fields"),
        (pa.array([0, -(10**18)], pa.int64()).cast(pa.timestamp("s")), UnsupportedValueError, r"'x'.*`t`.*row 1"),
        (pa.array([0, 1], pa.timestamp("ns")), UnsupportedValueError, r"'x'.*`t`.*nanoseconds.*row 1"),
        (pa.array([0, 1], pa.time64("ns")), UnsupportedValueError, r"'x'.*`t`.*nanoseconds.*row 1"),
        (pa.array([0, 86_400], pa.time32("s")), UnsupportedValueError, r"'x'.*`t`.*time of day.*row 1"),
        (pa.array([0, -1], pa.int64()).cast(pa.date64()), UnsupportedValueError, r"'x'.*`t`.*whole day.*row 1"),
        (pa.array([None, float("nan")]), UnsupportedValueError, r"'x'.*`t`.*NaN.*row 1.*fill_nan"),
        (pa.array([[1.0], [float("inf")]]), UnsupportedValueError, r"'x'.*`t`.*row 1"),
        (pa.array([1.0, float("inf")], pa.float16()), UnsupportedValueError, r"'x'.*`t`.*inf.*row 1"),
        (pa.array([D(9), D(10**69)], pa.decimal256(76, 0)), UnsupportedValueError, r"'x'.*row 1.*65"),
        (pa.array([0, 1], pa.timestamp("us", "Mars/Olympus")), UnsupportedTypeError, r"'x'.*`t`.*Mars"),
        (pa.array([None, None], pa.month_day_nano_interval()), UnsupportedTypeError, r"'x'.*`t`.*interval"),
        (pa.array([[0], [10**7]], pa.list_(pa.date32())), UnsupportedTypeError, r"'x'.*`t`.*row 1"),
        (pa.array([[0], [1]]).cast(pa.list_(pa.date64())), UnsupportedTypeError, r"'x'.*`t`.*row 1.*date64"),
        (pa.array([[0], [39_329_598_080_177]]).cast(IN_APIA), UnsupportedTypeError, r"'x'.*`t`.*row 1.*Apia"),
        (pa.array([[b"a"], [b"\xff"]]), UnsupportedTypeError, r"'x'.*`t`.*binary"),
    ],
)
def test_what_dolt_does_not_hold_is_refused_by_name(values, kind, text, tmp_path):
    with pytest.raises(kind, match=text):
        write_table(tmp_path / "shop", "t", pa.table({"id": [1, 2], "x": values}))

    assert list(tmp_path.iterdir()) == []


def test_a_list_of_timestamps_whose_local_time_arrow_cannot_say_is_refused(database):
    value = pa.array([[2**63 - 1000]], pa.list_(pa.timestamp("ns", "+02:00")))

    with pytest.raises(UnsupportedTypeError, match="column 'a'"):
        write_table(database, "t", pa.table({"id": [1], "a": value}), primary_key="id")

    assert run_sql(database, "SHOW TABLES") == []
