"""Everything that a column, an index or a label may be, to Dolt and back."""

import datetime
import decimal
import itertools
import uuid
import zoneinfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pandas.testing import assert_frame_equal, assert_index_equal

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.dtypes import TEXT_DTYPE
from dolt_integrations.errors import PrimaryKeyError, UnsupportedTypeError, UnsupportedValueError
from tests.conftest import run_sql
from tests.strategies import AWKWARD_TEXTS, indexed_frames, mixed_frames

ROUND_TRIP = settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
D = decimal.Decimal
NUMBERS = itertools.count()
UTC = datetime.timezone.utc
MOMENTS = ["2021-03-28T00:59:59", "2021-10-31T00:30", "2021-10-31T01:30", "1970-01-01", "1700-01-01T01:02:03"]
FAR = [*MOMENTS, "0001-01-02", "9999-12-30T23:59:59"]
"""Moments in UTC: the last second of winter, the two 2:30 of Berlin's autumn, and what only wide units hold."""


def objects(*values):
    return pd.Series(values, dtype=object)


def zoned(unit, zone, moments=FAR):
    return pd.Series(np.array(moments, f"datetime64[{unit}]")).dt.tz_localize("UTC").dt.tz_convert(zone)


def spans(unit):
    return pd.Series(np.array([0, 1, -1, 2**63 - 1, -(2**63) + 1, 86_400_000_000], f"timedelta64[{unit}]"))


def categorical(values, categories=None, ordered=False, dtype=None):
    index = None if categories is None else pd.Index(categories, dtype=dtype)
    return pd.Series(pd.Categorical(values, categories=index, ordered=ordered))


def arrow(kind, *values):
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, kind)))


