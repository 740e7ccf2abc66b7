"""Columns of Arrow and polars of every type that is stored, two values and a NULL each."""

import datetime
import decimal
import math

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

D = decimal.Decimal
MOMENT = datetime.datetime(2021, 10, 31, 0, 30)
LARGE = 9007199254740993
"""An integer that a double does not hold."""


def column(kind, *values):
    return pa.array([*values, None], kind)


SIMPLE = {
    **{str(k): column(k, 1, 0) for k in (pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16(), pa.uint32())},
    "int64": column(pa.int64(), LARGE, -(2**63)),
    "uint64": column(pa.uint64(), 2**64 - 1, 0),
    "bool": column(pa.bool_(), True, False),
    "halffloat": column(pa.float16(), 1.5, -0.0),
    "float": column(pa.float32(), 0.5, -0.0),
    "double": column(pa.float64(), 0.1, 5e-324),
    "null": pa.nulls(3),
    **{str(k): column(k, "NULL", "é") for k in (pa.string(), pa.large_string(), pa.string_view())},
    **{str(k): column(k, b"\0\xff", b"") for k in (pa.binary(), pa.large_binary(), pa.binary_view())},
    "fixed_size_binary[3]": column(pa.binary(3), b"abc", b"\0\0\xff"),
    "date32": column(pa.date32(), datetime.date.min, datetime.date.max),
    "date64": column(pa.date64(), datetime.date.min, datetime.date.max),
    **{f"time32[{unit}]": column(pa.time32(unit), 0, 86_399) for unit in ("s", "ms")},
    **{f"time64[{unit}]": column(pa.time64(unit), 0, 86_399_000) for unit in ("us", "ns")},
    **{f"timestamp[{unit}]": column(pa.timestamp(unit), MOMENT, MOMENT) for unit in ("s", "ms", "us", "ns")},
    **{f"zone {zone}": column(pa.timestamp("us", zone), 0, 10**15) for zone in ("UTC", "Asia/Kathmandu", "+02:00")},
    "zone -05:30 in ns": column(pa.timestamp("ns", "-05:30"), 0, 10**15),
    **{f"duration[{unit}]": column(pa.duration(unit), 1, -(10**9)) for unit in ("s", "ms", "us", "ns")},
    "decimal128(4, 2)": column(pa.decimal128(4, 2), D("1.50"), D("-99.99")),
    "decimal128(38, 10)": column(pa.decimal128(38, 10), D("0.1234567891"), D(0)),
    "decimal128 of hundreds": column(pa.decimal128(3, -2), D(100), D(-99900)),
    "decimal128 far behind the point": pa.array(["0.099", "-0.001", None]).cast(pa.decimal128(2, 3)),
    "decimal256(65, 30)": column(pa.decimal256(65, 30), D("9" * 35 + "." + "9" * 30), D("-1E-30")),
    "decimal256(76, 10)": column(pa.decimal256(76, 10), D("9" * 55), D("1E-10")),
    "decimal256(40, 38)": column(pa.decimal256(40, 38), D("1.5"), D("-99")),
    "dictionary": column(pa.string(), "b", "a").dictionary_encode(),
    "dictionary of integers": column(pa.int64(), LARGE, 1).dictionary_encode(),
    "dictionary of dates": column(pa.date32(), datetime.date.min, datetime.date.max).dictionary_encode(),
    "dictionary of large strings": pa.DictionaryArray.from_arrays(
        pa.array([1, 0, None], pa.uint8()), pa.array(["y", "x", "never"], pa.large_string()), ordered=True
    ),
    "runs": pc.run_end_encode(pa.array(["a", "a", None])),
}


def extension(kind, *values):
    return pa.ExtensionArray.from_storage(kind, column(kind.storage_type, *values))


