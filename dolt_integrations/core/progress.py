"""Progress of long operations: in the log, and as a progress bar in a terminal or notebook that has tqdm."""

from __future__ import annotations

import importlib
import logging
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from dolt_integrations.engine.wire.moved import listening
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

logger = logging.getLogger(__name__)


class _Batch(Protocol):
    @property
    def num_rows(self) -> int:
        """The number of rows."""


B = TypeVar("B", bound=_Batch)


def counted(batches: Iterable[B], what: str) -> Iterator[B]:
    """Yield batches, and report after each one the number of rows so far.

    Args:
        batches: Arrow tables, or other objects with `num_rows`.
        what: The operation and its table, such as `write users`.
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
    """Show a progress bar of the rows that a block sends, if it takes longer than a second (see `Limits`).

    Args:
        what: The operation and its table, such as `write users`.
    """
    shown = _Shown(what)
    try:
        with listening(shown.at):
            yield
    finally:
        shown.close()


class _Shown:
    """A progress bar for a known number of rows, created when the first rows are sent."""

    def __init__(self, what: str) -> None:
        self._what, self._rows = what, 0
        self._bar: _Bar | None = None

    def at(self, rows: int, total: int) -> None:
        if self._bar is None or rows < self._rows:  # a repeated save starts from zero
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
    """Whether stderr is a terminal or a notebook shows it. A daemon's stderr may be missing or closed."""
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
        """Advance it by `n` rows."""

    def close(self) -> object:
        """Remove or complete it."""


def _bar(what: str, total: int | None = None, delay: float = 0.0) -> _Bar | None:
    if not _is_looked_at():
        return None
    try:
        import tqdm

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tqdm warns about notebooks without widgets
            bar = importlib.import_module("tqdm.auto").tqdm if _is_notebook() else tqdm.tqdm
    except ImportError:
        return None
    return bar(desc=what, total=total, delay=delay, unit=" rows", unit_scale=True)  # type: ignore[no-any-return]
