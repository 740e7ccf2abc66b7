"""What the rows of an answer have to be like: a server may keep to the protocol and still answer something else."""

from __future__ import annotations

import datetime
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dolt_integrations.errors import DoltError, ServerError
from dolt_integrations.redaction import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


_OPEN = ("SHOW", "CALL")
"""Statements to whose answers versions of Dolt and MySQL add columns."""


def text(value: Any) -> str:
    """Read a text; a number counts as one, NULL does not."""
    if value is None:
        raise TypeError("NULL")
    return value.decode() if isinstance(value, bytes) else str(value)


def number(value: Any) -> int:
    """Read an integer, which may have come as a text or decimal."""
    return int(value)


def timestamp(value: Any) -> datetime.datetime:
    """Read a DATETIME."""
    if not isinstance(value, datetime.datetime):
        raise TypeError(f"not a DATETIME: {type(value).__name__}")
    return value


def anything(value: Any) -> Any:
    """Take a value as it is."""
    return value


def maybe(kind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the kind whose value may be NULL as well."""
    return lambda value: None if value is None else kind(value)


def read_rows(
    rows: Sequence[tuple[Any, ...]], kinds: Sequence[Callable[[Any], Any]], statement: str, where: str
) -> list[tuple[Any, ...]]:
    """Return rows with each value read as its kind.

    Args:
        rows: Of an answer.
        kinds: Of its columns; of SHOW and CALL only of the first ones, and the other columns are left out.
        statement: For the error.
        where: The database, for the error.

    Raises:
        ServerError: They have another number of columns, or a value is of another kind.
    """
    is_open = statement.startswith(_OPEN)
    with understood(f"the answer to {statement}", where):
        return [
            tuple(kind(value) for kind, value in zip(kinds, row[: len(kinds)] if is_open else row, strict=True))
            for row in rows
        ]


@contextmanager
def understood(what: str, where: str) -> Iterator[None]:
    """Let whatever a block stumbles over be an answer of the server's that is not what it should be.

    Args:
        what: What the block reads.
        where: The database, for the error.

    Raises:
        ServerError: The block raised what is neither an error of ours nor of the system.
    """
    try:
        yield
    except (DoltError, UnicodeDecodeError, MemoryError):
        raise
    except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError) as error:
        said = shown(f"{type(error).__name__}: {error}"[:300])
        hint = "Is it a Dolt server, and one of the versions that the README names?"
        raise ServerError(f"{what[:300]} makes no sense ({where}): {said}", hint=hint) from error
