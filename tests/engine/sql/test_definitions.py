"""Definitions of columns, taken out of the text of `SHOW CREATE TABLE`."""

from __future__ import annotations

import pytest

from dolt_integrations.engine.sql.definitions import column_details, has_unique_key


@pytest.mark.parametrize(
    ("definition", "sql_type", "default", "details"),
    [
        ("int", "int", None, ""),
        ("int NOT NULL", "int", None, ""),
        ("int NOT NULL AUTO_INCREMENT COMMENT 'a number'", "int", None, "AUTO_INCREMENT"),
        ("int DEFAULT '5' COMMENT 'NOT NULL (five'", "int", "5", "DEFAULT '5'"),
        ("varchar(9) DEFAULT 'it''s, NOT NULL' COMMENT 'x'", "varchar(9)", None, "DEFAULT 'it''s, NOT NULL'"),
        ("int GENERATED ALWAYS AS ((`a` + (2))) STORED COMMENT 'c'", "int", None,
         "GENERATED ALWAYS AS ((`a` + (2))) STORED"),
        ("int COMMENT 'c' GENERATED ALWAYS AS ((2))", "int", None, "GENERATED ALWAYS AS ((2))"),
        ("enum('a','b') DEFAULT '2'", "enum('a','b')", "'b'", "DEFAULT 'b'"),
        ("set('a','b') DEFAULT '3'", "set('a','b')", "'a,b'", "DEFAULT 'a,b'"),
        ("enum('a','b') DEFAULT '2'", "enum('a','b')", None, "DEFAULT '2'"),
        ("int DEFAULT '2'", "int", "'3'", "DEFAULT '2'"),
    ],
)  # fmt: skip
def test_the_rest_of_a_definition_is_what_is_neither_type_nor_null_nor_comment(
    definition: str, sql_type: str, default: str | None, details: str
) -> None:
    create = f"CREATE TABLE `t` (\n  `a``b` {definition},\n  `z` text,\n  PRIMARY KEY (`z`)\n) ENGINE=InnoDB"

    found = column_details(create, [("a`b", sql_type, default), ("z", "text", None), ("gone", "int", None)])

    assert found == {"a`b": details, "z": ""}


def test_a_view_has_no_definitions_of_columns() -> None:
    assert column_details("CREATE VIEW `v` AS SELECT (`a` int)", [("a", "int", None)]) == {}


@pytest.mark.parametrize(
    ("keys", "is_unique"),
    [
        ("PRIMARY KEY (`a`)", False),
        ("KEY `UNIQUE KEY` (`a`)", False),
        ("KEY `k` (`a`),\n  UNIQUE KEY `u` (`b`)", True),
        ("UNIQUE KEY `u` (`a`(3),`b`)", True),
    ],
)
def test_only_a_unique_index_is_one(keys: str, is_unique: bool) -> None:
    create = f"CREATE TABLE `t` (\n  `a` int COMMENT ',UNIQUE KEY',\n  `b` int,\n  {keys}\n) ENGINE=InnoDB"

    assert has_unique_key(create) is is_unique