MIDNIGHTS = [datetime.datetime(1700, 1, 1), datetime.datetime(2021, 1, 1)]
TEXTS = ["", "NULL", "a\tb\n\\N\0'\"`é🍣", "007"]
TYPES = {
    "time zone in seconds": zoned("s", "UTC"),
    "time zone in milliseconds": zoned("ms", "Europe/Berlin"),
    "time zone in microseconds": zoned("us", "America/New_York"),
    "time zone in nanoseconds": zoned("ns", "Asia/Kathmandu", MOMENTS),
    "time zone by zoneinfo": zoned("us", zoneinfo.ZoneInfo("Europe/Berlin")),
    "time zone of datetime": zoned("us", UTC),
    "fixed time zone": zoned("us", datetime.timezone(datetime.timedelta(hours=5, minutes=30))),
    "fixed time zone behind": zoned("ns", "-03:00", MOMENTS),
    **{f"spans in {unit}": spans(unit) for unit in ("s", "ms", "us", "ns")},
    "categories": categorical(["x", "y", "x"]),
    "ordered categories": categorical(["low", "high", "low"], ["low", "medium", "high"], ordered=True),
    "awkward categories": categorical(AWKWARD_TEXTS, AWKWARD_TEXTS[::-1]),
    "categories of objects": categorical(["x", "y"], ["y", "x", "z"], dtype=object),
    "categories of string": categorical(["x", "y"], ["y", "x", "z"], dtype="string"),
    "categories of int64": categorical([2**63 - 1, -(2**63), 5], [5, 2**63 - 1, 0, -(2**63)]),
    "categories of int8": categorical([1, -128], [127, 1, -128], dtype="int8"),
    "nullable categories of integers": categorical([1, 2], [2, 1], dtype="Int64"),
    "categories of float64": categorical([0.1, 1e308, 5e-324, -0.5]),
    "categories of bool": categorical([True, False, True], [True, False], ordered=True),
    "bytes": objects(b"", b"\0", bytes(range(256)), b"NULL", b"\\N", b"a\tb\n", b"x" * 100_000),
    "dates": objects(datetime.date.min, datetime.date.max, datetime.date(1970, 1, 1), datetime.date(2024, 2, 29)),
    "times": objects(datetime.time.min, datetime.time.max, datetime.time(12, 30), datetime.time(0, 0, 0, 1)),
    "money": objects(D("1.50"), D("-0.01"), D("0.00"), D("12345678901234567.25")),
    "whole decimals": objects(D(0), D(-1), D(10**18)),
    "decimals of 28 digits": objects(D("9" * 19 + "." + "9" * 9), D("-" + "9" * 19 + "." + "9" * 9)),
    "decimals of 65 digits": objects(D("9" * 35 + "." + "9" * 30), D("-" + "9" * 35 + "." + "0" * 29 + "1")),
    "whole decimals of 65 digits": objects(D("9" * 65), D("-" + "9" * 65)),
    "UUIDs": objects(uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.UUID(int=1)),
    "dicts": objects({}, {"": None}, {"a": [1, -0.5, "é🍣\"\\\n\t\0'", True, {"b": []}]}, {"'": 2**53, "`": -(2**53)}),
    "lists": objects([], [[]], [None], ["NULL", "null", "\\N"], [0.1, 1e308, 5e-324, 1 / 3], [True, False]),
    "lists and dicts": objects([], {}, [{}]),
    **{f"string in {storage}": pd.Series(TEXTS, dtype=pd.StringDtype(storage)) for storage in ("python", "pyarrow")},
    **{
        f"str in {storage}": pd.Series(TEXTS, dtype=pd.StringDtype(storage, na_value=np.nan))
        for storage in ("python", "pyarrow")
    },
    **{f"arrow int{b}": arrow(getattr(pa, f"int{b}")(), -(2 ** (b - 1)), 2 ** (b - 1) - 1, 0) for b in (8, 16, 32, 64)},
    **{f"arrow uint{b}": arrow(getattr(pa, f"uint{b}")(), 2**b - 1, 0, 1) for b in (8, 16, 32, 64)},
    "arrow float": arrow(pa.float32(), 0.1, -0.0, 3.4028234663852886e38, 1e-45),
    "arrow double": arrow(pa.float64(), 0.1, -0.0, 1e308, 5e-324),
    "arrow bool": arrow(pa.bool_(), True, False, True),
    "arrow string": arrow(pa.string(), *TEXTS),
    "arrow large_string": arrow(pa.large_string(), *TEXTS),
    "arrow binary": arrow(pa.binary(), b"", b"\0\xff", b"NULL"),
    "arrow large_binary": arrow(pa.large_binary(), b"", b"\0\xff", b"NULL"),
    "arrow date32": arrow(pa.date32(), datetime.date.min, datetime.date.max),
    **{
        f"arrow timestamp in {unit}": arrow(pa.timestamp(unit), *MIDNIGHTS)
        for unit in ("s", "ms", "us", "ns")
    },
    "arrow timestamp, extremes": arrow(pa.timestamp("us"), datetime.datetime.min, datetime.datetime.max),
    "arrow timestamp in Berlin": arrow(pa.timestamp("ms", "Europe/Berlin"), datetime.datetime(2021, 7, 1, tzinfo=UTC)),
    "arrow timestamp in UTC": arrow(pa.timestamp("ns", "UTC"), datetime.datetime(2021, 7, 1, tzinfo=UTC)),
    "arrow timestamp, fixed zone": arrow(pa.timestamp("us", "+05:30"), datetime.datetime(2021, 7, 1, tzinfo=UTC)),
    **{f"arrow duration in {unit}": arrow(pa.duration(unit), 0, -1, 2**63 - 1) for unit in ("s", "ms", "us", "ns")},
    "arrow decimal128": arrow(pa.decimal128(10, 2), D("1.50"), D("-99999999.99")),
    "arrow decimal128 of 38 digits": arrow(pa.decimal128(38, 30), D("1E-30"), D("-99999999." + "9" * 30), D(0)),
    "arrow decimal256": arrow(pa.decimal256(65, 30), D("9" * 35 + "." + "9" * 30), D("-1E-30")),
}  # fmt: skip
"""Columns without missing values; the types that `test_frames` has are not among them."""


def with_missing(series):
    """Put a missing value before and behind the values."""
    if series.dtype == object:
        return objects(None, *series, None)
    places = [-1, *range(len(series)), -1]
    return pd.Series(pd.api.extensions.take(series.array, np.array(places), allow_fill=True))


def numbered(series):
    return pd.DataFrame({"number": range(len(series)), "value": series.reset_index(drop=True)})


def every_type(change=lambda series: series):
    """Make a frame of a column of every type, all changed alike."""
    return pd.DataFrame({name: change(series).reset_index(drop=True) for name, series in TYPES.items()})


def _without_documents(frame):
    """Put numbers in the place of JSON documents, at whose nesting pandas's comparison fails."""
    frame = frame.copy()
    for at in range(frame.shape[1]):
        if frame.iloc[:, at].dtype == object and {*map(type, frame.iloc[:, at])} & {dict, list}:
            frame.isetitem(at, range(len(frame)))
    return frame


def _documents_equal(one, other):
    """Whether both hold equal JSON documents, whose objects keep no order."""
    return {type(value) for value in one} <= {dict, list, type(None)} and one.tolist() == other.tolist()


