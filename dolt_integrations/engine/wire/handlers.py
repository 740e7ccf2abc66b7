"""Exceptions that a signal handler of the program raises, such as Metaflow's `@timeout`, while an answer is awaited."""

from __future__ import annotations

import signal
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType


def raised_by_handler(error: BaseException) -> BaseException | None:
    """Return the exception of a signal handler that an error is, or that pymysql took for a lost connection.

    It must reach the program as it is: as an error about the server it would be misleading, and as a lost connection
    it would be retried, although the time is up.
    """
    found = [error]
    cause = error.__context__
    if isinstance(cause, OSError) and _is_caught_by_pymysql(cause):
        found.append(cause)
    codes = _handlers()
    for each in found:
        if any(frame.f_code in codes for frame, _ in traceback.walk_tb(each.__traceback__)):
            return each
    return None


def _is_caught_by_pymysql(error: BaseException) -> bool:
    """Whether pymysql caught it. Else it is one that the program was handling before."""
    trace = error.__traceback__
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__")).startswith("pymysql.")


def _handlers() -> set[CodeType]:
    """Return the code of the program's signal handlers."""
    handlers = map(signal.getsignal, signal.valid_signals())
    functions: Iterator[Any] = (getattr(handler, "__func__", handler) for handler in handlers)
    return {function.__code__ for function in functions if hasattr(function, "__code__")}
