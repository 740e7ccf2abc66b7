"""A table that others created, with a column of each kind."""

import decimal

from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from tests.conftest import run_sql

COLUMNS = {
    "tiny": ("TINYINT NOT NULL DEFAULT 5", "-128, 127, 1", "int8"),
    "tiny unsigned": ("TINYINT UNSIGNED", "0, 255, NULL", "UInt8"),
    "medium": ("MEDIUMINT DEFAULT -3 COMMENT 'it''s medium'", "-8388608, 8388607, NULL", "Int32"),
    "medium unsigned": ("MEDIUMINT UNSIGNED NOT NULL", "0, 16777215, 1", "uint32"),
    "int": ("INT UNSIGNED NOT NULL DEFAULT 7", "0, 4294967295, 1", "uint32"),
    "big": ("BIGINT", "-9223372036854775808, 9223372036854775807, NULL", "Int64"),
    "boolean": ("BOOLEAN NOT NULL DEFAULT TRUE", "1, 0, 1", "bool"),
    "number in a boolean": ("TINYINT(1)", "1, 0, 7", "Int8"),
    "float": ("FLOAT DEFAULT 1.5", "0.1, -1.5, NULL", "float32"),
    "double": ("DOUBLE NOT NULL DEFAULT 0.5", "0.1, 1e308, 5e-324", "float64"),
    "decimal": ("DECIMAL(10,2) NOT NULL DEFAULT 1.5", "1.5, -99999999.99, 0", "object"),
    "wide decimal": ("DECIMAL(65,30)", "1.5, NULL, -1e-30", "object"),
    "fraction": ("DECIMAL(3,3)", "0.125, -0.999, NULL", "object"),
    "char": ("CHAR(5) DEFAULT 'x'", "'', 'abcde', NULL", TEXT_DTYPE),
    "varchar": ("VARCHAR(20) NOT NULL DEFAULT 'it''s ; COMMENT'", "'', 'NULL', 'x'", TEXT_DTYPE),
    "collation": ("VARCHAR(20) COLLATE utf8mb4_general_ci", "'a', 'A', NULL", TEXT_DTYPE),
    "latin": ("VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci", "'a', 'é', NULL", TEXT_DTYPE),
    "tinytext": ("TINYTEXT", "'', 'a', NULL", TEXT_DTYPE),
    "text": ("TEXT COLLATE utf8mb4_unicode_ci", "'', 'NULL', NULL", TEXT_DTYPE),
    "enum": ("ENUM('b', 'a', '2', 'NULL', 'it''s') DEFAULT 'a'", "'2', 'NULL', NULL", TEXT_DTYPE),
    "set": ("SET('x', 'y', '1') NOT NULL DEFAULT 'x,y'", "'', 'x,1', '1'", TEXT_DTYPE),
    "bit": ("BIT(10) DEFAULT b'101'", "0, 1023, NULL", "UInt64"),
    "wide bit": ("BIT(64)", "5, 18446744073709551615, NULL", "UInt64"),
    "year": ("YEAR DEFAULT 2020", "1901, 2155, NULL", "Int16"),
    "date": ("DATE DEFAULT '2020-01-01'", "'0001-01-01', '9999-12-31', NULL", "object"),
    "datetime": ("DATETIME DEFAULT '2020-01-01'", "'0001-01-01', '2021-01-01 01:02:03', NULL", "datetime64[us]"),
    "datetime with a fraction": (
        "DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)",
        "'0001-01-01', '2021-01-01 01:02:03.456', NULL",
        "datetime64[us]",
    ),
    "timestamp": (
        "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
        "'1970-01-01 00:00:01', '2038-01-19 03:14:07', '2021-01-01'",
        "datetime64[us]",
    ),
    "time": ("TIME DEFAULT '10:00:00'", "'-838:59:59', '838:59:59', NULL", "timedelta64[us]"),
    "json": ("JSON", """'{"b": [1, 1.5, 1e30], "a": null}', '[100000000000000000000]', NULL""", "object"),
    "binary": ("BINARY(3)", "X'00ff00', X'610000', NULL", "object"),
    "varbinary": ("VARBINARY(10) NOT NULL DEFAULT 'x'", "X'', X'00ff', 'NULL'", "object"),
    "blob": ("BLOB", "X'', X'00ff', NULL", "object"),
    "geometry": ("GEOMETRY", "ST_GeomFromText('POINT(1 2)'), ST_GeomFromText('LINESTRING(0 0,1 1)'), NULL", "object"),
    "point": ("POINT SRID 4326", "ST_GeomFromText('POINT(1 2)', 4326), NULL, NULL", "object"),
    "computed default": ("INT DEFAULT (1 + 1)", "1, 2, NULL", "Int32"),
    "stored": ("INT GENERATED ALWAYS AS (id + 1) STORED", None, "Int32"),
    "virtual": ("INT AS (id * 2)", None, "Int32"),
}  # fmt: skip
"""Of each column: its definition, the SQL of three values, and the dtype that it is read as."""


def make(url, *columns):
    """Create a table of three rows with a key that counts, a column to change, and some others."""
    definitions = "".join(f", `{name}` {COLUMNS[name][0]}" for name in columns)
    run_sql(url, f"CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(20){definitions})")
    written = [name for name in columns if COLUMNS[name][1]]
    names = ", ".join(["id", *(f"`{name}`" for name in written)])
    parts = [split_values(COLUMNS[name][1]) for name in written]
    for row in range(3):
        run_sql(url, f"INSERT INTO t ({names}) VALUES ({', '.join([str(row + 1), *(part[row] for part in parts)])})")
    commit(url)


def split_values(text):
    """Split SQL at the commas outside of strings, parentheses and brackets."""
    parts, depth, quoted = [""], 0, False
    for letter in text:
        quoted ^= letter == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not quoted and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def commit(url):
    run_sql(url, "CALL DOLT_COMMIT('-Am', 'by hand')")


def definition(url, table="t"):
    return run_sql(url, f"SHOW CREATE TABLE {table}")[0][1]


def expected(values):
    """Return the decimals of a column with the scale that they share."""
    scale = decimal.Decimal("0.001")
    return [value.quantize(scale) if isinstance(value, decimal.Decimal) else value for value in values]
