"""The last value of each type that Dolt holds is taken as it is, and the next one is refused or takes another type."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core.arrow.columns import encode_arrow_column
from dolt_integrations.core.codec import encode_column
from dolt_integrations.core.columns.objects import decimal_type
from dolt_integrations.errors import UnsupportedValueError

D = decimal.Decimal


def objects(*values):
    return encode_column(pd.Series([*values, None], dtype=object), "column 'a'")


@pytest.mark.parametrize(
    ("values", "sql_type"),
    [
        ([2**63 - 1, -(2**63)], "bigint"), ([2**63, 0], "bigint unsigned"), ([2**64 - 1], "bigint unsigned"),
        ([2**63, -1], "decimal(65,0)"), ([2**64], "decimal(65,0)"), ([-(2**63) - 1], "decimal(65,0)"),
        ([10**65 - 1, -(10**65) + 1], "decimal(65,0)"),
    ],
)  # fmt: skip
def test_integers_get_the_narrowest_type_that_holds_them_all(values, sql_type):
    encoded = objects(*values)

    assert encoded.sql_type == sql_type
    assert list(map(int, encoded.values.to_pylist()[:-1])) == values
    assert (encoded.mark.dtype, encoded.mark.of) == ("object", "int")


@pytest.mark.parametrize("value", [10**65, -(10**65)])
def test_an_integer_of_66_digits_is_refused(value):
    with pytest.raises(UnsupportedValueError, match=r"more than 65 digits.*row 1.*strings"):
        objects(1, value)


@pytest.mark.parametrize(
    ("text", "sql_type"),
    [
        ("9" * 65, "decimal(65,0)"), ("0." + "9" * 30, "decimal(65,30)"), (f"{'9' * 35}.{'9' * 30}", "decimal(65,30)"),
        ("1E+64", "decimal(65,0)"), ("1E-30", "decimal(65,30)"), (f"{'9' * 19}.{'9' * 9}", "decimal(28,9)"),
        (f"{'9' * 20}.5", "decimal(65,1)"), ("0.0000000001", "decimal(65,10)"), ("-0.5", "decimal(28,1)"),
    ],
)  # fmt: skip
def test_decimals_get_a_type_that_holds_every_digit(text, sql_type):
    encoded = objects(D(text), D(0))

    assert encoded.sql_type == sql_type
    assert list(map(D, encoded.values.to_pylist()[:-1])) == [D(text), 0]


@pytest.mark.parametrize(("digits", "found"), [((19, 9), 28), ((20, 9), 65), ((19, 10), 65), ((1, 0), 28)])
def test_a_decimal_is_as_wide_as_the_fast_reader_reads_exactly(digits, found):
    assert decimal_type(*digits) == f"decimal({found},{digits[1]})"


@pytest.mark.parametrize("value", [None, pd.NaT, pd.NA, float("nan")], ids=str)
def test_objects_that_are_all_missing_have_no_type_yet(value):
    encoded = encode_column(pd.Series([value, None, value], dtype=object), "column 'a'")

    assert encoded.values.null_count == 3
    assert encoded.mark.is_untyped


@pytest.mark.parametrize(
    ("unit", "text"),
    [("s", "0001-01-01"), ("s", "9999-12-31T23:59:59"), ("us", "9999-12-31T23:59:59.999999"), ("us", "0001-01-01"),
     ("ns", "2262-04-11T23:47:16.854775")],
)  # fmt: skip
def test_the_first_and_the_last_timestamp_are_taken(unit, text):
    moments = np.array([text, "NaT"], f"datetime64[{unit}]")

    for encoded in (
        encode_column(pd.Series(moments), "-"), encode_arrow_column(pa.chunked_array([pa.array(moments)]), "-")
    ):  # fmt: skip
        assert encoded.values.to_pylist() == [datetime.datetime.fromisoformat(text), None]


LAST = {
    "date": (pa.array([-719_162, 2_932_896], pa.int32()).cast(pa.date32()), pa.array([2_932_897], pa.int32())),
    "whole day": (pa.array([0, 86_400_000]).cast(pa.date64()), pa.array([86_400_001])),
    "seconds": (pa.array([0, 86_399], pa.time32("s")), pa.array([86_400, -1], pa.int32())),
    "milliseconds": (pa.array([0, 86_399_999], pa.time32("ms")), pa.array([86_400_000, -1], pa.int32())),
    "microseconds": (pa.array([0, 86_399_999_999], pa.time64("us")), pa.array([86_400_000_000, -1])),
    "nanoseconds": (pa.array([0, 86_399_999_999_000], pa.time64("ns")), pa.array([86_400_000_000_000, 1, -1])),
    "duration": (pa.array([2**63 - 1, 1 - 2**63]).cast(pa.duration("s")), pa.array([-(2**63)])),
}


@pytest.mark.parametrize("name", LAST)
def test_the_first_and_the_last_value_of_arrow_are_taken_and_the_next_are_refused(name):
    inside, outside = LAST[name]

    assert len(encode_arrow_column(pa.chunked_array([inside]), "column 'a'").values) == len(inside)
    for value in outside:
        given = pa.array([value.as_py()], outside.type).cast(inside.type)
        with pytest.raises(UnsupportedValueError, match=r"column 'a' holds .*row 0"):
            encode_arrow_column(pa.chunked_array([given]), "column 'a'")


@pytest.mark.parametrize(
    ("kind", "text", "sql_type"),
    [
        (pa.decimal128(38, 30), "0." + "9" * 30, "decimal(38,30)"), (pa.decimal256(65, 0), "9" * 65, "decimal(65,0)"),
        (pa.decimal256(76, 38), "1.5", "decimal(65,30)"), (pa.decimal128(3, -2), "500", "decimal(5,0)"),
        (pa.decimal128(4, 4), "0.0012", "decimal(4,4)"), (pa.decimal256(76, 0), "-" + "9" * 65, "decimal(65,0)"),
    ],
)  # fmt: skip
def test_decimals_of_arrow_keep_their_precision_as_far_as_dolt_has_it(kind, text, sql_type):
    encoded = encode_arrow_column(pa.chunked_array([pa.array([D(text), None], kind)]), "-")

    assert encoded.sql_type == sql_type
    assert D(encoded.values.to_pylist()[0]) == D(text)
