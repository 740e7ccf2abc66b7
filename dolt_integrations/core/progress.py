"""Progress of long work: in the log, and as a bar where somebody looks at a terminal and has tqdm."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

logger = logging.getLogger(__name__)


class _Batch(Protocol):
    @property
    def num_rows(self) -> int:
        """How many rows it has."""


B = TypeVar("B", bound=_Batch)


def counted(batches: Iterable[B], what: str) -> Iterator[B]:
    """Hand batches on, and tell after each how many rows there were so far.

    Args:
        batches: Arrow tables or what else has `num_rows`.
        what: What is done with them, and to what.
    """
    bar = _bar(what)
    rows = 0
    try:
        for batch in batches:
            yield batch
            rows += batch.num_rows
            logger.info("%s: %d rows so far", what, rows)
            if bar is not None:
                bar.update(batch.num_rows)
    finally:
        if bar is not None:
            bar.close()


def _is_looked_at() -> bool:
    """Whether stderr is a terminal; a daemon may have none at all, or a closed one."""
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False


class _Bar(Protocol):
    def update(self, n: int) -> object:
        """Move it."""

    def close(self) -> object:
        """End it."""


def _bar(what: str) -> _Bar | None:
    if not _is_looked_at():
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(desc=what, unit=" rows", unit_scale=True)  # type: ignore[no-any-return]
