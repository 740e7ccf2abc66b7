"""Tables are readable whatever a column comment says: by the comment if it fits, or else by the SQL types."""

import json
import logging

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import read_arrow, read_batches, read_table
from tests.conftest import run_sql
from tests.helpers.values.fuzzing import examples

TYPES = {
    "number": ("BIGINT", "-1000000007"),
    "small": ("TINYINT(1)", "1"),
    "real": ("DOUBLE", "0.1"),
    "text": ("VARCHAR(50)", "'0012'"),
    "at": ("DATETIME(6)", "'1500-01-01 10:00:00.000007'"),
    "clock": ("TIME(6)", "'-25:00:00.000001'"),
    "price": ("DECIMAL(20,5)", "12345.67890"),
    "bytes": ("VARBINARY(20)", "x'00ff'"),
}
NAMES = [
    "int8", "uint64", "Int8", "bool", "boolean", "float32", "Float32", "float64", "str", "string[pyarrow]", "object",
    "category", "datetime64[s]", "datetime64[ns]", "datetime64[us, Nowhere/City]",
    "datetime64[us, dateutil//etc/passwd]",
    "datetime64[ns, Europe]", "datetime64[us, ../../etc/passwd]", "datetime64[Y]", "timedelta64[s]", "timedelta64[W]",
    "timedelta64[25s]", "int8[pyarrow]", "float[pyarrow]", "string[pyarrow]", "timestamp[s][pyarrow]",
    "timestamp[us, tz=Nowhere/City][pyarrow]", "duration[s][pyarrow]", "time64[us][pyarrow]", "date32[day][pyarrow]",
    "decimal128(5, 1)[pyarrow]", "decimal256(99999999999999999999, 3)[pyarrow]", "Sparse[int]", "period[M]", "M8[us]",
    "interval", "complex128", "O", "V", "S1", "",
]  # fmt: skip
OTHERS = [None, "arrow", "bytes", "date", "time", "decimal", "json", "uuid", "pytz", "zoneinfo", "os", "str", "int8"]

values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
structured = st.fixed_dictionaries(
    {},
    optional={
        "dtype": st.sampled_from(NAMES) | values,
        "of": st.sampled_from(OTHERS) | values,
        "categories": st.lists(values, max_size=3) | values,
        "ordered": st.booleans() | values,
        "index": st.integers(-1, 3) | values,
        "label": st.just("int") | values,
        "__class__": values,
    },
).map(json.dumps)
repeated = st.sampled_from(["[", '{"dtype":', '{"categories":[', "1", "1e"])
brackets = st.tuples(repeated, st.sampled_from([1, 5_000])).map(lambda pair: pair[0] * pair[1])
bodies = structured | brackets | st.text(max_size=30)
comments = st.one_of(bodies.map("pandas: {}".format), bodies.map("the price\npandas: {}".format), st.text(max_size=30))


def make(url, said, rows=1):
    """Create and commit table `t`, each of whose columns has a comment."""
    columns = ", ".join(f"`{name}` {TYPES[name][0]} COMMENT {quoted(said.get(name, ''))}" for name in TYPES)
    values = ", ".join(value for _, value in TYPES.values())
    run_sql(
        url, "DROP TABLE IF EXISTS t", f"CREATE TABLE t ({columns})",
        f"INSERT INTO t VALUES {', '.join([f'({values})'] * rows)}", "CALL dolt_commit('-Am', 'by hand')",
    )  # fmt: skip


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def plain(value):
    """Return a value without what only its dtype adds: the unit and zone of a timestamp, or that 1 is True."""
    if isinstance(value, pd.Timestamp):
        value = value.tz_convert("UTC").tz_localize(None) if value.tz else value
        return value.to_pydatetime()
    return value.to_pytimedelta() if isinstance(value, pd.Timedelta) else value


def is_counted(comment):
    """Whether a comment says that a number counts units of time, as our comments for durations do."""
    return "timedelta64[" in comment or "duration[" in comment


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(said=st.fixed_dictionaries({name: comments for name in TYPES}))
def test_any_comment_leaves_every_value_as_it_is(said, database):
    make(database, {})
    expected = read_table(database, "t").data.iloc[0]
    make(database, {name: text.replace("\0", "") for name, text in said.items()})

    found = read_table(database, "t").data.reset_index().iloc[0]

    read_arrow(database, "t")[0].validate(full=True)
    for name in TYPES:
        if not (name == "number" and is_counted(said[name])):
            assert plain(found[name]) == plain(expected[name]), said[name]


CONTRADICTIONS = {
    "number": ["int8", "float32", "str", "datetime64[us]", "timedelta64[Y]", "string[pyarrow]", "int8[pyarrow]"],
    "real": ["float32", "int64", "float[pyarrow]", "timedelta64[s]"],
    "text": ["int64", "float64", "datetime64[us]", "timedelta64[s]", "int64[pyarrow]", "bool"],
    "at": ["datetime64[s]", "datetime64[ns]", "datetime64[us, dateutil//etc/passwd]", "timestamp[s][pyarrow]"],
    "clock": ["timedelta64[s]", "timedelta64[W]", "time64[us][pyarrow]", "duration[s][pyarrow]"],
    "price": ["int64", "float32", "decimal128(5, 1)[pyarrow]"],
}


PAIRS = [(name, dtype) for name in CONTRADICTIONS for dtype in CONTRADICTIONS[name]]


@pytest.mark.parametrize(("name", "dtype"), PAIRS)
def test_a_dtype_that_would_change_a_value_is_not_taken(name, dtype, database, caplog):
    said = {"dtype": dtype, "of": "arrow" if "[pyarrow]" in dtype else None}
    make(database, {})
    expected = read_table(database, "t").data
    make(database, {name: f"pandas: {json.dumps(said)}"})

    with caplog.at_level(logging.WARNING):
        found = read_table(database, "t").data

    pd.testing.assert_frame_equal(found, expected)
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [name in each for each in warned] == [True]


DAMAGED = {
    "brackets": "[" * 50_000,
    "objects": '{"dtype":' * 50_000,
    "a number of many digits": '{"index": ' + "1" * 5_000 + "}",
    "a huge float": '{"dtype": "category", "of": "float64", "categories": [1e999]}',
    "a level of no index": '{"index": -1}',
    "a dtype that is a list": '{"dtype": ["int8"]}',
    "a field that there is not": '{"dtype": "Int8", "import": "os"}',
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_comment_is_warned_of_once(damage, database, caplog):
    make(database, {"number": f"the price\npandas: {DAMAGED[damage]}"})

    with caplog.at_level(logging.WARNING):
        found = read_table(database, "t").data

    assert found["number"].tolist() == [-1000000007]
    assert len(caplog.records) == 1
    assert len(caplog.records[0].getMessage()) < 500


def test_batches_warn_once_of_a_column(database, caplog):
    make(database, {"number": "pandas: [", "text": 'pandas: {"dtype": "int8"}'}, rows=5)

    with caplog.at_level(logging.WARNING):
        batches = list(read_batches(database, "t", 2))

    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert len(caplog.records) == 2


def test_labels_that_are_no_integers_are_texts(database):
    names = ["0", "-1", "--5", "007", "-0", "²", "9" * 60 + "x"]
    columns = ", ".join(f"""`{name}` INT COMMENT 'pandas: {{"label": "int"}}'""" for name in names)
    run_sql(database, f"CREATE TABLE t ({columns})", "CALL dolt_commit('-Am', 'by hand')")

    assert list(read_table(database, "t").data.columns) == [0, -1, *names[2:]]