def assert_same(frame, expected, **options):
    """Hold two frames to be the same to the bit: dtypes, missing values, signs of zeros, classes of objects."""
    assert_frame_equal(_without_documents(frame), _without_documents(expected), check_exact=True, **options)
    for at in range(expected.shape[1]):
        one, other = frame.iloc[:, at], expected.iloc[:, at]
        assert one.dtype == other.dtype
        if one.dtype == object:
            assert [*map(type, one)] == [*map(type, other)], other.name
            assert [*map(repr, one)] == [*map(repr, other)] or _documents_equal(one, other), other.name
        if str(one.dtype) in ("float[pyarrow]", "double[pyarrow]"):
            signs = [list(np.signbit(each.to_numpy("float64", na_value=np.nan))) for each in (one, other)]
            assert signs[0] == signs[1], other.name
        if isinstance(other.dtype, pd.CategoricalDtype):
            assert_index_equal(one.cat.categories, other.cat.categories, exact=True)


def round_trip(url, frame, key=None, table="t"):
    write_table(url, table, frame, primary_key=key)
    return read_table(url, table).data


@pytest.fixture(params=["load", "insert"])
def url(request):
    """A database whose server takes files, and one whose server takes none."""
    return request.getfixturevalue("loading_database" if request.param == "load" else "database")


@ROUND_TRIP
@given(frame=mixed_frames())
def test_a_frame_of_anything_comes_back_as_it_was(frame, url):
    back = round_trip(url, frame, [], table=f"t{next(NUMBERS)}")

    assert_same(back.sort_values("row", ignore_index=True), frame)


@ROUND_TRIP
@given(frame=indexed_frames())
def test_a_frame_with_an_index_comes_back_as_it_was(frame, url):
    table = f"t{next(NUMBERS)}"

    back = round_trip(url, frame, table=table)

    # The dtype of the labels is what pandas makes of them; set_index leaves object where a label was an integer.
    frame.columns = pd.Index(list(frame.columns))
    assert_same(back.sort_values("row"), frame)
    assert write_table(url, table, back).changed is False


@pytest.mark.parametrize("name", TYPES)
def test_every_type_comes_back_with_its_values(name, url):
    frame = numbered(TYPES[name])

    assert_same(round_trip(url, frame, ["number"]), frame)


@pytest.mark.parametrize("name", TYPES)
def test_every_type_comes_back_with_missing_values(name, url):
    frame = numbered(with_missing(TYPES[name]))

    assert_same(round_trip(url, frame, ["number"]), frame)


@pytest.mark.parametrize("name", TYPES)
def test_saving_the_same_again_makes_no_commit(name, database):
    frame = numbered(with_missing(TYPES[name]))
    first = write_table(database, "t", frame, primary_key="number")

    again = write_table(database, "t", frame, primary_key="number")
    read = write_table(database, "t", read_table(database, "t").data)

    assert (again.changed, read.changed) == (False, False)
    assert again.commit == read.commit == first.commit


def test_missing_values_are_null_to_a_plain_client(database):
    write_table(database, "t", every_type(lambda series: with_missing(series).head(1)))

    assert set(run_sql(database, "SELECT * FROM t")[0]) == {None}


def test_a_table_of_every_type_and_no_rows(url):
    frame = every_type(lambda series: series.head(0))

    assert_same(round_trip(url, frame), frame)


def test_a_table_of_every_type_and_one_row(url):
    frame = every_type(lambda series: series.head(1))

    assert_same(round_trip(url, frame), frame)


def test_a_table_of_every_type_and_missing_values_alone(url):
    frame = every_type(lambda series: with_missing(series).iloc[[0, 0, 0]])

    assert_same(round_trip(url, frame), frame)
    assert write_table(url, "t", frame).changed is False


def test_a_query_of_every_type_gives_the_same(database):
    frame = every_type(lambda series: with_missing(series).iloc[[0, 1]])
    write_table(database, "t", frame)

    back = read_table(database, sql="SELECT * FROM t").data

    order = back["dates"].notna().argsort(kind="stable")
    assert_same(back.iloc[order].reset_index(drop=True), frame)


def test_a_query_of_no_rows_of_every_type_gives_the_same(database):
    frame = every_type(lambda series: series.head(1))
    write_table(database, "t", frame)

    assert_same(read_table(database, sql="SELECT * FROM t WHERE 1 = 0").data, frame.head(0))


def test_a_query_under_other_names_has_the_dtypes_of_the_sql_types(database):
    # Dolt does not tell where a renamed column comes from, and with that goes the mark.
    write_table(database, "t", every_type(lambda series: series.head(1)))

    back = read_table(database, sql="SELECT `time zone in seconds` AS a FROM t").data

    assert back["a"].dtype == "datetime64[us]"


