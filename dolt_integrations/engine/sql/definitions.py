"""Column definitions in the text of `SHOW CREATE TABLE`: defaults, AUTO_INCREMENT, ON UPDATE, generated columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PART = re.compile(r"'(?:[^'\\]|\\.?|'')*(?:'|\Z)|`(?:[^`]|``)*(?:`|\Z)|[(),]|[^'`(),]+", re.DOTALL)
"""Matches a string, a name, a parenthesis, a comma, or the text in between, in linear time. Without an end quote, a
string extends to the end."""


def column_details(create: str, columns: Sequence[tuple[str, str, str | None]]) -> dict[str, str]:
    """Return each column's definition without type, NOT NULL and comment.

    Args:
        create: The `CREATE TABLE` statement. For any other statement the result is empty.
        columns: The name, type and default of each column, as `SHOW FULL COLUMNS` prints them.

    Example:
        >>> create = "CREATE TABLE `t` (`a` int DEFAULT '5' COMMENT 'x', `b` int GENERATED ALWAYS AS ((`a` + 1)))"
        >>> column_details(create, [("a", "int", "5"), ("b", "int", None)])
        {'a': "DEFAULT '5'", 'b': 'GENERATED ALWAYS AS ((`a` + 1))'}
    """
    if not create.startswith("CREATE TABLE"):
        return {}
    definitions = dict(_definitions(create))
    return {
        name: _members_default(_details(definitions[name].removeprefix(sql_type)), sql_type, default)
        for name, sql_type, default in columns
        if name in definitions
    }


_BYTEWISE = {"utf8mb4_0900_bin", "utf8mb4_bin", "binary"}

_TEXTS = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set")

_OF_TABLE = re.compile(r"\) ENGINE=\w{1,64}(?: AUTO_INCREMENT=\d{1,20})? DEFAULT CHARSET=\w{1,64} COLLATE=(\w{1,64})")


def compares_otherwise(create: str, types: Iterable[str]) -> bool:
    """Whether a string column of a table has a collation that is not bytewise; True if that is not certain.

    Args:
        create: The `CREATE TABLE` statement, which names the table's default collation.
        types: The types of the columns as `SHOW FULL COLUMNS` prints them, including their own collations.

    Example:
        >>> create = "CREATE TABLE `t` (`a` text) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin"
        >>> compares_otherwise(create, ["text"]), compares_otherwise(create, ["text COLLATE utf8mb4_0900_ai_ci"])
        (False, True)
    """
    texts = [each for each in types if each.lower().startswith(_TEXTS)]
    named = [re.findall(r" COLLATE (\w+)", each) for each in texts]
    if any(name not in _BYTEWISE for names in named for name in names):
        return True
    inherited = set(_OF_TABLE.findall(create))
    return not all(named) and not (inherited and inherited <= _BYTEWISE)


def has_unique_key(create: str) -> bool:
    """Whether a table has a unique index besides its primary key.

    Args:
        create: The `CREATE TABLE` statement.

    Example:
        >>> has_unique_key("CREATE TABLE `t` (`a` int COMMENT '(UNIQUE KEY', PRIMARY KEY (`a`), UNIQUE KEY `x` (`a`))")
        True
    """
    return any(entry[0].lstrip().startswith("UNIQUE KEY") for entry in _entries(create))


def _definitions(create: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the rest of the definition of each column."""
    for entry in _entries(create):
        if len(entry) > 1 and entry[0].startswith("`"):
            yield entry[0][1:-1].replace("``", "`"), "".join(entry[1:]).strip()


def _entries(create: str) -> Iterator[list[str]]:
    """Yield the tokens of each column, key and constraint."""
    entry: list[str] = []
    depth = 0
    for part in _PART.findall(create):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if (part in "(," and depth == 1) or (part == ")" and depth == 0):
            if entry:
                yield entry
            entry = []
        elif part.strip() or entry:
            entry.append(part)


def _details(rest: str) -> str:
    kept: list[str] = []
    depth, is_comment = 0, False
    for part in _PART.findall(rest):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if depth == 0 and part[0] not in "'`()":
            part = re.sub(r"\bNOT NULL\b ?", "", part)
            is_comment = re.search(r"\bCOMMENT\s*\Z", part) is not None
            part = re.sub(r"\bCOMMENT\s*\Z", "", part)
        elif is_comment:
            continue
        kept.append(part)
    return "".join(kept).strip()


def _members_default(details: str, sql_type: str, default: str | None) -> str:
    """Replace the default of an ENUM or SET by its name: `SHOW CREATE TABLE` prints a number, which DDL refuses."""
    if not sql_type.startswith(("enum", "set")) or not str(default).startswith("'"):
        return details
    return re.sub(r"DEFAULT '\d+'", lambda _: f"DEFAULT {default}", details)
