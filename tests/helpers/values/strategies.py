"""Hypothesis strategies for frames: of the plain types, and of all that a column may be."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

AWKWARD_TEXTS = [
    "", "NULL", "null", "NA", "nan", "None", "\\N", "\\", "\\n", "\t", "\n", "\r\n", "\0", "'", '"',
    "`", "%s", " ", "007", "1e5", "true", "é", "e\u0301", "日本", "🍣", "\ufeff", "\x1a",
]  # fmt: skip
"""Texts that a careless way through files or SQL changes."""

INTEGERS = [f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)]
NULLABLE_INTEGERS = [f"{kind}{bits}" for kind in ("Int", "UInt") for bits in (8, 16, 32, 64)]
FLOATS = ["float32", "float64"]
NULLABLE_FLOATS = ["Float32", "Float64"]
BOOLEANS = ["bool", "boolean"]
TEXTS = ["str", "string", "object"]
MOMENTS = [f"datetime64[{unit}]" for unit in ("s", "ms", "us", "ns")]
DTYPES = [*INTEGERS, *NULLABLE_INTEGERS, *FLOATS, *NULLABLE_FLOATS, *BOOLEANS, *TEXTS, *MOMENTS]
"""Every dtype of the plain types."""

ZONED = [
    "datetime64[s, UTC]", "datetime64[ms, Europe/Berlin]", "datetime64[us, America/New_York]",
    "datetime64[us, UTC+05:30]", "datetime64[ns, Asia/Kathmandu]", "datetime64[ns, UTC-03:00]",
]  # fmt: skip
SPANS = [f"timedelta64[{unit}]" for unit in ("s", "ms", "us", "ns")]
STORED_TEXTS = {
    "string[python]": pd.StringDtype("python"),
    "string[pyarrow]": pd.StringDtype("pyarrow"),
    "str[python]": pd.StringDtype("python", na_value=np.nan),
    "str[pyarrow]": pd.StringDtype("pyarrow", na_value=np.nan),
}
OBJECTS = [f"{name} objects" for name in ("bytes", "date", "time", "decimal", "uuid", "json")]
CATEGORICALS = [f"categories of {dtype}" for dtype in ("str", "object", "string", "int64", "int8", "float64", "bool")]
ARROW = {
    f"arrow {kind}": kind
    for kind in (
        pa.int8(), pa.int64(), pa.uint8(), pa.uint64(), pa.float32(), pa.float64(), pa.bool_(), pa.string(),
        pa.large_string(), pa.binary(), pa.large_binary(), pa.date32(), pa.timestamp("s"), pa.timestamp("us"),
        pa.timestamp("ns"), pa.timestamp("ms", "Europe/Berlin"), pa.duration("us"), pa.duration("ns"),
        pa.decimal128(10, 2), pa.decimal128(38, 30), pa.decimal256(65, 30),
    )
}  # fmt: skip
FURTHER = [*ZONED, *SPANS, *STORED_TEXTS, *OBJECTS, *CATEGORICALS, *ARROW]
"""What else a column may be; some are dtypes, the others are called like this here."""

FURTHER_KEYS = [
    *ZONED, *SPANS, "date objects", "time objects", "decimal objects", "uuid objects", "bytes objects",
    "categories of str", "categories of int64", "arrow int64", "arrow string", "arrow date32[day]",
    "arrow timestamp[us]",
]  # fmt: skip

KEY_DTYPES = [*INTEGERS, "bool", "str", "string", *MOMENTS]


def texts(max_size: int = 20) -> st.SearchStrategy[str]:
    """Strings of valid Unicode, including awkward ones."""
    return st.sampled_from(AWKWARD_TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=max_size)


def integers(dtype: str) -> st.SearchStrategy[int]:
    """Integers of a dtype, including its bounds."""
    info = np.iinfo(dtype.lower())
    return st.integers(int(info.min), int(info.max)) | st.sampled_from([int(info.min), int(info.max), 0])


def floats(dtype: str) -> st.SearchStrategy[float]:
    """Finite floats of a dtype, including -0.0, subnormal numbers and the largest one."""
    width = int(dtype[-2:])
    return st.floats(width=width, allow_nan=False, allow_infinity=False)  # type: ignore[call-overload, no-any-return]


def moments(unit: str) -> st.SearchStrategy[np.datetime64]:
    """Timestamps that both the unit and Dolt can hold: microseconds, in the years 1 to 9999."""
    first, last = datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59)
    if unit == "ns":
        first, last = datetime.datetime(1677, 9, 22), datetime.datetime(2262, 4, 11)
    within = st.datetimes(first, last) | st.sampled_from([first, last, datetime.datetime(1970, 1, 1)])
    return within.map(lambda moment: np.datetime64(moment, "us").astype(f"datetime64[{unit}]"))


def values(dtype: str) -> st.SearchStrategy[Any]:
    """Values of a dtype that are not missing."""
    if dtype in INTEGERS or dtype in NULLABLE_INTEGERS:
        return integers(dtype)
    if dtype in FLOATS or dtype in NULLABLE_FLOATS:
        return floats(dtype)
    if dtype in BOOLEANS:
        return st.booleans()
    return texts() if dtype in TEXTS else moments(dtype[11:-1])


def within(unit: str) -> st.SearchStrategy[datetime.datetime]:
    """Timestamps in whole units that the unit and Dolt can hold in any time zone."""
    first, last = datetime.datetime(1, 1, 3), datetime.datetime(9999, 12, 29)
    if unit == "ns":
        first, last = datetime.datetime(1677, 9, 23), datetime.datetime(2262, 4, 10)
    step = {"s": 1_000_000, "ms": 1_000}.get(unit, 1)
    moment = st.datetimes(first, last) | st.sampled_from([first, last, datetime.datetime(2021, 10, 31, 0, 30)])
    return moment.map(lambda one: one.replace(microsecond=one.microsecond // step * step))


def decimals(precision: int, scale: int) -> st.SearchStrategy[decimal.Decimal]:
    """Decimals of one scale, without -0, which Dolt does not have."""
    most = 10**precision - 1
    return (st.integers(-most, most) | st.sampled_from([most, -most, 0])).map(
        lambda whole: decimal.Decimal(whole).scaleb(-scale, decimal.Context(prec=precision))
    )


def documents() -> st.SearchStrategy[Any]:
    """JSON documents, as a list or a dict."""
    letters = texts(10)
    leaf = st.none() | st.booleans() | st.integers() | letters
    leaf = leaf | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([-0.0, 1.0, 1e21, 2**53 + 1])
    deeper = st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3), max_leaves=5
    )
    return st.lists(deeper, max_size=3) | st.dictionaries(letters, deeper, max_size=3)


_OBJECT_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "bytes objects": st.binary(max_size=12) | st.sampled_from([b"", b"\0", b"\xff\n\t\\", b"NULL"]),
    "date objects": st.dates() | st.sampled_from([datetime.date.min, datetime.date.max]),
    "time objects": st.times().map(lambda time: time.replace(fold=0))
    | st.sampled_from([datetime.time.min, datetime.time.max]),
    "decimal objects": decimals(12, 4),
    "uuid objects": st.uuids() | st.sampled_from([uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)]),
    "json objects": documents(),
}


def _spans(unit: str) -> st.SearchStrategy[np.timedelta64]:
    counts = st.integers(-(2**63) + 1, 2**63 - 1) | st.sampled_from([0, -1, 1, 2**63 - 1, -(2**63) + 1])
    return counts.map(lambda count: np.timedelta64(count, unit))  # type: ignore[call-overload]


def _arrow_values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    name = {"float": "float32", "double": "float64"}.get(str(kind), str(kind))
    if name in INTEGERS or name in FLOATS or name == "bool":
        return values(name)
    if pa.types.is_timestamp(kind):
        zone = datetime.timezone.utc if kind.tz else None
        return within(kind.unit).map(lambda moment: moment.replace(tzinfo=zone))
    if pa.types.is_duration(kind):
        return st.integers(-(2**63) + 1, 2**63 - 1)
    if pa.types.is_decimal(kind):
        return decimals(kind.precision, kind.scale)
    if pa.types.is_date(kind):
        return _OBJECT_VALUES["date objects"]
    return _OBJECT_VALUES["bytes objects"] if "binary" in name else texts()


def further_values(kind: str) -> st.SearchStrategy[Any]:
    """Values of the other kinds of columns, none missing."""
    if kind in ZONED:
        return within(kind[11:].split(",")[0])
    if kind in SPANS:
        return _spans(kind[12:-1])
    if kind in ARROW:
        return _arrow_values(ARROW[kind])
    return texts() if kind in STORED_TEXTS else _OBJECT_VALUES[kind]


def further_column(data: list[Any], kind: str) -> pd.Series:
    """Return a column of one of the other kinds. None is a missing value, and timestamps are in UTC."""
    if kind in ZONED:
        unit = kind[11:].split(",")[0]
        plain = pd.Series(np.array(data, dtype=f"datetime64[{unit}]"))
        return plain.dt.tz_localize("UTC").astype(kind)
    if kind in SPANS:
        return pd.Series(np.array([np.timedelta64("NaT") if one is None else one for one in data], dtype=kind))
    if kind in ARROW:
        return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(data, ARROW[kind])))
    return pd.Series(data, dtype=STORED_TEXTS.get(kind, object))


@st.composite
def categoricals(draw: st.DrawFn, dtype: str, size: int, missing: bool = True, distinct: bool = False) -> pd.Series:
    """Categoricals, some ordered, some with categories that no row has."""
    least = size if distinct else 0
    several = draw(st.lists(values(dtype), unique_by=lambda one: one, min_size=least, max_size=max(least, 4)))
    index = pd.Index(column(several, dtype))
    lowest = -1 if missing or not several else 0
    codes = st.integers(lowest, len(several) - 1)
    taken = draw(st.permutations(range(len(several))) if distinct else st.lists(codes, min_size=size, max_size=size))
    kind = pd.CategoricalDtype(index, ordered=draw(st.booleans()))
    return pd.Series(pd.Categorical.from_codes(list(taken[:size]), dtype=kind))


@st.composite
def further_columns(draw: st.DrawFn, kind: str, size: int) -> pd.Series:
    """Columns of the other kinds, with missing values."""
    if kind in CATEGORICALS:
        return draw(categoricals(kind.removeprefix("categories of "), size))
    one = further_values(kind) | st.none()
    return further_column(draw(st.lists(one, min_size=size, max_size=size)), kind)


def takes_missing(dtype: str) -> bool:
    """Whether a column of the dtype may have missing values."""
    return dtype not in INTEGERS and dtype != "bool"


def missing(dtype: str) -> Any:
    """The missing value of a dtype."""
    if dtype in ("boolean", "string") or dtype[0] in "IUF":
        return pd.NA
    if dtype.startswith("datetime64"):
        return np.datetime64("NaT", dtype[11:-1])
    return float("nan") if dtype in FLOATS else None


def column(data: list[Any], dtype: str) -> pd.Series:
    """Return a column of exactly that dtype."""
    if dtype.startswith("datetime64"):
        return pd.Series(np.array(data, dtype=dtype), dtype=dtype)
    return pd.Series(data, dtype=dtype)


@st.composite
def columns(draw: st.DrawFn, dtype: str, size: int) -> pd.Series:
    """Columns of a dtype, with missing values if the dtype has them."""
    one = values(dtype)
    if takes_missing(dtype):
        one = one | st.just(missing(dtype))
    return column(draw(st.lists(one, min_size=size, max_size=size)), dtype)


def names() -> st.SearchStrategy[str]:
    """Column names, including words of SQL, spaces, quotes and signs."""
    awkward = ["order", "select", "a b", "a`b", "a'b", 'a"b', "100%", "%s", "@v0", "a;b", "日本", "key", "a\\b"]
    return st.sampled_from(awkward) | st.text("abcxyz_0123456789 ", min_size=1, max_size=10)


@st.composite
def frames(draw: st.DrawFn, max_rows: int = 8, max_columns: int = 5) -> pd.DataFrame:
    """Frames of plain columns, with few rows or none."""
    size = draw(st.integers(0, max_rows))
    labels = draw(st.lists(names(), min_size=1, max_size=max_columns, unique_by=str.lower))
    return pd.DataFrame({label: draw(columns(draw(st.sampled_from(DTYPES)), size)) for label in labels})


@st.composite
def keyed_frames(draw: st.DrawFn, max_rows: int = 8) -> tuple[pd.DataFrame, list[str]]:
    """Frames with a key of one or two columns: distinct values, none missing."""
    rest = draw(frames(max_rows, 3))
    dtypes = draw(st.lists(st.sampled_from(KEY_DTYPES), min_size=1, max_size=2))
    each = st.tuples(*(values(dtype) for dtype in dtypes))
    keys = draw(st.lists(each, unique_by=lambda key: tuple(map(str, key)), max_size=len(rest), min_size=0))
    frame = rest.head(len(keys)).reset_index(drop=True)
    labels = [f"key {number}?" for number in range(len(dtypes))]
    for number, (label, dtype) in enumerate(zip(labels, dtypes, strict=True)):
        frame.insert(number, label, column([key[number] for key in keys], dtype))
    return frame, labels


@st.composite
def mixed_frames(draw: st.DrawFn, max_rows: int = 5, max_columns: int = 8) -> pd.DataFrame:
    """Frames of all kinds of columns, with strings and integers as names. `row` numbers the rows."""
    size = draw(st.integers(0, max_rows))
    frame = {"row": pd.Series(range(size), dtype="int64")}
    label = names() | st.integers(-(2**63), 2**63 - 1)
    kinds = st.sampled_from(DTYPES) | st.sampled_from(FURTHER)
    labels = st.lists(label, min_size=1, max_size=max_columns, unique_by=lambda one: str(one).lower())
    for each in draw(labels):
        kind = draw(kinds)
        made = columns(kind, size) if kind in DTYPES else further_columns(kind, size)
        frame[each] = draw(made)
    return pd.DataFrame(frame)


@st.composite
def indexed_frames(draw: st.DrawFn, max_rows: int = 5) -> pd.DataFrame:
    """Frames of all kinds of columns, with a named, unique index of one or two levels."""
    frame = draw(mixed_frames(max_rows, 4))
    kinds = draw(st.lists(st.sampled_from([*KEY_DTYPES, *FURTHER_KEYS]).filter("bool".__ne__), min_size=1, max_size=2))
    labels = draw(st.sampled_from([["level 1", "level 2"], ["level 1", -7], [-7, "level 2"]]))
    for label, kind in zip(labels, kinds, strict=False):
        frame[label] = draw(_distinct(kind, len(frame)))
    return frame.set_index(labels[: len(kinds)])


@st.composite
def _distinct(draw: st.DrawFn, kind: str, size: int) -> pd.Series:
    if kind in CATEGORICALS:
        return draw(categoricals(kind.removeprefix("categories of "), size, missing=False, distinct=True))
    one = values(kind) if kind in KEY_DTYPES else further_values(kind)
    data = draw(st.lists(one, unique_by=str, min_size=size, max_size=size))
    return column(data, kind) if kind in KEY_DTYPES else further_column(data, kind)