def test_five_hundred_columns_of_every_type(url):
    several = list(TYPES.values())
    frame = pd.DataFrame(
        {f"column {at}": with_missing(several[at % len(several)].head(2)).iloc[:2] for at in range(500)}
    ).reset_index(drop=True)
    frame["number"] = [0, 1]

    assert_same(round_trip(url, frame, "number"), frame)


def test_every_row_of_a_large_table_comes_back(loading_database):
    count = 12_000
    frame = pd.DataFrame(
        {
            "number": range(count),
            "moment": pd.date_range("2021-01-01", periods=count, freq="min", tz="Europe/Berlin", unit="us"),
            "span": pd.to_timedelta(np.arange(count) - 6_000, unit="s"),
            "kind": pd.Categorical.from_codes(np.arange(count) % 3 - 1, ["a", "b"]),
            "price": objects(*(D(at).scaleb(-2) for at in range(count))),
            "time": objects(*(datetime.time(at % 24, at % 60, at % 59, at) for at in range(count))),
            "bytes": objects(*(at.to_bytes(2, "big") for at in range(count))),
        }
    )  # fmt: skip

    assert_same(round_trip(loading_database, frame, "number"), frame)


# What single types promise


@pytest.mark.parametrize(
    ("name", "sql_type"),
    [
        ("time zone in nanoseconds", "datetime(6)"), ("spans in ns", "bigint"), ("categories", "varchar(255)"),
        ("categories of int64", "bigint"), ("categories of bool", "tinyint(1)"), ("bytes", "longblob"),
        ("dates", "date"), ("times", "time(6)"), ("money", "decimal(28,2)"), ("UUIDs", "varchar(36)"),
        ("dicts", "json"), ("decimals of 65 digits", "decimal(65,30)"), ("arrow int8", "tinyint"),
        ("arrow string", "varchar(255)"), ("arrow decimal128", "decimal(10,2)"), ("arrow date32", "date"),
        ("string in pyarrow", "varchar(255)"),
    ],
)  # fmt: skip
def test_a_plain_client_sees_an_ordinary_column(name, sql_type, database):
    write_table(database, "t", numbered(TYPES[name]))

    assert run_sql(database, "SHOW COLUMNS FROM t")[1][1] == sql_type


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time zone in microseconds", datetime.datetime(2021, 3, 28, 0, 59, 59)), ("spans in s", 0),
        ("categories", "x"), ("categories of int8", 1), ("bytes", b""), ("dates", datetime.date.min),
        ("times", datetime.timedelta(0)), ("money", D("1.50")), ("dicts", "{}"), ("arrow int8", -128),
        ("UUIDs", "00000000-0000-0000-0000-000000000000"),
    ],
)  # fmt: skip
def test_a_plain_client_sees_the_value_itself(name, value, database):
    write_table(database, "t", numbered(TYPES[name]), primary_key="number")

    assert run_sql(database, "SELECT value FROM t ORDER BY number LIMIT 1") == [(value,)]


@pytest.mark.parametrize("dtype", ["int64", "int8", "Int64", "float64", "bool", "str", "string"])
def test_categories_of_every_dtype_with_missing_values_and_unused_ones(dtype, url):
    several = [True, False] if dtype == "bool" else [2, 1, 0] if dtype[0] in "iIf" else ["2", "1", "0"]
    frame = numbered(categorical([several[0], None, several[1], None], several, dtype=dtype))

    assert_same(round_trip(url, frame, ["number"]), frame)


def test_categories_alone_without_values(url):
    frame = pd.DataFrame({"none": categorical([None, None], []), "all": categorical([None, None], ["a", "b"])})

    assert_same(round_trip(url, frame), frame)


def test_categories_in_another_order_are_a_change(database):
    write_table(database, "t", pd.DataFrame({"a": categorical(["x"], ["x", "y"])}))

    frame = pd.DataFrame({"a": categorical(["x"], ["y", "x"])})
    assert write_table(database, "t", frame).changed
    assert_same(read_table(database, "t").data, frame)


def test_many_long_categories(url):
    several = [f"{number}: {'é🍣' * 10}" for number in range(300)]
    frame = numbered(categorical(several[::2], several))

    assert_same(round_trip(url, frame, ["number"]), frame)


def test_a_value_from_sql_that_is_no_category_is_missing_or_an_error(database):
    write_table(database, "t", pd.DataFrame({"a": categorical(["x"], ["x", "y"])}))
    run_sql(database, "INSERT INTO t VALUES ('other')", "CALL dolt_commit('-am', 'by hand')")

    assert sorted(read_table(database, "t").data["a"].astype(object).dropna()) in (["x"], ["other", "x"])


