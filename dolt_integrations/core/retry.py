"""Retrying an operation that lost a race, a bounded number of times."""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING, TypeVar

from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.errors import DoltError

logger = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 1.0


def retried(attempt: Callable[[], T], *transient: type[DoltError], attempts: int | None = None) -> T:
    """Call `attempt` until it succeeds, with growing pauses. The error of the last attempt is raised unchanged.

    Args:
        attempt: The operation. It must read the state of the database anew in each call.
        transient: The errors after which to retry.
        attempts: The most calls. None is the number of `Limits`.

    Example:
        >>> retried(lambda: 1, DoltError)
        1
    """
    pause, attempts = _FIRST_PAUSE, attempts or limits().attempts
    for number in range(1, attempts):
        try:
            return attempt()
        except transient as error:
            logger.info("attempt %d of %d: %s", number, attempts, error)
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads retries, guards nothing
            pause = min(pause * 2, _LONGEST_PAUSE)
    return attempt()
