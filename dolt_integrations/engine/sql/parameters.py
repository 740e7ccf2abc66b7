"""SQL parameters: values for `%s` and `%(name)s`, as in Python's database drivers (PEP 249)."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any, TypeAlias

from dolt_integrations.engine.names.identifiers import is_unicode
from dolt_integrations.engine.sql.literals import literal
from dolt_integrations.engine.sql.tokens import Token, tokens
from dolt_integrations.errors import ConfigError

Params: TypeAlias = "Sequence[Any] | Mapping[str, Any] | None"
"""Values by position, for `%s`, or by name, for `%(name)s`."""

_PLACEHOLDER = re.compile(r"%(?:%|s|\((?P<name>[^()]*)\)s|)")
_HINT = "Write %s (params: a list) or %(name)s (params: a dict) for a value, and %% for a percent sign."


def bind(sql: str, params: Params) -> str:
    """Replace the placeholders in SQL by the literals of values; without params, return the SQL unchanged.

    Args:
        sql: The SQL. If there are params, a literal percent sign is written `%%`.
        params: Strings, numbers, booleans, bytes, dates, timestamps, None; or lists of them, for `IN %s`.

    Raises:
        ConfigError: Placeholders and values do not match, a placeholder is in quotes or in a comment, or a value has no
            SQL literal. Without params, a `%s` where only a value can stand is a placeholder that has none.

    Example:
        >>> bind("name = %s and count in %s", ["O'Hara", [1, 2]])
        "name = 'O''Hara' and count in (1, 2)"
        >>> bind("count > %(least)s", {"least": 3})
        'count > 3'
    """
    if params is None:
        _check_no_placeholder(sql)
        return sql
    check_params(params)
    _check_not_quoted(sql)
    values = _ByName(params) if isinstance(params, Mapping) else _InOrder(params)
    bound = _PLACEHOLDER.sub(lambda match: _replaced(match, values, sql), sql)
    values.check_all_used(sql)
    return bound


def _check_no_placeholder(sql: str) -> None:
    """Refuse SQL with a placeholder and no params. After an operand, `%` is the modulo operator."""
    found = [token for token in tokens(sql) if not (token.is_comment or token.text.isspace())]
    for before, percent in zip([None, *found], found, strict=False):
        match = _PLACEHOLDER.match(sql, percent.at) if percent.text == "%" and not _is_operand(before) else None
        if match is not None and match[0] not in ("%", "%%"):
            hint = "Pass params: a list of values for %s, a dict for %(name)s."
            raise ConfigError(f"the SQL {sql!r} has the placeholder {match[0]}, and there are no params", hint=hint)


def _check_not_quoted(sql: str) -> None:
    """Refuse a placeholder in quotes or in a comment: the literal's own quotes would end them, and SQL would follow."""
    for token in tokens(sql):
        if not token.is_comment and token.text[0] not in "'\"`":
            continue
        match = next((each for each in _PLACEHOLDER.finditer(token.text) if each[0] not in ("%", "%%")), None)
        if match is not None:
            where = "a comment" if token.is_comment else "quotes"
            hint = "Write it without quotes: the value gets its own. For LIKE, put the wildcards into the value."
            raise ConfigError(f"the SQL {sql!r} has the placeholder {match[0]} in {where}", hint=hint)


def _is_operand(token: Token | None) -> bool:
    """Whether a token can be the end of an operand: a name, a literal, or a closing parenthesis."""
    if token is None or token.text.upper() in _BEFORE_VALUES:
        return False
    return token.text == ")" or token.text[0] in "'\"`" or re.fullmatch(r"\w+", token.text) is not None


_BEFORE_VALUES = set(
    "SELECT DISTINCT WHERE AND OR XOR NOT IN LIKE RLIKE REGEXP BETWEEN IS ON HAVING BY LIMIT OFFSET OF VALUES VALUE "
    "CASE WHEN THEN ELSE DIV MOD INTERVAL ESCAPE".split()
)
"""The words after which a value begins."""


