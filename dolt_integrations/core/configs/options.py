"""Checks of arguments that users may give as strings, mappings or other types. Errors name the argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from dolt_integrations.engine import nearest
from dolt_integrations.errors import ConfigError, with_article
from dolt_integrations.redaction import shown

T = TypeVar("T")

BATCH_ROWS = 100_000
"""The default number of rows in a batch that is read."""


def shown_kind(value: object) -> str:
    """Return a value and its class for an error message, shortened if it is long.

    Example:
        >>> shown_kind(5)
        '5 (int)'
    """
    text = shown(value, 80) if isinstance(value, (str, Mapping, list, tuple)) else repr(value)
    return f"{text if len(text) <= 110 else text[:107] + '...'} ({type(value).__name__})"


def check_text(value: object, what: str) -> None:
    """Refuse anything but a string that is not blank.

    Raises:
        ConfigError: Naming the argument.

    Example:
        >>> check_text("users", "the table")
    """
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{what} is {shown_kind(value)}, not a string, or blank", hint="Pass a string.")


def check_flag(value: object, what: str) -> None:
    """Refuse anything but True and False: a string such as "no" would count as True.

    Raises:
        ConfigError: Naming the argument.

    Example:
        >>> check_flag(True, "overwrite")
    """
    if not isinstance(value, bool):
        raise ConfigError(f"{what} is {shown_kind(value)}", hint="Pass True or False.")


def check_limit(value: object, what: str = "limit") -> None:
    """Check a number of rows.

    Raises:
        ConfigError: It is neither None nor an integer of at least 1.
    """
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return
    shown = shown_kind(value) if not isinstance(value, int) or isinstance(value, bool) else str(value)
    raise ConfigError(f"{what} is {shown}", hint="Pass an integer of at least 1, or None for all.")


def check_count(value: object, what: str) -> None:
    """Check a number that has to be given.

    Raises:
        ConfigError: It is not an integer of at least 1.
    """
    if value is None:
        raise ConfigError(f"{what} is None", hint="Pass an integer of at least 1.")
    check_limit(value, what)


def check_offset(value: object) -> None:
    """Check a number of rows to skip.

    Raises:
        ConfigError: It is not an integer of at least 0.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ConfigError(f"offset is {value!r}", hint="Pass an integer of at least 0.")


def options_of(value: object, what: str) -> dict[str, Any]:
    """Return options as a dict, an empty one for None.

    Raises:
        ConfigError: They are not a mapping with strings as keys.

    Example:
        >>> options_of(None, "save_args")
        {}
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise ConfigError(f"{what} is {shown_kind(value)}, not a dict of options", hint='Pass a dict: {"name": value}.')
    return dict(value)


def check_options(names: Iterable[object], known: Iterable[str], what: str) -> None:
    """Refuse unknown options.

    Raises:
        ConfigError: An option is unknown. The hint suggests similar names.

    Example:
        >>> check_options(["mode"], ["mode", "author"], "options")
    """
    known = list(known)
    for name in names:
        if name not in known:
            raise ConfigError(f"{what} has no {shown(name)}", hint=nearest(str(name), known))


def made_of(value: Mapping[str, Any], kinds: Mapping[str, type[T]], what: str) -> T:
    """Make an object of one of several kinds from a mapping with its fields, and with its kind as `_type`.

    Raises:
        ConfigError: There is no such kind, or a field is unknown, missing or wrong.
    """
    kind = value.get("_type")
    if not isinstance(kind, str) or kind not in kinds:
        hint = nearest(kind, kinds) if isinstance(kind, str) else None
        raise ConfigError(f"{what} {shown(value)} has no `_type` that is one of {', '.join(sorted(kinds))}", hint=hint)
    fields = {name: field for name, field in value.items() if name != "_type"}
    check_options(fields, vars(kinds[kind]).get("__dataclass_fields__", fields), f"{what} of type {kind}")
    try:
        return kinds[kind](**fields)
    except TypeError as error:
        raise ConfigError(f"{what} {shown(value)}: {error}") from error


def check_tablename(tablename: object) -> None:
    """Refuse anything but a string that is not empty.

    Raises:
        ConfigError: It is not a string, or it is empty.
    """
    if not isinstance(tablename, str) or not tablename:
        raise ConfigError(f"tablename {tablename!r} is not a string, or empty", hint="Pass the name of a table.")


def check_source(where: object, tablename: object, sql: object) -> None:
    """Refuse a load that does not name one table or one query.

    Args:
        where: The database, for the message.
        tablename: The table, or None.
        sql: The query, or None.

    Raises:
        ConfigError: It names both or neither, or one is not a string.
    """
    if (tablename is None) == (sql is None):
        which = "both `tablename` and `sql`" if tablename is not None else "neither `tablename` nor `sql`"
        raise ConfigError(f"a load from {where} names {which}", hint="Give exactly one of them.")
    for name, value in (("tablename", tablename), ("sql", sql)):
        if value is not None and not isinstance(value, str):
            kind = with_article(type(value).__name__)
            raise ConfigError(f"{name} {value!r} is {kind}, not a string", hint="Pass its name.")


def line_of(value: object, what: str) -> str | None:
    """Return a line for a commit's message, without spaces around it; None if there is none.

    Raises:
        ConfigError: It is not a string of one line.

    Example:
        >>> line_of(" Correct names ", "message")
        'Correct names'
    """
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value.splitlines()) > 1:
        raise ConfigError(f"{what} is {shown_kind(value)}", hint="Pass a string of one line.")
    return value.strip()
