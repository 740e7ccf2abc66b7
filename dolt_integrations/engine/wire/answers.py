"""Checks of a server's answers: it may follow the protocol and still send rows of an unexpected shape."""

from __future__ import annotations

import datetime
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dolt_integrations.errors import DoltError, ServerError
from dolt_integrations.redaction import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


_OPEN = ("SHOW", "CALL")
"""Statements whose answers gain columns in newer versions of Dolt and MySQL."""


def text(value: Any) -> str:
    """Read a string. A number is accepted, NULL is not."""
    if value is None:
        raise TypeError("NULL")
    return value.decode() if isinstance(value, bytes) else str(value)


def number(value: Any) -> int:
    """Read an integer, which may have been sent as a string or decimal."""
    return int(value)


def timestamp(value: Any) -> datetime.datetime:
    """Read a DATETIME."""
    if not isinstance(value, datetime.datetime):
        raise TypeError(f"not a DATETIME: {type(value).__name__}")
    return value


def anything(value: Any) -> Any:
    """Accept any value unchanged."""
    return value


def maybe(kind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a kind that also accepts NULL."""
    return lambda value: None if value is None else kind(value)


def read_rows(
    rows: Sequence[tuple[Any, ...]], kinds: Sequence[Callable[[Any], Any]], statement: str, where: str
) -> list[tuple[Any, ...]]:
    """Check and convert rows, each value by its kind.

    Args:
        rows: The rows of an answer.
        kinds: One for each column. For SHOW and CALL they may cover only the first columns; the others are dropped.
        statement: For the error.
        where: The database, for the error.

    Raises:
        ServerError: The number of columns differs, or a value is of another kind.
    """
    is_open = statement.startswith(_OPEN)
    with understood(f"the answer to {statement}", where):
        return [
            tuple(kind(value) for kind, value in zip(kinds, row[: len(kinds)] if is_open else row, strict=True))
            for row in rows
        ]


@contextmanager
def understood(what: str, where: str) -> Iterator[None]:
    """Treat every unexpected exception in the block as a malformed answer of the server.

    Args:
        what: What the block reads.
        where: The database, for the error.

    Raises:
        ServerError: The block raised an exception that is neither a `DoltError` nor an OSError.
    """
    try:
        yield
    except (DoltError, UnicodeDecodeError, MemoryError):
        raise
    except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError) as error:
        said = shown(f"{type(error).__name__}: {error}"[:300])
        hint = "Check that it is a Dolt server of a version that the README names."
        raise ServerError(f"{what[:300]} makes no sense ({where}): {said}", hint=hint) from error
