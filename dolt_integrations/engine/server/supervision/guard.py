"""A supervisor that is started before its server, so that a signal at any time leaves no runtime folder behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from dolt_integrations.engine.server.supervision import supervisor
from dolt_integrations.engine.server.supervision.lease import Lease, runtime_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_FOLDER = os.path.dirname(supervisor.__file__)


class Guard:
    """A process that removes a runtime folder once this process has released it or ended, however that happens.

    Start it before the folder is made. It then either becomes the supervisor of a server (`order`) or is dismissed
    (`dismiss`). As a context manager it is dismissed on exit.
    """

    _running: ClassVar[list[subprocess.Popen[bytes]]] = []
    """Processes that this process no longer needs. Kept so that they are reaped when they end."""

    def __init__(self, folder: Path) -> None:
        Guard._running[:] = [process for process in Guard._running if process.poll() is None]
        end, line = os.pipe()
        self._line = os.fdopen(line, "wb")
        with os.fdopen(end, "rb") as order:
            self._process = subprocess.Popen(  # noqa: S603 - the program is Python itself, the arguments are ours
                [sys.executable, "-I", "-S", "-c", supervisor.START, _FOLDER, str(folder)],
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
        """Make it run a server: from now on the process is a supervisor."""
        with contextlib.suppress(BrokenPipeError):  # it has ended, which the caller notices
            self._line.write(supervisor.pack(str(directory), command, environment))
        self._close()
        return self._process

    def dismiss(self) -> None:
        """Let it remove the folder once the folder is unused, and exit. Does not wait for that."""
        self._close()
        Guard.leave(self._process)

    @classmethod
    def leave(cls, process: subprocess.Popen[bytes]) -> None:
        """Keep track of a process that runs on by itself."""
        cls._running.append(process)

    def _close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._line.close()


@contextmanager
def sole_use(path: Path, timeout: float) -> Iterator[Path]:
    """Hold the exclusive right, among all processes, to make or exchange the database in a directory.

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
