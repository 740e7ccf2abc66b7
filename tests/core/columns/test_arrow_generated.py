"""Generated Arrow Tables, including nested types: they round-trip, and saving what was read makes no commit."""

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings

from dolt_integrations.core import read_arrow, read_table, write_table
from dolt_integrations.core.arrow.polars import from_polars, to_polars
from dolt_integrations.core.frames.frame import encode_frame
from dolt_integrations.core.frames.interchange import to_arrow
from dolt_integrations.errors import UnsupportedTypeError
from tests.helpers.values.arrow_strategies import arrow_tables
from tests.helpers.values.samples import NUMBERS

GENERATED = settings(
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def plain(column):
    """Decode a dictionary column, because a table does not keep the order of its values."""
    whole = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    return whole.combine_chunks()


def assert_equal(found, table):
    assert found.schema.types == table.schema.types
    for name in table.column_names:
        one, other = (plain(each.column(name)) for each in (found, table))
        assert one.equals(other) or repr(one.to_pylist()) == repr(other.to_pylist()), name  # NaN equals nothing


@settings(GENERATED, max_examples=15)
@given(table=arrow_tables())
def test_an_arrow_table_of_anything_comes_back_as_it_was(table, database):
    name = f"t{next(NUMBERS)}"

    write_table(database, name, table, primary_key="row")

    assert_equal(read_arrow(database, name)[0], table)
    assert not write_table(database, name, read_arrow(database, name)[0]).changed
    if table.num_rows and not any(table.column(each).null_count for each in table.column_names):
        # If all are missing, pandas's objects do not tell their class.
        assert not write_table(database, name, read_table(database, name).data).changed


@settings(GENERATED, max_examples=100)
@given(table=arrow_tables())
def test_what_a_frame_is_encoded_as_is_decoded_as_it_was(table):
    assert_equal(to_arrow(encode_frame(table, table="t").result()), table)


@settings(GENERATED, max_examples=50)
@given(table=arrow_tables())
def test_what_polars_takes_comes_back_to_polars(table):
    try:
        frame = to_polars(table)
    except UnsupportedTypeError:
        return  # polars does not have every type, nor every value

    assert to_polars(to_arrow(encode_frame(from_polars(frame, "a test"), table="t").result())).equals(frame)
