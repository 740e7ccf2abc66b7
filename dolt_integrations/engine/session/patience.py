"""Opening a session with a server that is restarting, or has reached its limit of sessions."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pymysql

from dolt_integrations.engine.session.opening import open_session
from dolt_integrations.engine.session.pool import POOL
from dolt_integrations.engine.translation.translate import translate
from dolt_integrations.errors import ServerLostError, ServerUnreachableError
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from dolt_integrations.engine.names.address import ServerAddress
    from dolt_integrations.engine.wire.session import Session

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 2.0

_HURRIED, _HURRIED_WAIT = 4.0, 0.2
"""Seconds for a thread that already holds a session: for an answer, and for a server that refuses."""


def open_patiently(address: ServerAddress, database: str, *, local_infile: bool, hurried: bool = False) -> Session:
    """Open a session. If the server refuses one, retry with growing pauses for the address's `wait`.

    Args:
        address: The server.
        database: The database, or `database/revision`.
        local_infile: Whether the session is to send files.
        hurried: Whether to give up soon, because others may wait for what the caller holds.

    Raises:
        pymysql.MySQLError: As `open_session`, when the time is up, or where another attempt would change nothing.
        OSError: The same.
        ServerError: As `open_session`.
        ConfigError: As `open_session`.
    """
    silence = limits().silent_seconds
    if hurried:
        limit = min(address.connect_timeout, _HURRIED)
        address, silence = replace(address, connect_timeout=limit, wait=min(address.wait, _HURRIED_WAIT)), limit / 2
    begun, pause, seconds = time.monotonic(), _FIRST_PAUSE, min(address.connect_timeout, silence)
    while True:
        asked = time.monotonic()
        try:
            return open_session(replace(address, connect_timeout=seconds), database, local_infile=local_infile)
        except (pymysql.MySQLError, OSError) as error:
            was_silent = time.monotonic() - asked >= seconds
            last = begun + (address.connect_timeout if was_silent else address.wait)
            if time.monotonic() + pause > last or not _may_pass(error):
                raise
            logger.info("%s:%s accepts no session yet: %s", address.host, address.port, error)
        POOL.empty(address)
        time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads attempts, guards nothing
        pause = min(pause * 2, _LONGEST_PAUSE)
        seconds = max(begun + address.connect_timeout - time.monotonic(), _FIRST_PAUSE)


def _may_pass(error: BaseException) -> bool:
    """Whether nothing answered, or the server closed the connection before its greeting: it is stopped, or full."""
    return isinstance(translate(error, where=""), (ServerUnreachableError, ServerLostError))