def test_documents_keep_equal_numbers(url):
    # JSON in Dolt has one kind of number: 1.0 comes back as 1.
    values = [[1, 1.0, -1, -1.5], {"whole": 2.0, "zero": 0.0}, [1e15, 123456.0]]

    back = round_trip(url, numbered(objects(*values)), ["number"])

    assert back["value"].tolist() == values


def test_documents_keep_large_texts(url):
    frame = numbered(objects({"text": "é\t\n\\\"'" * 50_000}, {"list": list(range(10_000))}))

    assert_same(round_trip(url, frame, ["number"]), frame)


def test_a_document_with_half_a_surrogate_pair_is_an_error(database):
    with pytest.raises(UnsupportedValueError) as error:
        write_table(database, "t", numbered(objects(["\ud800"])))

    assert "'value'" in ascii(error.value)


def test_decimals_of_several_scales_are_equal_numbers(url):
    frame = numbered(objects(D("1.5"), D("2.25"), D(3), D("1E+2"), D("1e-3"), None))

    back = round_trip(url, frame, ["number"])

    assert_frame_equal(back, frame)
    assert str(back["value"][0]) == "1.500"


def test_a_time_zone_may_become_another(database):
    write_table(database, "t", pd.DataFrame({"a": zoned("us", "UTC")}), primary_key="a")
    frame = pd.DataFrame({"a": zoned("us", "Europe/Berlin")})

    assert write_table(database, "t", frame).changed
    back = read_table(database, "t").data
    assert_same(back, frame.sort_values("a", ignore_index=True))


# The index


def level(name):
    series = TYPES[name]
    return pd.Index(series, name="k")


INDEXES = {
    "texts": pd.Index(["", "NULL", "a b", "é🍣"], name="k"),
    "integers": pd.Index([-(2**63), -1, 5, 2**63 - 1], name="k"),
    "a range": pd.RangeIndex(3, name="k"),
    "unsigned": pd.Index([0, 2**64 - 1], dtype="uint64", name="k"),
    "moments": pd.DatetimeIndex(["1970-01-01", "2021-01-01"], name="k"),
    "nanoseconds": pd.DatetimeIndex(["1970-01-01", "2021-01-01"], name="k").as_unit("ns"),
    "days": pd.date_range("2021-01-01", periods=3, name="k", unit="us"),
    "moments in Berlin": pd.DatetimeIndex(zoned("us", "Europe/Berlin", MOMENTS[1:3]), name="k"),
    "spans": pd.TimedeltaIndex([-5, 0, 7], name="k"),
    "dates": pd.Index([datetime.date(1, 1, 1), datetime.date(9999, 12, 31)], dtype=object, name="k"),
    "times": pd.Index([datetime.time(0), datetime.time(23, 59)], dtype=object, name="k"),
    "decimals": pd.Index([D("-1.50"), D("1.50")], dtype=object, name="k"),
    "UUIDs": pd.Index([uuid.UUID(int=1), uuid.UUID(int=2)], dtype=object, name="k"),
    "categories": pd.CategoricalIndex(["a", "b"], categories=["b", "a", "c"], ordered=True, name="k"),
    "nullable integers": pd.Index([1, 2], dtype="Int64", name="k"),
    "arrow integers": pd.Index([1, 2], dtype="int64[pyarrow]", name="k"),
    "booleans": pd.Index([False, True], name="k"),
    "floats": pd.Index([-1.5, 0.1], name="k"),
    "named by a number": pd.Index(["a", "b"], name=7),
    "named 0": pd.Index([1, 2], name=0),
    "two levels": pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["k", "n"]),
    "three levels": pd.MultiIndex.from_product(
        [["a", "b"], pd.to_datetime(["2021-01-01", "2021-01-02"], utc=True), [1]], names=["k", "when", "n"]
    ),
    "levels named by a number and a text": pd.MultiIndex.from_tuples([("a", 1), ("b", 1)], names=[1, "n"]),
    "levels with categories": pd.MultiIndex.from_arrays(
        [pd.Categorical(["x", "y"], categories=["y", "x"]), [1, 2]], names=["k", "n"]
    ),
}  # fmt: skip


def indexed(index):
    return pd.DataFrame({"v": [f"value {number}" for number in range(len(index))]}, index=index)


@pytest.mark.parametrize("name", INDEXES)
def test_a_named_index_is_the_primary_key_and_comes_back(name, url):
    frame = indexed(INDEXES[name])

    back = round_trip(url, frame)

    assert_same(back, frame, check_freq=False)
    key = [row[0] for row in run_sql(url, "SHOW COLUMNS FROM t") if row[3] == "PRI"]
    assert key == [str(each) for each in frame.index.names]
    assert write_table(url, "t", back).changed is False


