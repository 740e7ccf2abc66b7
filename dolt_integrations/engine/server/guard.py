"""A supervisor that is started ahead of its server, so that a signal at any time leaves no runtime folder behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from dolt_integrations.engine.server import supervisor
from dolt_integrations.engine.server.lease import Lease, runtime_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


class Guard:
    """A process that removes a runtime folder when this process has ended or let go of it, however that happens.

    Make it before the folder. Either it becomes the supervisor of a server (`order`), or it is sent away (`dismiss`).
    It is a context manager that sends it away.
    """

    _running: ClassVar[list[subprocess.Popen[bytes]]] = []
    """Those that go on after this process has no use for them. Kept to be reaped when they have ended."""

    def __init__(self, folder: Path) -> None:
        Guard._running[:] = [process for process in Guard._running if process.poll() is None]
        end, line = os.pipe()
        self._line = os.fdopen(line, "wb")
        with os.fdopen(end, "rb") as order:
            self._process = subprocess.Popen(  # noqa: S603 - the program is Python itself, the arguments are ours
                [sys.executable, "-I", "-S", supervisor.__file__, str(folder)],
                stdin=order,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def __enter__(self) -> Guard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.dismiss()

    def order(self, directory: Path, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """Let it run a server: the process is a supervisor from here on."""
        with contextlib.suppress(BrokenPipeError):  # it has ended; its caller sees that
            self._line.write(supervisor.pack(str(directory), command, environment))
        self._close()
        return self._process

    def dismiss(self) -> None:
        """Let it remove the folder as soon as nobody uses that, and end; not waited for."""
        self._close()
        Guard.leave(self._process)

    @classmethod
    def leave(cls, process: subprocess.Popen[bytes]) -> None:
        """Note a process that goes on alone."""
        cls._running.append(process)

    def _close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._line.close()


@contextmanager
def sole_use(path: Path, timeout: float) -> Iterator[Path]:
    """Hold the right to make a database of a directory, or to exchange the one there; of all processes one has it.

    Yields:
        The runtime folder of the directory.

    Raises:
        DatabaseLockedError: Another process took longer than `timeout` seconds.
        StorageError: The runtime folder cannot be made.
    """
    deadline = time.monotonic() + timeout
    folder = runtime_folder(Path(os.path.realpath(path)))
    with Guard(folder):
        lease = Lease(folder, deadline)
        try:
            with lease.starting(deadline):
                yield folder
        finally:
            lease.release()
