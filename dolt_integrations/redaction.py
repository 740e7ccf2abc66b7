"""Texts without the secrets that are in them. It is the lowest layer: errors are made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SECRET = re.compile(r"(?i)pass|pwd|secret|token|credential")
_MEMBER = re.compile(r"[?&;][^=&?;\s]*=")
_USER = re.compile(r"(?P<user>[\w.%+-]*):.*|(?P<only>[\w.%+-]+)", re.DOTALL)
_PORT = re.compile(r"(\[[0-9A-Fa-f:.]*\]|[^:/?#\s]*)(:\d{1,5})?([/?#].*)?", re.DOTALL)


def redact(location: str) -> str:
    """Return a location without the password that a URL may have, whatever characters it is of.

    Everything before the last `@` is taken for user and password, so that one with `@`, `/`, `?` or blanks that is not
    escaped does not show; of a malformed URL less is left than of a good one.

    Example:
        >>> redact("mysql://me:secret@db.local/shop"), redact("mysql://me:se/c@ret@db.local/shop?password=x")
        ('mysql://me:...@db.local/shop', 'mysql://me:...@db.local/shop?password=...')
    """
    scheme, mark, rest = location.partition("://")
    if not mark:
        return _members(location) if re.match(r"(?i)mysql[:/+]", location) is None else f"{location[:5]}..."
    # A member with a secret goes first: it may have an @ in it.
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
    """Return a value of a literal as it may stand in an error: no secret, and not longer than a line or two.

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
    """What is shown of any other object: its class, because its `repr` may have everything in it."""

    def __init__(self, value: object) -> None:
        self.name = type(value).__name__

    def __repr__(self) -> str:
        return f"<{self.name}>"