@pytest.mark.parametrize("name", INDEXES)
def test_an_index_without_rows_comes_back(name, database):
    frame = indexed(INDEXES[name]).head(0)

    assert_same(round_trip(database, frame), frame, check_freq=False, check_index_type=False)


@pytest.mark.parametrize("name", ["texts", "moments in Berlin", "UUIDs", "two levels", "three levels"])
def test_a_query_gives_the_index_too(name, database):
    frame = indexed(INDEXES[name])
    write_table(database, "t", frame)

    back = read_table(database, sql="SELECT * FROM t").data

    assert_same(back.sort_index(), frame)


def test_rows_come_back_in_the_order_of_the_index(url):
    frame = indexed(pd.Index([3, 1, 2], name="k"))

    assert_same(round_trip(url, frame), frame.sort_index())


def test_columns_before_and_behind_the_index_keep_their_order(database):
    frame = pd.DataFrame({"z": [1], "k": [2], "a": [3], "j": [4]}).set_index(["k", "j"])

    back = round_trip(database, frame)

    assert list(back.columns) == ["z", "a"]
    assert list(back.index.names) == ["k", "j"]


def test_an_index_alone_is_a_table(url):
    frame = pd.DataFrame(index=pd.Index(["a", "b"], name="k"))

    back = round_trip(url, frame)

    assert back.index.equals(frame.index)
    assert back.shape == (2, 0)


def test_a_primary_key_beside_an_index(url):
    frame = pd.DataFrame({"id": [1, 2, 3]}, index=pd.Index(["x", "x", None], name="k"))

    back = round_trip(url, frame, "id")

    assert_same(back, frame)
    assert [row[0] for row in run_sql(url, "SHOW COLUMNS FROM t") if row[3] == "PRI"] == ["id"]


def test_a_primary_key_of_the_index_and_a_column(database):
    frame = pd.DataFrame({"id": [1, 2]}, index=pd.Index(["x", "x"], name="k"))

    assert_same(round_trip(database, frame, ["k", "id"]), frame)


def test_an_index_with_no_primary_key(database):
    frame = pd.DataFrame({"id": [1, 2]}, index=pd.Index(["x", "x"], name="k"))

    back = round_trip(database, frame, [])

    assert_same(back.sort_values("id"), frame)
    assert [row for row in run_sql(database, "SHOW COLUMNS FROM t") if row[3] == "PRI"] == []


def test_levels_without_a_name_are_not_stored(database):
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None])

    back = round_trip(database, pd.DataFrame({"v": [1, 2]}, index=index))

    assert_same(back, pd.DataFrame({"v": [1, 2]}, index=pd.Index(["a", "b"], name="k")))


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (pd.Index(["a", "b", "a"], name="k"), "duplicates"),
        (pd.Index(["a", None, "b"], name="k"), "NULL"),
        (pd.DatetimeIndex(["2021-01-01", None, "2021-01-02"], name="k"), "NULL"),
        (pd.MultiIndex.from_tuples([("a", 1), ("b", 1), ("a", 1)], names=["k", "n"]), "duplicates"),
        (pd.CategoricalIndex(["a", "b", "a"], name="k"), "duplicates"),
        (pd.Index([D("1.5"), D(2), D("1.50")], dtype=object, name="k"), "duplicates"),
        (pd.Index([0.0, 1.0, -0.0], name="k"), "duplicates"),
    ],
)
def test_an_index_that_cannot_be_a_key_is_an_error(index, text, database):
    with pytest.raises(PrimaryKeyError, match=text):
        write_table(database, "t", indexed(index))

    assert run_sql(database, "SHOW TABLES") == []


@pytest.mark.parametrize("values", [[b"a", b"b"], [[1], [2]]])
def test_an_index_of_a_type_that_no_key_can_have_is_an_error_of_ours(values, database):
    frame = indexed(pd.Index(objects(*values), name="k"))

    with pytest.raises((UnsupportedTypeError, PrimaryKeyError), match="`t`"):
        write_table(database, "t", frame)


def test_a_join_of_a_table_with_itself_comes_back(database):
    write_table(database, "t", indexed(pd.Index(["x", "y"], name="k")))

    back = read_table(database, sql="SELECT a.k AS one, b.k AS two FROM t a JOIN t b ON a.v = b.v").data

    assert sorted(back.reset_index()["one"]) == ["x", "y"]


def test_a_join_with_one_name_twice_comes_back(database):
    write_table(database, "t", indexed(pd.Index(["x", "y"], name="k")))

    back = read_table(database, sql="SELECT a.k, b.k FROM t a JOIN t b ON a.v = b.v").data

    assert len(back) == 2


