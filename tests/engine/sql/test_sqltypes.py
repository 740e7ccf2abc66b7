import pyarrow as pa
import pytest

from dolt_integrations.engine import arrow_type, parse_type
from dolt_integrations.engine.sql.types import SqlType


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("bigint", SqlType("bigint")),
        ("BIGINT UNSIGNED", SqlType("bigint", (), True)),
        ("int(10) unsigned", SqlType("int", (10,), True)),
        ("decimal(20,5)", SqlType("decimal", (20, 5))),
        ("decimal(20, 5) unsigned", SqlType("decimal", (20, 5), True)),
        ("varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", SqlType("varchar", (255,))),
        ("enum('a','unsigned')", SqlType("enum")),
        ("datetime(6)", SqlType("datetime", (6,))),
        ("?", SqlType("?")),
    ],
)
def test_the_text_of_a_type_is_taken_apart(text, parts):
    assert parse_type(text) == parts


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("tinyint", pa.int8()),
        ("smallint", pa.int16()),
        ("mediumint", pa.int32()),
        ("int", pa.int32()),
        ("bigint", pa.int64()),
        ("tinyint unsigned", pa.uint8()),
        ("smallint unsigned", pa.uint16()),
        ("mediumint unsigned", pa.uint32()),
        ("int unsigned", pa.uint32()),
        ("bigint unsigned", pa.uint64()),
        ("tinyint(1)", pa.bool_()),
        ("float", pa.float32()),
        ("double", pa.float64()),
        ("decimal", pa.decimal128(10, 0)),
        ("decimal(7)", pa.decimal128(7, 0)),
        ("decimal(38,0)", pa.decimal128(38, 0)),
        ("decimal(39,0)", pa.decimal256(39, 0)),
        ("decimal(65,30)", pa.decimal256(65, 30)),
        ("varchar(10)", pa.large_string()),
        ("longtext", pa.large_string()),
        ("enum('a','b')", pa.large_string()),
        ("json", pa.large_string()),
        ("varbinary(10)", pa.large_binary()),
        ("longblob", pa.large_binary()),
        ("date", pa.date32()),
        ("datetime(6)", pa.timestamp("us")),
        ("timestamp", pa.timestamp("us")),
        ("time(6)", pa.duration("us")),
        ("year", pa.int16()),
    ],
)
def test_an_arrow_type_holds_the_values(text, kind):
    assert arrow_type(text) == kind