EXTENSIONS = {
    "uuid": extension(pa.uuid(), b"\0" * 16, b"\xff" * 16),
    "bool8": extension(pa.bool8(), 1, -5),
    "json": extension(pa.json_(), '{"b":1, "a":2}', "[1.0]"),
    "opaque": extension(pa.opaque(pa.int32(), "point", "a vendor"), 1, 2),
    "tensor": extension(pa.fixed_shape_tensor(pa.float32(), [2, 1], dim_names=["x", "y"]), [0.5, -0.0], [1.0, 2.0]),
    "tensor the other way": extension(pa.fixed_shape_tensor(pa.int64(), [1, 2], permutation=[1, 0]), [1, 2], [3, 4]),
}
NESTED = {
    "list": column(pa.list_(pa.int64()), [LARGE, None], []),
    "large_list": column(pa.large_list(pa.string()), ["a", "é"], [None]),
    "list_view": column(pa.list_view(pa.int32()), [1], [2, 3]),
    "large_list_view": column(pa.large_list_view(pa.int32()), [1], [2, 3]),
    "fixed_size_list": column(pa.list_(pa.float32(), 2), [1.0, 0.1], [-0.5, 3.0]),
    "list of lists": column(pa.list_(pa.list_(pa.int8())), [[1], None], []),
    "struct": column(pa.struct([("no", pa.int64()), ("flag", pa.bool_())]), {"no": LARGE, "flag": None}, {"no": None}),
    "struct of nothing": column(pa.struct([]), {}, {}),
    "list of structs": column(pa.list_(pa.struct([("at", pa.timestamp("us"))])), [{"at": MOMENT}], [{"at": None}]),
    "map": column(pa.map_(pa.string(), pa.int64()), [("a", LARGE), ("b", None)], []),
    "map by integers": column(pa.map_(pa.int32(), pa.string()), [(1, "a"), (1, "b")], [(0, None)]),
    "required parts": column(pa.list_(pa.field("part", pa.int8(), nullable=False)), [1], [2]),
    "list of decimals": column(pa.list_(pa.decimal128(4, 2)), [D("1.50")], [None]),
    "list of dates": column(pa.list_(pa.date32()), [datetime.date.min], [datetime.date.max]),
    "list of times": column(pa.list_(pa.time64("ns")), [1], [86_399_999_999_999]),
    "list of moments": column(pa.list_(pa.timestamp("ns", "Europe/Berlin")), [1], [10**18]),
    "list of durations": column(pa.list_(pa.duration("ms")), [1], [-1]),
    "list of bytes": column(pa.list_(pa.binary()), [b"a"], [b""]),
    "list of floats": column(pa.list_(pa.float64()), [math.nan, 0.1, None], [-0.0]),
    "struct of floats": column(pa.struct([("x", pa.float32())]), {"x": math.nan}, {"x": None}),
    "half floats with dates": column(
        pa.struct([("x", pa.float16()), ("day", pa.date64())]),
        {"x": math.nan, "day": datetime.date(2020, 1, 1)},
        {"x": 0.5},
    ),
    "list of nulls": column(pa.list_(pa.null()), [None], []),
}
TYPES = SIMPLE | EXTENSIONS | NESTED

POLARS = {
    "integers": pl.Series([LARGE, 1, None]),
    "floats": pl.Series([0.5, -0.0, None]),
    "Float32": pl.Series([0.5, -0.0, None], dtype=pl.Float32),
    "Boolean": pl.Series([True, False, None]),
    "String": pl.Series(["NULL", "é", None]),
    "Binary": pl.Series([b"\0\xff", b"", None]),
    "Date": pl.Series([datetime.date.min, datetime.date.max, None]),
    "Time": pl.Series([datetime.time.min, datetime.time.max, None]),
    **{f"Datetime {unit}": pl.Series([MOMENT, MOMENT, None], dtype=pl.Datetime(unit)) for unit in ("ms", "us", "ns")},
    "Datetime in a zone": pl.Series([MOMENT, MOMENT, None], dtype=pl.Datetime("us", "Asia/Kathmandu")),
    **{f"Duration {u}": pl.Series([MOMENT - MOMENT, None, None], dtype=pl.Duration(u)) for u in ("ms", "us", "ns")},
    "Decimal": pl.Series([D("0.1234567891"), D(-1), None], dtype=pl.Decimal(38, 10)),
    "Categorical": pl.Series(["b", "a", None], dtype=pl.Categorical),
    "Enum": pl.Series(["b", "a", None], dtype=pl.Enum(["b", "never", "a"])),
    "List": pl.Series([[1, None], [], None], dtype=pl.List(pl.Int16)),
    "Array": pl.Series([[1, 2], [3, 4], None], dtype=pl.Array(pl.Int64, 2)),
    "Array of arrays": pl.Series([[[1], [2]], [[3], [4]], None], dtype=pl.Array(pl.Float64, (2, 1))),
    "Struct": pl.Series([{"no": LARGE}, {"no": None}, None], dtype=pl.Struct({"no": pl.Int64})),
    "List of Struct": pl.Series([[{"day": datetime.date.min}], [], None]),
    "Null": pl.Series([None, None, None]),
}


def arrow_table():
    return pa.table({"id": pa.array([1, 2, 3]), **TYPES})


def polars_frame():
    return pl.DataFrame({"id": [1, 2, 3], **POLARS})