def check_params(params: object) -> None:
    """Refuse params that are neither a list nor a dict.

    Raises:
        ConfigError: The params have another type.
    """
    if params is None or isinstance(params, Mapping):
        return
    if isinstance(params, str | bytes) or not isinstance(params, Sequence):
        raise ConfigError(f"params is {params!r} ({type(params).__name__})", hint="Pass a list or a dict of values.")


def plain_params(params: Params) -> list[Any] | dict[str, Any] | None:
    """Return params in a form for JSON: dates, decimals and UUIDs become the strings that SQL accepts for them.

    Raises:
        ConfigError: The params are neither a list nor a dict, or JSON cannot hold a value, such as bytes.

    Example:
        >>> plain_params({"day": datetime.date(2026, 11, 26), "ids": (1, 2)})
        {'day': '2026-11-26', 'ids': [1, 2]}
    """
    check_params(params)
    if params is None:
        return None
    if isinstance(params, Mapping):
        return {str(name): _plain(value) for name, value in params.items()}
    return [_plain(value) for value in params]


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    value = _scalar(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    text = _literal(value)
    if text.startswith("'"):
        return text[1:-1]
    raise ConfigError(f"the value {value!r} of params cannot be stored as JSON", hint="Pass a string or a number.")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


class _InOrder:
    def __init__(self, params: Sequence[Any]) -> None:
        self._params, self._next = params, 0

    def take(self, name: str | None, sql: str) -> Any:
        if name is not None or self._next >= len(self._params):
            given = f"more than the {_counted(len(self._params), 'value')} of params"
            wanted = f"%({name})s" if name is not None else given
            raise ConfigError(f"the SQL {sql!r} asks for {wanted}", hint=_HINT)
        self._next += 1
        return self._params[self._next - 1]

    def check_all_used(self, sql: str) -> None:
        if self._next < len(self._params):
            found = f"{_counted(self._next, 'placeholder')} for {_counted(len(self._params), 'value')}"
            raise ConfigError(f"the SQL {sql!r} has {found}", hint=_HINT)


class _ByName:
    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params

    def take(self, name: str | None, sql: str) -> Any:
        if name is None or name not in self._params:
            wanted = f"%({name})s" if name is not None else "%s"
            raise ConfigError(f"the SQL {sql!r} asks for {wanted}; params has {sorted(self._params)}", hint=_HINT)
        return self._params[name]

    def check_all_used(self, sql: str) -> None:
        """Accept unused names, because one dict may be used for several statements."""


def _replaced(match: re.Match[str], values: _InOrder | _ByName, sql: str) -> str:
    if match[0] == "%%":
        return "%"
    if match[0] == "%":
        raise ConfigError(f"a percent sign stands alone in the SQL {sql!r}, which has params", hint=_HINT)
    return _literal(values.take(match["name"], sql))


def _literal(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        if not value:
            raise ConfigError("a list of params is empty", hint="SQL has no empty list: remove the condition.")
        return f"({', '.join(_literal(each) for each in value)})"
    plain = _scalar(value)
    if isinstance(plain, uuid.UUID):
        plain = str(plain)
    if isinstance(plain, datetime.datetime) and plain.tzinfo is not None:
        plain = plain.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    if isinstance(plain, _KINDS) and _is_writable(plain):
        return literal(plain)
    raise ConfigError(
        f"the value {value!r} ({type(value).__name__}) of params has no SQL literal",
        hint="Pass strings, numbers, booleans, bytes, dates, timestamps, None, or lists of them.",
    )


def _scalar(value: Any) -> Any:
    """Return a scalar of numpy as one of Python, and anything else, such as a whole column, as it is."""
    return value.item() if getattr(value, "shape", None) == () and hasattr(value, "item") else value


def _is_writable(value: Any) -> bool:
    """Whether SQL has the value: no infinity, no NaN, no NaT (which is a datetime), and no half of a surrogate pair."""
    if isinstance(value, float | Decimal):
        return isfinite(value)
    if isinstance(value, str):
        return is_unicode(value)
    return not isinstance(value, datetime.datetime) or value == value


_KINDS = (str, int, float, Decimal, bytes, datetime.date, datetime.timedelta, type(None))