def test_a_join_of_tables_whose_indexes_are_named_by_a_number_and_a_text_comes_back(database):
    write_table(database, "t", indexed(pd.Index(["x"], name="k")))
    write_table(database, "u", indexed(pd.Index(["x"], name=5)))

    back = read_table(database, sql="SELECT t.*, u.`5` FROM t JOIN u ON t.k = u.`5`").data

    assert len(back) == 1


# Labels


@pytest.mark.parametrize(
    "labels",
    [[0, 1, 2], [2, 0, 1], [-1, 0, 10**12], ["x", 7, "y"], ["0", "1", "-2"], [5, "a", 6], ["7 ", "-", 0]],
)
def test_labels_come_back_as_they_were(labels, database):
    frame = pd.DataFrame([[1, "a", 1.5], [2, None, None]], columns=labels)

    back = round_trip(database, frame)

    assert_same(back.sort_values(back.columns[0], ignore_index=True), frame)
    assert [*map(type, back.columns.tolist())] == [*map(type, frame.columns.tolist())]


def test_a_column_named_by_a_number_is_a_column_of_that_name_to_a_plain_client(database):
    write_table(database, "t", pd.DataFrame([[1, "a"]]))

    assert run_sql(database, "SELECT `0`, `1` FROM t") == [(1, "a")]


def test_a_key_of_a_column_named_by_a_number(database):
    frame = pd.DataFrame([[1, "a"], [2, "b"]])

    assert_same(round_trip(database, frame, ["0"]), frame)


# Tables that others made


FOREIGN = """CREATE TABLE t (
    id INT PRIMARY KEY, day DATE, clock TIME, `precise` TIME(6), money DECIMAL(10,2), huge DECIMAL(65,30), bytes BLOB,
    few VARBINARY(10), document JSON, `year` YEAR, bits BIT(10), `one` ENUM('a', 'b'), `some` SET('x', 'y', 'z'),
    moment DATETIME, stamp TIMESTAMP NULL, middle MEDIUMINT UNSIGNED, flag BOOLEAN, sure BOOLEAN NOT NULL,
    `char` CHAR(5), body TEXT
)"""
FOREIGN_DTYPES = {
    "id": "int32", "day": "object", "clock": "timedelta64[us]", "precise": "timedelta64[us]", "money": "object",
    "huge": "object", "bytes": "object", "few": "object", "document": "object", "year": "Int16", "bits": "UInt64",
    "one": TEXT_DTYPE, "some": TEXT_DTYPE, "moment": "datetime64[us]", "stamp": "datetime64[us]", "middle": "UInt32",
    "flag": "boolean", "sure": "bool", "char": TEXT_DTYPE, "body": TEXT_DTYPE,
}  # fmt: skip
FOREIGN_ROW = {
    "id": 1, "day": datetime.date(1, 1, 1), "clock": pd.Timedelta(hours=-838, minutes=-59, seconds=-59),
    "precise": pd.Timedelta("23:59:59.999999"), "money": D("-1.50"), "huge": D("9" * 35 + "." + "9" * 30),
    "bytes": b"\0\xff", "few": b"x", "document": {"a": [1, None]}, "year": 2021, "bits": 1023, "one": "b",
    "some": "x,z", "moment": pd.Timestamp("2021-01-01 01:02:03"), "stamp": pd.Timestamp("2021-01-01 01:02:03"),
    "middle": 2**24 - 1, "flag": True, "sure": False, "char": "é", "body": "text",
}  # fmt: skip


@pytest.fixture
def foreign(database):
    """A table without any comment, with a row of values and a row of NULLs."""
    run_sql(
        database,
        FOREIGN,
        r"""INSERT INTO t VALUES (1, '0001-01-01', '-838:59:59', '23:59:59.999999', -1.5,
        '99999999999999999999999999999999999.999999999999999999999999999999', X'00ff', 'x', '{"a": [1, null]}', 2021,
        b'1111111111', 'b', 'x,z', '2021-01-01 01:02:03', '2021-01-01 01:02:03', 16777215, true, false, 'é', 'text')""",
        "INSERT INTO t (id, sure) VALUES (2, true)",
        "CALL dolt_add('-A')",
        "CALL dolt_commit('-m', 'by hand')",
    )
    return database


@pytest.mark.parametrize("of", [{"tablename": "t"}, {"sql": "SELECT * FROM t ORDER BY id"}])
def test_a_table_that_others_made_reads_as_what_its_columns_are(foreign, of):
    back = read_table(foreign, **of).data

    assert {name: str(dtype) for name, dtype in back.dtypes.items()} == FOREIGN_DTYPES
    assert back.iloc[0].to_dict() == FOREIGN_ROW
    assert back.iloc[1].drop(["id", "sure"]).isna().all()


