"""A tokenizer for SQL that is just good enough to find the first word and the end. One pass, in linear time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTED = {quote: re.compile(rf"{quote}(?:[^{quote}\\]|\\.?)*(?:{quote}|\Z)", re.DOTALL) for quote in ("'", '"')} | {
    "`": re.compile(r"`[^`]*(?:`|\Z)")
}
"""Strings and quoted names. A doubled quote splits one into two tokens, which makes no difference here."""

_PLAIN = re.compile(r"\w+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Token:
    """A token of SQL.

    Attributes:
        at: The index of its first character.
        text: A word, whitespace, a symbol, a comment, or a string or name with its quotes.
        is_comment: Whether it is a comment.
    """

    at: int
    text: str
    is_comment: bool = False


def tokens(sql: str) -> Iterator[Token]:
    """Yield all tokens of a SQL string in order.

    Example:
        >>> [token.text for token in tokens("SELECT 'a;b' -- that is all")]
        ['SELECT', ' ', "'a;b'", ' ', '-- that is all']
    """
    at = 0
    while at < len(sql):
        end = _end_of_comment(sql, at)
        token = Token(at, sql[at:end], is_comment=True) if end else Token(at, _text_at(sql, at))
        yield token
        at += len(token.text)


def _end_of_comment(sql: str, at: int) -> int | None:
    if sql.startswith("/*", at):
        end = sql.find("*/", at + 2)
        return len(sql) if end < 0 else end + 2
    if sql[at] == "#" or (sql.startswith("--", at) and (sql[at + 2 : at + 3] or " ").isspace()):
        end = sql.find("\n", at)
        return len(sql) if end < 0 else end + 1
    return None


def _text_at(sql: str, at: int) -> str:
    match = _QUOTED.get(sql[at], _PLAIN).match(sql, at)
    return match.group() if match else sql[at]
