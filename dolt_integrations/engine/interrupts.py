"""Ctrl-C: that it is heard where the process waits for a server."""

from __future__ import annotations

import signal
import threading


def hear_interrupts() -> None:
    """Let Ctrl-C stop a system call that waits, as Python itself arranges it.

    When it is imported, polars puts a handler of SIGINT with SA_RESTART in front of Python's (seen with 2.1): the
    kernel then goes on waiting for a server's answer, and Python never gets to raise KeyboardInterrupt. The handler
    stays; only the flag goes, which costs a microsecond.
    """
    if threading.current_thread() is threading.main_thread():
        signal.siginterrupt(signal.SIGINT, True)
