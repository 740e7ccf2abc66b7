"""Columns of every type with their values, and holding two frames to be the same."""

import datetime
import decimal
import itertools
import json
import uuid
import zoneinfo

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.testing import assert_frame_equal, assert_index_equal

from dolt_integrations.core import read_table, write_table
from tests.helpers.values.strategies import AWKWARD_TEXTS

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
    "booleans as objects": objects(True, False),
    "integers as objects": objects(2**63 - 1, -(2**63), 0),
    "unsigned integers as objects": objects(2**64 - 1, 0),
    "integers of Python": objects(10**64, -(10**64)),
    "periods of months": pd.Series(pd.period_range("2021-11", periods=3, freq="M")),
    "periods of weeks": pd.Series(pd.period_range("2021-11-01", periods=3, freq="W-WED")),
    "periods of nanoseconds": pd.Series(pd.period_range("2021-11-01", periods=3, freq="ns")),
    "UUIDs": objects(uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.UUID(int=1)),
    "dicts": objects({}, {"": None}, {"a": [1, -0.5, "é🍣\"\\\n\t\0'", True, {"b": []}]}, {"'": 2**53, "`": -(2**53)}),
    "documents with numbers that JSON in Dolt has not": objects(
        [1, 1.0, -1.0, 0.0, -0.0, 1e15], {"whole": 2.0, "large": 2**53 + 1}, [10**30, -(10**400), 1e22]
    ),
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
    "arrow time64": arrow(pa.time64("us"), datetime.time.min, datetime.time.max),
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
    "arrow date64": arrow(pa.date64(), datetime.date.min, datetime.date.max),
    "arrow time32": arrow(pa.time32("s"), datetime.time.min, datetime.time(23, 59, 59)),
    "arrow time64 in ns": arrow(pa.time64("ns"), datetime.time.min, datetime.time.max),
    "arrow half floats": arrow(pa.float16(), 1.5, -0.25),
    "half floats": pd.Series(np.array([1.5, -0.0, 65504.0], np.float16)),
    "arrow binary of a fixed size": arrow(pa.binary(2), b"ab", b"\0\xff"),
    "arrow decimal128 of hundreds": arrow(pa.decimal128(3, -2), D(100)),
    "arrow decimal256 of 76 digits": arrow(pa.decimal256(76, 2), D("1.50"), D("9" * 63)),
    "arrow list": arrow(pa.list_(pa.int64()), [2**53 + 1], []),
    "arrow struct": arrow(pa.struct({"no": pa.int64()}), {"no": 2**53 + 1}, {"no": None}),
    "arrow map": arrow(pa.map_(pa.string(), pa.int64()), [("a", 1)], []),
    "arrow decimal256": arrow(pa.decimal256(65, 30), D("9" * 35 + "." + "9" * 30), D("-1E-30")),
}  # fmt: skip

FAMILIES = {
    name: TYPES[name]
    for name in (
        "time zone in microseconds", "time zone in seconds", "spans in ns", "categories", "ordered categories",
        "categories of int64", "bytes", "dates", "times", "money", "decimals of 65 digits", "UUIDs", "dicts",
        "documents with numbers that JSON in Dolt has not", "string in pyarrow", "arrow uint64", "arrow float",
        "arrow string", "arrow binary", "arrow time64", "arrow timestamp in Berlin", "arrow decimal256",
    )
}  # fmt: skip
"""One or two of each way in which a type is stored, for what does not depend on the type as such."""
"""Columns without missing values; the types that `test_frames` has are not among them."""


def with_missing(series):
    """Add a missing value before and after the values."""
    if series.dtype == object:
        return objects(None, *series, None)
    places = [-1, *range(len(series)), -1]
    return pd.Series(pd.api.extensions.take(series.array, np.array(places), allow_fill=True))


def numbered(series):
    return pd.DataFrame({"number": range(len(series)), "value": series.reset_index(drop=True)})


def every_type(change=lambda series: series):
    """Return a frame with a column of every type, to all of which a function was applied."""
    return pd.DataFrame({name: change(series).reset_index(drop=True) for name, series in TYPES.items()})


def _without_documents(frame):
    """Replace JSON documents by numbers, because pandas cannot compare nested values."""
    frame = frame.copy()
    for at in range(frame.shape[1]):
        if frame.iloc[:, at].dtype == object and {*map(type, frame.iloc[:, at])} & {dict, list}:
            frame.isetitem(at, range(len(frame)))
    return frame


def _documents_equal(one, other):
    """Whether both have equal JSON documents, ignoring the order in objects."""
    if not {type(value) for value in one} <= {dict, list, type(None)}:
        return False
    return [json.dumps(value, sort_keys=True) for value in one] == [
        json.dumps(value, sort_keys=True) for value in other
    ]


def assert_same(frame, expected, **options):
    """Check that two frames are identical: dtypes, missing values, signs of zeros, classes of objects."""
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
