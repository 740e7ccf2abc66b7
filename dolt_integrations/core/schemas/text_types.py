"""The SQL types of text columns and of binary key columns, which depend on the lengths of the values."""

from __future__ import annotations

from dolt_integrations.errors import UnsupportedValueError

SHORT = 255
"""Length of the VARCHAR for columns of short strings. Longer strings need a LONGTEXT, which is slower."""

LONGEST_KEY_BYTES = 3072
"""The most bytes of a key column."""

LONGEST_KEY = 768
"""The most characters of a key column: 3072 bytes, at 4 bytes per character (MySQL manual, "InnoDB Limits")."""

ROW_BYTES = 65_504
"""The most bytes that a row's columns may declare. Dolt accepts this many, though its error says `size < 65504`."""


def text_types(lengths: dict[str, int], key: tuple[str, ...], table: str) -> dict[str, str]:
    """Choose the SQL type of each text column.

    Args:
        lengths: The longest value of each column, in characters.
        key: The columns of the primary key.
        table: The table's name, for errors.

    Returns:
        VARCHAR for key columns, and for short strings while the row has room; LONGTEXT for the rest.

    Raises:
        UnsupportedValueError: A string in the key is too long.

    Example:
        >>> text_types({"a": 3, "b": 3000}, (), "t")
        {'a': 'varchar(255)', 'b': 'longtext'}
    """
    types = {name: _key_type(name, lengths[name], table) for name in key if name in lengths}
    room = ROW_BYTES // 2 - sum(4 * LONGEST_KEY for _ in types)
    for name, length in lengths.items():
        if name not in types:
            fits = length <= SHORT and room >= 4 * SHORT
            types[name] = f"varchar({SHORT})" if fits else "longtext"
            room -= 4 * SHORT if fits else 0
    return types


def _key_type(name: str, length: int, table: str) -> str:
    if length > LONGEST_KEY:
        raise UnsupportedValueError(
            f"column {name!r} of table `{table}` is a key and has a string of {length} characters; "
            f"a key may have at most {LONGEST_KEY}",
            hint="Choose another primary key.",
        )
    return f"varchar({SHORT if length <= SHORT else LONGEST_KEY})"


def key_bytes_type(name: str, length: int, table: str) -> str:
    """Choose the SQL type of a binary key column.

    Raises:
        UnsupportedValueError: The longest value is too long.

    Example:
        >>> key_bytes_type("digest", 32, "t")
        'varbinary(255)'
    """
    if length > LONGEST_KEY_BYTES:
        raise UnsupportedValueError(
            f"column {name!r} of table `{table}` is a key and has a value of {length} bytes; "
            f"a key may have at most {LONGEST_KEY_BYTES}",
            hint="Choose another primary key.",
        )
    return f"varbinary({SHORT if length <= SHORT else LONGEST_KEY_BYTES})"
