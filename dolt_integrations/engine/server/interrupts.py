"""Makes Ctrl-C work while the process waits for a server."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from dolt_integrations.engine.session.forks import own_sockets

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.engine.names.address import ServerAddress

T = TypeVar("T")

_PAUSE = 0.1
"""Seconds between checks for a signal, on platforms where a signal does not wake the main thread."""

_ABORT_TIMEOUT = 1.0
"""Seconds that native code has to notice that its connection is gone."""


def allow_interrupts() -> None:
    """Let Ctrl-C interrupt a blocking system call, as Python does by default.

    On import, polars installs a SIGINT handler with SA_RESTART in front of Python's (seen with 2.1): the kernel then
    restarts the wait for a server's answer, and Python never gets to raise KeyboardInterrupt. We keep the handler and
    remove only the flag, which costs a microsecond. That holds for all threads: flytekit saves in one, while its main
    thread waits for it.
    """
    signal.siginterrupt(signal.SIGINT, True)


def interruptible(work: Callable[[], T], address: ServerAddress) -> T:
    """Call a function that talks to a server without checking for signals, such as connectorx's, and return its result.

    On Ctrl-C the connections that pymysql did not open are shut down, so that the call ends before the interpreter
    does.
    """
    return beside_signals(work, on_interrupt=lambda: _shut_others(address))


def beside_signals(work: Callable[[], T], on_interrupt: Callable[[], None] = lambda: None) -> T:
    """Call a function in a thread, where no signal handler runs, and return its result.

    polars calls Python back to read a data type or a value, and takes a KeyboardInterrupt raised there for a value of
    the wrong type: the user who pressed Ctrl-C saw a TypeError (seen with 2.1). Python runs signal handlers in the
    main thread only, so here the main thread waits and raises KeyboardInterrupt itself.

    Args:
        work: What to call. Outside the main thread it is called directly.
        on_interrupt: Called when the main thread is interrupted, to make `work` end.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    outcome: Future[T] = Future()
    thread = threading.Thread(target=_settle, args=(outcome, work), name="dolt-integrations-work", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(_PAUSE)
    except BaseException:
        on_interrupt()
        thread.join(_ABORT_TIMEOUT)
        raise
    return outcome.result()


def _settle(outcome: Future[T], work: Callable[[], T]) -> None:
    """Call a function, and keep its result or its exception for another thread."""
    try:
        outcome.set_result(work())
    except BaseException as error:  # noqa: BLE001 - it is raised in the main thread
        outcome.set_exception(error)


def _shut_others(address: ServerAddress) -> None:
    """Shut down this process's connections to a server, except those of pymysql."""
    ours = own_sockets()
    with contextlib.suppress(OSError):
        for name in os.listdir("/dev/fd"):
            if name.isdigit() and int(name) not in ours:
                with contextlib.suppress(OSError):
                    _shut(int(name), address.port)


def _shut(file: int, port: int) -> None:
    """Shut down a connection, if the descriptor is one to the port."""
    with socket.socket(fileno=os.dup(file)) as other:
        if other.family in (socket.AF_INET, socket.AF_INET6) and other.getpeername()[1] == port:
            other.shutdown(socket.SHUT_RDWR)
