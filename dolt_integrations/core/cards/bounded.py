"""Querying a database for a card, in bounded time and without raising errors."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.engine import Database, open_database, parse_location
from dolt_integrations.errors import DoltError, ServerLostError
from dolt_integrations.limits import limits
from dolt_integrations.redaction import redact
from dolt_integrations.render import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dolt_integrations.engine import Connection, Location
    from dolt_integrations.render.card import Part

logger = logging.getLogger(__name__)


class Look:
    """A database that a card may query until its time is over.

    Attributes:
        location: The database, without a password.
    """

    def __init__(self, database: Database, end: float) -> None:
        """Use an open database until a time, as of `time.monotonic`."""
        self._database, self._end = database, end
        self.location = database.location

    @property
    def database(self) -> Database:
        """The database. Its sessions wait for results for as long as there is time.

        Raises:
            ServerLostError: The time is over.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise ServerLostError(f"{self.location} took longer than the {limits().card_seconds:g} s that a card has")
        address = replace(self._database.address, connect_timeout=min(left, self._database.address.connect_timeout))
        return replace(self._database, address=address, patience=left)

    def connect(self, revision: str | None = None) -> Connection:
        """Open a session (see `database`)."""
        return self.database.connect(revision)


@contextmanager
def looking_at(location: Location) -> Iterator[Look]:
    """Open a database for a card. What is read in the block does not count as read by a task.

    Raises:
        DoltError: It cannot be opened.
    """
    end = time.monotonic() + limits().card_seconds
    with unrecorded_reads(), open_database(location, timeout=limits().card_seconds) as database:
        yield Look(database, end)


def guarded(what: str, parts: Callable[[], Iterable[Part]]) -> list[Part]:
    """Return parts of a card, or one part that explains why they cannot be shown.

    Args:
        what: The name of what they show.
        parts: Returns the parts.
    """
    try:
        return list(parts())
    except DoltError as error:
        logger.info("a card cannot show the %s: %s", what, error)
        return [Problem(f"Cannot show the {what}: {error}")]
    except Exception as error:
        logger.warning("a card cannot show the %s", what, exc_info=True)
        return [Problem(f"Cannot show the {what}: {type(error).__name__}: {redact(str(error))}")]


def place_of(location: Location) -> str:
    """Return a location for a card, without a password."""
    try:
        return str(parse_location(location))
    except DoltError:
        return redact(str(location))
