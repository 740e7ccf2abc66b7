"""Which columns keep values of which kind, asked without a database."""

import numpy as np
import pandas as pd
import pytest

from dolt_integrations.core.codec import encode_column
from dolt_integrations.core.schemas.fits import misfit
from dolt_integrations.core.schemas.wanted import keeps
from dolt_integrations.engine import Column

NUMBERS = pd.Series([1, 0], dtype="int64")
TEXTS = pd.Series(["x", "y"])
BYTES = pd.Series([b"x", b"y"], dtype=object)
DAYS = pd.Series(np.array(["2026-01-01"], "datetime64[us]"))

NUMERIC = ["int", "bigint unsigned", "tinyint(1)", "bit(4)", "year", "float", "double", "decimal(9,2)"]
TEXTUAL = ["varchar(9)", "char(9)", "text", "enum('x','y')", "set('x','y')"]
BINARY = ["varbinary(9)", "binary(1)", "blob", "point"]
OTHER = ["date", "datetime(6)", "time(6)", "json"]


@pytest.mark.parametrize(
    ("sql_type", "values"),
    [
        *((sql_type, values) for sql_type in NUMERIC for values in (TEXTS, BYTES, DAYS)),
        *((sql_type, values) for sql_type in TEXTUAL for values in (NUMBERS, BYTES, DAYS)),
        *((sql_type, values) for sql_type in BINARY for values in (NUMBERS, TEXTS, DAYS)),
        *((sql_type, values) for sql_type in OTHER for values in (NUMBERS, TEXTS, BYTES)),
    ],
)
def test_a_column_keeps_no_values_of_another_kind(sql_type, values):
    assert not keeps(Column("a", sql_type, True), encode_column(values, "column 'a'"))


@pytest.mark.parametrize(
    ("sql_type", "dtype", "inside", "outside"),
    [
        ("year", "int8", [0], [1, 100, -1]), ("year", "uint8", [0], [200]), ("year", "int16", [0, 1901, 2155], [1900]),
        ("tinyint unsigned", "int8", [0, 127], [-1]), ("bigint unsigned", "int64", [0, 2**63 - 1], [-1]),
        ("bigint", "uint64", [2**63 - 1], [2**63]), ("int", "float64", [-(2.0**31), 2.0**31 - 1], [2.0**31, 0.5]),
        ("bigint", "float64", [-(2.0**62)], [2.0**63, 1e300]), ("bit(64)", "uint64", [2**64 - 1], []),
        ("bit(1)", "int8", [0, 1], [2, -1]), ("float", "int32", [2**24, -(2**24)], [2**24 + 1]),
        ("double", "uint64", [2**53], [2**53 + 1]), ("float", "float64", [0.5], [0.1]),
    ],
)  # fmt: skip
def test_which_numbers_a_column_holds_does_not_depend_on_the_type_they_come_in(sql_type, dtype, inside, outside):
    column = Column("a", sql_type, True)

    assert misfit(encode_column(pd.Series(inside, dtype=dtype), "-"), column) is None
    for value in outside:
        assert misfit(encode_column(pd.Series([value], dtype=dtype), "-"), column) is not None


@pytest.mark.parametrize(
    ("charset", "text", "fits"),
    [
        ("latin1", "caf\u00e9", True), ("latin1", "\u6f22", False), ("ascii", "cafe", True), ("ascii", "\u00e9", False),
        ("utf8mb4", "\U0001f600", True), ("utf8mb3", "\uffff", True), ("utf8", "", True), ("utf8", "\U00010000", False),
        ("utf16", "\U0001f600", True), ("utf32", "\U0001f600", True), ("latin1", "\u20ac", True),
    ],
)  # fmt: skip
def test_a_text_fits_a_character_set_that_has_its_letters(charset, text, fits):
    column = Column("a", f"varchar(9) CHARACTER SET {charset}", True)

    assert (misfit(encode_column(pd.Series([text]), "-"), column) is None) is fits


@pytest.mark.parametrize("sql_type", ["double", "float", "decimal(20,0)", "bit(64)", "year"])
def test_durations_are_no_numbers(sql_type):
    spans = pd.Series(np.array([0, 1901], "timedelta64[s]"))

    assert misfit(encode_column(spans, "-"), Column("a", sql_type, True)) == ""


POINT = bytes.fromhex("0000000001010000" + "0" * 34)


@pytest.mark.parametrize(("value", "fits"), [(POINT, True), (POINT[:8], False), (b"\x07" + POINT[1:], False)])
def test_bytes_fit_a_geometry_that_their_header_is_of(value, fits):
    column = Column("a", "point", True, details="SRID 0")

    assert (misfit(encode_column(pd.Series([value]), "-"), column) is None) is fits
