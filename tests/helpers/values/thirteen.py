"""Thirteen frames that are hard to keep; each has an `id`, which is the key where a table has one, in its order."""

from __future__ import annotations

import datetime
import decimal

import pandas as pd


def floats() -> pd.DataFrame:
    """Floats that a shorter text would change, the smallest and the largest, and a small type."""
    values = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, float("nan")]
    small = pd.Series([0.1, 1e-40, 3.4028235e38, float("nan"), 16777216], dtype="float32")
    return pd.DataFrame({"id": range(5), "value": values, "small": small})


def texts() -> pd.DataFrame:
    """Strings that look like numbers, like missing values or like the end of a field."""
    codes = ["007", "1e5", "true", "2026-01-01", "0x10", " 1 ", "+1"]
    notes = ["", "NULL", "NA", None, "\\N", "a\tb\r\nc", "\"quoted\", 'so'"]
    return pd.DataFrame({"id": range(7), "code": codes, "note": notes})


def booleans() -> pd.DataFrame:
    """Booleans, without and with missing values."""
    return pd.DataFrame(
        {"id": range(3), "paid": [True, False, True], "sent": pd.array([True, None, False], dtype="boolean")}
    )


def integers() -> pd.DataFrame:
    """Integers above 2**53, some missing, and small types."""
    large = pd.array([2**63 - 1, None, 2**53 + 1], dtype="Int64")
    unsigned = pd.Series([2**64 - 1, 0, 2**63], dtype="uint64")
    return pd.DataFrame({"id": range(3), "large": large, "unsigned": unsigned, "tiny": pd.array([1, 2, 3], "int8")})


def time_zones() -> pd.DataFrame:
    """Timestamps in a time zone, at the hour that occurs twice, and in UTC."""
    moments = pd.Series(pd.to_datetime(["2025-10-26 00:30", "2025-10-26 01:30", None]), dtype="datetime64[us]")
    utc = moments.dt.tz_localize("UTC")
    return pd.DataFrame({"id": range(3), "berlin": utc.dt.tz_convert("Europe/Berlin"), "utc": utc})


def units() -> pd.DataFrame:
    """Timestamps and durations in seconds, milliseconds, microseconds and nanoseconds."""
    moments = pd.Series(pd.to_datetime(["1969-12-31", "2026-01-02"]))
    spans = pd.Series(pd.to_timedelta([-1, 10**6], "s"))
    columns = {f"at_{unit}": moments.astype(f"datetime64[{unit}]") for unit in ("s", "ms", "us", "ns")}
    return pd.DataFrame({"id": range(2), **columns, "span": spans.astype("timedelta64[ns]")})


def index() -> pd.DataFrame:
    """A frame with an index of two levels."""
    levels = pd.MultiIndex.from_product([["ham", "muc"], [1, 2]], names=["city", "week"])
    return pd.DataFrame({"sales": [1.5, 2.5, 3.5, 4.5]}, index=levels)


def categories() -> pd.DataFrame:
    """Categories with an order, one of them unused."""
    sizes = pd.CategoricalDtype(["S", "M", "L", "XL"], ordered=True)
    return pd.DataFrame({"id": range(4), "size": pd.Series(["M", "S", None, "XL"], dtype=sizes)})


def decimals() -> pd.DataFrame:
    """Amounts of money, with more digits than a float has."""
    prices = [decimal.Decimal("12345678901234567890.12"), decimal.Decimal("-0.01"), None]
    return pd.DataFrame({"id": range(3), "price": pd.Series(prices, dtype=object)})


def objects() -> pd.DataFrame:
    """Bytes, dates and times of day."""
    raw = [b"\x00\xff", b"", None]
    days = [datetime.date(1, 1, 1), datetime.date(2026, 2, 28), None]
    times = [datetime.time(23, 59, 59, 999999), datetime.time(0), None]
    columns = {name: pd.Series(values, dtype=object) for name, values in (("raw", raw), ("day", days), ("at", times))}
    return pd.DataFrame({"id": range(3), **columns})


def nested() -> pd.DataFrame:
    """The answers of an API: objects with different keys, and lists."""
    answers = [{"name": "Ann", "tags": ["a", "b"]}, {"age": None}, {}]
    lists = [[1, 2], [], [3]]
    return pd.DataFrame({"id": range(3), "answer": answers, "list": lists})


def labels() -> pd.DataFrame:
    """Names of columns that are not plain words: other scripts, emoji, reserved words, years as integers."""
    return pd.DataFrame({"id": [1, 2], "größe 📏": [1, 2], "名前": ["a", "b"], "select": [0.5, 1.5], 2026: [3, 4]})


def empty() -> pd.DataFrame:
    """Columns with dtypes, and no rows."""
    dtypes = {"id": "int64", "name": "str", "at": "datetime64[us, UTC]", "paid": "boolean", "score": "float32"}
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in dtypes.items()})


FRAMES = (
    floats, texts, booleans, integers, time_zones, units, index, categories, decimals, objects, nested, labels, empty,
)  # fmt: skip
