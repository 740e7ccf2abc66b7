"""Progress of long work: in the log, and as a bar where somebody looks at a terminal and has tqdm."""

from __future__ import annotations

import importlib
import logging
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from dolt_integrations.engine.session.moved import listening
from dolt_integrations.limits import limits

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


@contextmanager
def watched(what: str) -> Iterator[None]:
    """Show a bar of the rows that a block sends, once that takes a second.

    Args:
        what: What is done with them, and to what.
    """
    shown = _Shown(what)
    try:
        with listening(shown.at):
            yield
    finally:
        shown.close()


class _Shown:
    """A bar of a known number of rows; none before the first are sent."""

    def __init__(self, what: str) -> None:
        self._what, self._rows = what, 0
        self._bar: _Bar | None = None

    def at(self, rows: int, total: int) -> None:
        if self._bar is None or rows < self._rows:  # a save that starts again begins anew
            self.close()
            self._rows, self._bar = 0, _bar(self._what, total, limits().progress_seconds)
        if self._bar is not None:
            self._bar.update(rows - self._rows)
            self._rows = rows

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _is_looked_at() -> bool:
    """Whether stderr is a terminal, or a notebook shows it; a daemon may have none at all, or a closed one."""
    if _is_notebook():
        return True
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False


def _is_notebook() -> bool:
    return "ipykernel" in sys.modules


class _Bar(Protocol):
    def update(self, n: int) -> object:
        """Move it."""

    def close(self) -> object:
        """End it."""


def _bar(what: str, total: int | None = None, delay: float = 0.0) -> _Bar | None:
    if not _is_looked_at():
        return None
    try:
        import tqdm

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of tqdm's, about a notebook without widgets
            bar = importlib.import_module("tqdm.auto").tqdm if _is_notebook() else tqdm.tqdm
    except ImportError:
        return None
    return bar(desc=what, total=total, delay=delay, unit=" rows", unit_scale=True)  # type: ignore[no-any-return]
