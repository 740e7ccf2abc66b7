"""The SQL statements that some work sends, with the time of each."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from dolt_integrations.engine.wire.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONGEST = 110


class Statement(NamedTuple):
    """A statement, shortened, and the seconds that its answer took."""

    text: str
    seconds: float


def sent_by(work: Callable[[], object]) -> list[Statement]:
    """Do some work, and return the statements that it sent."""
    with _recorded() as sent:
        work()
    return sent


@contextmanager
def _recorded() -> Iterator[list[Statement]]:
    sent: list[Statement] = []
    query = Session.query

    def timed(session: Session, sql: Any, *arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return query(session, sql, *arguments, **options)
        finally:
            sent.append(Statement(_short(sql), time.perf_counter() - start))

    Session.query = timed
    try:
        yield sent
    finally:
        Session.query = query


def _short(sql: str | bytes) -> str:
    text = sql if isinstance(sql, str) else bytes(sql).decode(errors="replace")
    text = re.sub(r"dolt_integrations:[0-9a-f]+", "<lock>", text).replace("\n", " ")
    text = re.sub(r"(grown_\d+|small)(?=[`/_])", "db", re.sub(r"[0-9a-v]{32}", "<hash>", text))
    text = re.sub(r"\d{2,}(-[0-9a-f]{16})?", "N", text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."
