"""Retrying an operation that lost a race, a bounded number of times.

Each call of `retried` names the errors after which it retries. After which errors a workflow manager runs a task again
is another question, which `is_transient` of the error's class answers (`errors/server.py`, `errors/branches.py`).
"""

from __future__ import annotations

import logging
import random
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, TypeVar

from dolt_integrations.engine.session.held import NoSessionError, starting_again
from dolt_integrations.engine.translation.rules import FULL
from dolt_integrations.errors import ServerUnreachableError
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.errors import DoltError

logger = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 1.0
_LONGEST_WAIT = 60.0
"""Seconds for which work starts again because the server has no second session for it."""


def retried(attempt: Callable[[], T], *transient: type[DoltError], attempts: int | None = None) -> T:
    """Call `attempt` until it succeeds, with growing pauses. The error of the last attempt is raised unchanged.

    Where a lost server is no reason to stop, an attempt does not wait for a second session while it holds one: it ends,
    others get what it held, and it starts again.

    Args:
        attempt: The operation. It must read the state of the database anew in each call.
        transient: The errors after which to retry.
        attempts: The most calls. None is the number of `Limits`.

    Raises:
        ServerUnreachableError: The server had no second session for a minute.

    Example:
        >>> retried(lambda: 1, DoltError)
        1
    """
    with starting_again() if issubclass(NoSessionError, transient) else nullcontext():
        return _retried(attempt, transient, attempts or limits().attempts)


def _retried(attempt: Callable[[], T], transient: tuple[type[DoltError], ...], attempts: int) -> T:
    pause, begun, failed = _FIRST_PAUSE, time.monotonic(), 0
    while True:
        try:
            return attempt()
        except transient as error:
            is_full = isinstance(error, NoSessionError)
            failed += not is_full
            if is_full and time.monotonic() - begun > _LONGEST_WAIT:
                raise ServerUnreachableError(f"{error.args[0]}, and had none for a minute", hint=FULL) from error
            if failed >= attempts:
                raise
            logger.info("attempt %d of %d: %s", failed, attempts, error)
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads retries, guards nothing
        pause = min(pause * 2, _LONGEST_PAUSE)
