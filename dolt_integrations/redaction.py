"""Removing secrets from strings. This is the lowest layer, because error messages use it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SECRET = re.compile(r"(?i)pass|pwd|secret|token|credential")
_MEMBER = re.compile(r"[?&;][^=&?;\s]*=")
_USER = re.compile(r"(?P<user>[\w.%+-]*):.*|(?P<only>[\w.%+-]+)", re.DOTALL)
_PORT = re.compile(r"(\[[0-9A-Fa-f:.]*\]|[^:/?#\s]*)(:\d{1,5})?([/?#].*)?", re.DOTALL)


def redact(location: str) -> str:
    """Return a location without the password that a URL may contain, even if it is not escaped.

    Everything before the last `@` counts as user and password, so a password that contains `@`, `/`, `?` or spaces does
    not show. Of a malformed URL, more is removed than of a valid one.

    Example:
        >>> redact("mysql://me:secret@db.local/shop"), redact("mysql://me:se/c@ret@db.local/shop?password=x")
        ('mysql://me:...@db.local/shop', 'mysql://me:...@db.local/shop?password=...')
    """
    scheme, mark, rest = location.partition("://")
    if not mark:
        return _members(location) if re.match(r"(?i)mysql[:/+]", location) is None else f"{location[:5]}..."
    # Query parameters with secrets are removed first, because they may contain an @.
    who, at, where = _members(rest).rpartition("@")
    if not at:
        return f"{scheme}://{where}" if _PORT.fullmatch(where) else f"{scheme}://..."
    found = _USER.fullmatch(who)
    if found is None:
        shown = "..."
    else:
        shown = found["only"] or f"{found['user']}:..."
    return f"{scheme}://{shown}@{where}"


def _members(text: str) -> str:
    for member in _MEMBER.finditer(text):
        if _SECRET.search(member.group()):
            return f"{text[: member.end()]}..."
    return text


def shown(value: Any, longest: int = 300) -> str:
    """Return a value for an error message: without secrets, and at most about `longest` characters long.

    Example:
        >>> shown({"db_path": "mysql://me:secret@db.local/shop", "password": "secret"})
        "{'db_path': 'mysql://me:...@db.local/shop', 'password': '...'}"
    """
    text = repr(_redacted(value, 6))
    return text if len(text) <= longest else f"{text[:longest]} ... ({len(text)} characters)"


def _redacted(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return redact(value[:2_000])
    if depth and isinstance(value, Mapping):
        members = list(value.items())[:50]
        return {_redacted(k, 0): "..." if _SECRET.search(str(k)) else _redacted(v, depth - 1) for k, v in members}
    if depth and isinstance(value, (list, tuple)):
        return [_redacted(each, depth - 1) for each in value[:50]]
    return value if isinstance(value, (int, float, bool, type(None))) else _Kind(value)


class _Kind:
    """Stands for any other object and shows only its class, because its `repr` may contain secrets."""

    def __init__(self, value: object) -> None:
        self.name = type(value).__name__

    def __repr__(self) -> str:
        return f"<{self.name}>"