@pytest.mark.parametrize("column", FOREIGN_DTYPES)
def test_each_column_that_others_made_reads_alone(foreign, column):
    back = read_table(foreign, sql=f"SELECT `{column}` FROM t ORDER BY id").data

    assert str(back[column].dtype) == FOREIGN_DTYPES[column]
    assert back[column][0] == FOREIGN_ROW[column]


@pytest.mark.parametrize("column", FOREIGN_DTYPES)
def test_each_column_that_others_made_is_stored_again(foreign, column):
    frame = read_table(foreign, sql=f"SELECT `{column}` FROM t ORDER BY id").data

    back = round_trip(foreign, frame, [], table="copy")

    assert back[column].dtype == frame[column].dtype
    assert set(map(repr, back[column])) == set(map(repr, frame[column]))


COMMENTS = [
    "the customer's \"number\"", "pandas", "pandas: ", "pandas: the number of pandas", "pandas: 5", "pandas: []",
    "pandas: null", 'pandas: "text"', 'pandas: {"a": 1}', "pandas: {", '{"dtype": "category"}', "🐼: {}",
]  # fmt: skip
ODD_MARKS = [
    'pandas: {"dtype": "nosuch"}', 'pandas: {"dtype": 5}', 'pandas: {"dtype": "int64[pyarrow"}',
    'pandas: {"dtype": "category"}', 'pandas: {"dtype": "category", "of": "nosuch", "categories": ["a"]}',
    'pandas: {"categories": 5}', 'pandas: {"dtype": "object", "of": "nosuch"}', 'pandas: {"index": "x"}',
    'pandas: {"dtype": "datetime64[us, Nowhere/City]"}', 'pandas: {"dtype": "period[M]"}',
    'pandas: {"dtype": "nosuch[pyarrow]", "of": "arrow"}', 'pandas: {"dtype": "datetime64[us]"}',
]  # fmt: skip


def commented(url, comment):
    """Make a table of one text whose column has a comment."""
    text = comment.replace("\\", "\\\\").replace("'", "''")
    run_sql(
        url,
        f"CREATE TABLE t (a VARCHAR(20) COMMENT '{text}')",
        "INSERT INTO t VALUES ('x'), (NULL)",
        "CALL dolt_add('-A')",
        "CALL dolt_commit('-m', 'by hand')",
    )


@pytest.mark.parametrize("comment", COMMENTS)
def test_a_comment_of_somebody_else_does_no_harm(comment, database):
    commented(database, comment)

    back = read_table(database, "t").data

    assert back["a"].dtype == TEXT_DTYPE
    assert back["a"].dropna().tolist() == ["x"]


@pytest.mark.parametrize("comment", ODD_MARKS)
def test_a_mark_that_means_nothing_here_does_no_harm(comment, database):
    commented(database, comment)

    back = read_table(database, "t").data

    assert "x" in back.reset_index()["a"].tolist() or back["a"].isna().all()


def test_a_mark_of_integers_on_a_column_that_has_become_text_does_no_harm(database):
    write_table(database, "t", pd.DataFrame({"a": pd.to_timedelta([1, 2], unit="s")}))
    comment = run_sql(database, "SHOW FULL COLUMNS FROM t")[0][8]
    run_sql(
        database, f"ALTER TABLE t MODIFY a VARCHAR(20) COMMENT '{comment}'", "UPDATE t SET a = 'x'",
        "CALL dolt_commit('-am', 'by hand')",
    )  # fmt: skip

    assert read_table(database, "t").data["a"].tolist() == ["x", "x"]


def test_a_renamed_column_keeps_its_dtype(database):
    write_table(database, "t", pd.DataFrame({"a": zoned("us", "Europe/Berlin")}))
    run_sql(database, "ALTER TABLE t RENAME COLUMN a TO b", "CALL dolt_commit('-am', 'by hand')")

    assert read_table(database, "t").data["b"].dtype == "datetime64[us, Europe/Berlin]"


def test_a_renamed_number_of_a_label_is_a_text(database):
    write_table(database, "t", pd.DataFrame([[1]]))
    run_sql(database, "ALTER TABLE t RENAME COLUMN `0` TO first", "CALL dolt_commit('-am', 'by hand')")

    assert list(read_table(database, "t").data.columns) == ["first"]


def test_a_save_of_another_type_takes_the_old_mark_away(database):
    write_table(database, "t", pd.DataFrame({"a": pd.to_timedelta([1, 2], unit="s")}))
    frame = pd.DataFrame({"a": pd.array([1, 2], "Int64")})

    assert_same(round_trip(database, frame), frame)
    assert run_sql(database, "SHOW FULL COLUMNS FROM t")[0][8] == ""
