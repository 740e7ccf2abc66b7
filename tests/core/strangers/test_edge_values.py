"""Tables with values at the edges of Dolt's types, made by SQL: what is read and saved again changes nothing."""

import pytest

from dolt_integrations.core import Repository, read_arrow, read_table, write_table
from dolt_integrations.errors import MemberError, UnsupportedTypeError
from tests.conftest import run_sql
from tests.helpers.values.foreign import commit, definition, split_values

EDGES = {
    "DATE": "'0000-00-00', '0000-12-31', '0001-01-01', '9999-12-31'",
    "DATETIME(6)": "'0000-00-00', '0000-01-01 10:00', '9999-12-31 23:59:59.999999'",
    "DATETIME": "'2020-01-01 10:00:00.6', '1000-01-01'",
    "TIMESTAMP(6) NULL": "'0000-00-00', '1970-01-01 00:00:01', '2038-01-19 03:14:07'",
    "YEAR": "0, 1901, 2155",
    "TIME": "'838:59:59', '-838:59:59', '-00:00:01', '25:00:00'",
    "TIME(6)": "'838:59:59', '-00:00:00.000001', '10:00:00.123456'",
    "BIT(1)": "0, 1",
    "BIT(64)": "18446744073709551615, 0",
    "SET('a', 'b')": "'', 'a', 'a,b'",
    "ENUM('', 'b')": "'', 'b'",
    "VARCHAR(20)": "'', ' x  ', 'nan', 'inf', 'NULL', 'None', '<NA>', 'NaT', '\\\\N', 'e\u0301', '\u00e9'",
    "TEXT": "'', '\\0', '\\n', 'NaN', '-0', 'true'",
    "BINARY(4)": "'a', X'00000000', X'ffffffff'",
    "VARBINARY(4)": "'', X'6100', X'ff'",
    "LONGBLOB": "'', X'00', 'NULL'",
    "JSON": '\'[]\', \'{"b": [1.50, 1e2], "a": null, "aa": "\\\\u0000"}\', \'[12345678901234567890, 1e300, 1e-300]\'',
    "DOUBLE": "-0.0e0, 0.0e0, 5e-324, 1.7976931348623157e308, -1e-320, 0.1",
    "FLOAT": "-0.0e0, 0.1, 16777217, 1e-45, 3.4e38",
    "DECIMAL(65,0)": f"{'9' * 65}, -{'9' * 65}, 0",
    "DECIMAL(65,30)": f"-1e-30, {'9' * 35}.{'9' * 30}",
    "DECIMAL(10,2) UNSIGNED": "0, 99999999.99",
    "TINYINT(1)": "-128, 2, 127",
    "TINYINT UNSIGNED": "0, 255",
    "BIGINT": "-9223372036854775808, 9223372036854775807, 9007199254740993",
    "BIGINT UNSIGNED": "0, 18446744073709551615",
    "INT(5) ZEROFILL": "0, 1",
    "POINT": "POINT(-0.0e0, 1e300), ST_GeomFromText('POINT(1 2)')",
    "GEOMETRY": "ST_GeomFromText('POINT(1 2)', 4326), ST_GeomFromText('MULTIPOINT(0 0,1 1)')",
    "VARCHAR(9) CHARACTER SET latin1": "'\u00fc', '', '\u20ac'",
    "VARCHAR(9) CHARACTER SET utf16": "'\U0001f600', ''",
    "VARCHAR(9) COLLATE utf8mb4_0900_ai_ci": "'a', 'A', '\u00e4', 'a '",
}
"""Of each type: the SQL of its values."""

LIBRARIES = {
    "pandas": lambda url: read_table(url, "t").data,
    "arrow": lambda url: read_arrow(url, "t")[0],
    "polars": lambda url: Repository(url).table("t").scan().to_polars(),
}


def make(url, kind, values):
    """Create a table with a row of each value, and one of NULL."""
    run_sql(url, f"CREATE TABLE t (id INT PRIMARY KEY, v {kind})")
    rows = enumerate([*split_values(values), "NULL"])
    run_sql(url, "SET sql_mode = ''", *(f"INSERT INTO t VALUES ({row}, {value})" for row, value in rows))
    commit(url)


CASES = [(kind, library) for kind in EDGES for library in LIBRARIES if (kind[:10], library) != ("DECIMAL(65", "polars")]


@pytest.mark.parametrize(("kind", "library"), CASES)
def test_a_table_that_is_read_and_saved_is_left_alone(kind, library, url):
    make(url, kind, EDGES[kind])
    before, frame = definition(url), LIBRARIES[library](url)

    changed = [write_table(url, "t", frame, mode=mode).changed for mode in ("replace", "upsert")]

    assert (changed, definition(url)) == ([False, False], before)


def test_a_decimal_that_polars_cannot_hold_is_refused(database):
    make(database, "DECIMAL(65,0)", EDGES["DECIMAL(65,0)"])

    with pytest.raises(UnsupportedTypeError, match="polars does not support"):
        LIBRARIES["polars"](database)


def test_an_enum_value_that_is_none_of_its_members_is_refused(database):
    make(database, "ENUM('a', 'b')", "'a', 0")

    with pytest.raises(MemberError, match="has ''"):
        write_table(database, "t", read_table(database, "t").data)
