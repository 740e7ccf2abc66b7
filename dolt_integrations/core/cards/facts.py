"""A commit's metadata as facts of a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.provenance.trailers import execution_of, trailers_of
from dolt_integrations.render import Heading
from dolt_integrations.render.texts import number

if TYPE_CHECKING:
    from dolt_integrations.engine import Column
    from dolt_integrations.engine.versions.log import LogEntry

Fact = tuple[str, str | tuple[str, ...] | None]


def commit_facts(entry: LogEntry) -> tuple[Fact, ...]:
    """Return a commit's author and date, and from its message the execution and each trailer."""
    subject = entry.message.partition("\n")[0]
    execution = execution_of(subject)
    made = (("execution", execution), ("message", None if execution else subject))
    who = (("author", f"{entry.author} <{entry.email}>"), ("date", f"{entry.date:%Y-%m-%d %H:%M:%S} UTC"))
    return (*made, *who, *((name, tuple(values)) for name, values in said_by(entry.message).items()))


def said_by(message: str) -> dict[str, list[str]]:
    """Return the trailers of a message, with all values of each."""
    found: dict[str, list[str]] = {}
    if trailers_of(message):
        for line in message.strip().splitlines()[::-1]:
            name, colon, value = line.partition(": ")
            if not colon:
                break
            found.setdefault(name, []).insert(0, value)
    return dict(reversed(found.items()))


def rows_text(count: int, is_all: bool) -> str:
    """Return a number of rows as text.

    Example:
        >>> rows_text(1, True), rows_text(100000, False)
        ('1 row', 'more than 100,000 rows')
    """
    rows = "row" if count == 1 and is_all else "rows"
    return f"{number(count)} {rows}" if is_all else f"more than {number(count)} {rows}"


def headings_of(columns: tuple[Column, ...], key: tuple[str, ...]) -> tuple[Heading, ...]:
    """Return the headings of a table's columns."""
    return tuple(Heading(column.name, column.sql_type, column.name in key) for column in columns)
