"""URLs, options and files of arbitrary bytes: accepted, or refused with a `DoltError` (see `make fuzz`)."""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import Repository, with_connect_args
from dolt_integrations.core.files.file import read_file
from dolt_integrations.engine import parse_location
from dolt_integrations.engine.names.trust import forget
from dolt_integrations.errors import DoltError
from tests.helpers.values.cells import read, table
from tests.helpers.values.fuzzing import examples

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
PIECES = [
    "mysql", "postgres", "://", ":", "/", "//", "@", "?", "&", "=", "#", "[", "]", "%", "%00", "%zz", "..", "me",
    "host", "shop", "3306", "99999999", "nan", "1e999", "tls", "ssl_ca", "ssl-mode", "required", "off",
    "connect_timeout", " ", "\n", "é", "\ud800",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=30)
urls = texts | texts.map("mysql://".__add__) | texts.map("mysql://me@host/shop?".__add__)


@settings(max_examples=examples(100), deadline=None)
@given(urls)
def test_any_text_is_a_location_or_an_error_of_ours(text):
    forget()
    try:
        str(parse_location(text))
        repr(Repository(text))
    except DoltError as error:
        assert len(str(error)) < 5_000  # noqa: PT017


NAMES = ["ssl", "ssl_ca", "ssl_cert", "ssl_verify_cert", "ssl_disabled", "connect_timeout", "tls", "password", "colour"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=4),
    lambda inner: (
        st.dictionaries(st.sampled_from(["ca", "verify_mode", "check_hostname", "x"]), inner, max_size=3)
        | st.lists(inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=examples(100), deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES) | st.integers(), anything, max_size=4) | anything)
def test_any_connect_args_are_options_or_an_error_of_ours(arguments):
    forget()
    try:
        parse_location(with_connect_args("mysql://me@host/shop", arguments))
    except DoltError as error:
        assert len(str(error)) < 5_000  # noqa: PT017


CELLS = [
    "1",
    "-0",
    "1e5",
    "1e999",
    "0012",
    '"',
    '""',
    "'",
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "a",
    "é",
    "NaN",
    "\0",
    "\ufeff",
]
CELLS += ["2026-02-30", "2026-01-01T00:00:00Z", "true", "0x1F", "99999999999999999999", "1.5", " ", "[", "{", "\\"]
csv = st.lists(st.sampled_from(CELLS), max_size=30).map(lambda cells: "".join(cells).encode()) | st.binary(max_size=40)
KINDS = [
    "bigint",
    "varchar(5)",
    "datetime(6)",
    "double",
    "decimal(5,2)",
    "tinyint(1)",
    "json",
    "time(6)",
    "varbinary(3)",
]
schemas = st.none() | st.lists(st.sampled_from(KINDS), min_size=1, max_size=4).map(lambda kinds: table(*kinds))


@settings(max_examples=examples(60), deadline=None, suppress_health_check=QUIET)
@given(data=csv, header=st.sampled_from([b"", b"a\n", b"a,b\n", b"a,b,c,d\n"]), existing=schemas)
def test_any_csv_is_a_table_or_an_error_of_ours(data, header, existing, file):
    try:
        assert isinstance(read(file, header + data, existing), pd.DataFrame)
    except DoltError as error:
        assert len(str(error)) < 5_000  # noqa: PT017


def written(suffix):
    rows = pa.table(
        {"a": [1, None], "s": ["x", "é"], "l": [[1], None], "t": pa.array([0, 1], pa.timestamp("ns", "UTC"))}
    )
    buffer = io.BytesIO()
    if suffix == "parquet":
        pa.parquet.write_table(rows, buffer)
    elif suffix == "feather":
        pa.feather.write_feather(rows, buffer)
    else:
        buffer.write(b'{"a": 1, "s": "x", "l": [1]}\n{"a": null, "s": "\xc3\xa9"}\n')
    return buffer.getvalue()


@st.composite
def damage(draw):
    """Draw changes to bytes: some are overwritten at fractions of the length, and the end is cut off."""
    changes = draw(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6))
    return changes, draw(st.sampled_from([0, 0, 1, 4, 8, 50]))


@pytest.mark.parametrize("suffix", ["parquet", "feather", "jsonl"])
@settings(max_examples=examples(40), deadline=None, suppress_health_check=QUIET)
@given(damage=damage())
@example(damage=([(0.8828125, 1)], 0))
def test_a_damaged_file_is_a_table_or_an_error_of_ours(suffix, damage, tmp_path):
    data = bytearray(written(suffix))
    for at, value in damage[0]:
        data[int(at * len(data))] = value
    path = tmp_path / f"rows.{suffix}"
    path.write_bytes(data[: len(data) - damage[1]])
    try:
        read_file(path, table="t")
    except DoltError as error:
        assert len(str(error)) < 5_000  # noqa: PT017
