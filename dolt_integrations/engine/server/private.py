"""A private `dolt sql-server` for a database directory, or the server that already holds the directory.

An option or system variable of private servers goes into `_write_config`, and an environment variable into
`quiet_environment` of the module `dolt`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import shutil
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dolt_integrations.engine.server.dolt import find_dolt, quiet_environment
from dolt_integrations.engine.server.running import RunningServer, running_server
from dolt_integrations.engine.server.supervision.guard import Guard
from dolt_integrations.engine.server.supervision.lease import Lease, runtime_folder
from dolt_integrations.errors import DatabaseLockedError, DoltError, ServerUnreachableError, StorageError

if TYPE_CHECKING:
    import subprocess

logger = logging.getLogger(__name__)


START_TIMEOUT = 30.0
"""Seconds to wait for another process to let go of a directory, or for a server to start."""

REPLICATION = "DOLT_INTEGRATIONS_REPLICATION"
"""`on` lets private servers replicate as `dolt config` says in the directory."""

_NO_REPLICATION = {
    "dolt_replicate_to_remote": "",
    "dolt_read_replica_remote": "",
    "dolt_replicate_heads": "",
    "dolt_replicate_all_heads": 0,
}
"""Overrides what `.dolt/config.json` sets (Dolt manual, "Replication")."""

_PAUSE = 0.001

_GLANCE = 0.02
"""Seconds for which others have to hold a lease until they count as users. To look whether they do holds one, too."""

_LEAST_ROOM = 65_536
"""The bytes that a server needs on the disk to start, at least."""


class PrivateServer:
    """The use of a server on a directory, from `__init__` to `close`.

    The first user starts the server; later ones, in this process or another, share it. A server that is already
    running on the directory is used as it is and left running.
    """

    def __init__(self, directory: Path, timeout: float = START_TIMEOUT) -> None:
        """Find or start the server of `directory`.

        Raises:
            DoltNotInstalledError: The server has to be started, and `dolt` is not on PATH.
            DatabaseLockedError: Another process holds the directory and did not release it in time.
            ServerError: The server does not start.
            StorageError: It does not, and the disk is full.
        """
        self.directory = Path(os.path.realpath(directory))
        self._deadline = time.monotonic() + timeout
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._reason = ""
        folder = runtime_folder(self.directory)
        self._guard = None if running_server(self.directory) else Guard(folder)
        try:
            self._lease = Lease(folder, self._deadline)
        except BaseException:
            self._dismiss_guard()
            raise
        try:
            self.server = running_server(self.directory) or self._start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop using the server. If this was its last user, wait until it has stopped, whoever started it.

        Then a `dolt` command finds the directory free. After Ctrl-C it is waited for as well: a second one ends that.
        """
        self._lease.release()
        try:
            self._wait_for_stop()
        finally:
            self._leave_supervisor()
            self._lease.sweep()
            self._dismiss_guard()

    def _dismiss_guard(self) -> None:
        if self._guard is not None:
            self._guard.dismiss()
            self._guard = None

    def _start(self) -> RunningServer:
        with self._lease.starting(self._deadline):
            while True:
                server = running_server(self.directory) or self._launch()
                if server is not None:
                    return server
                if time.monotonic() > self._deadline:
                    raise self._failure()
                time.sleep(0.05)

    def _launch(self) -> RunningServer | None:
        """Start one server process; None if it ended at once."""
        _check_writable(self.directory)
        folder = self._lease.folder
        port = _free_port()
        command = [find_dolt(folder), "sql-server", "--config", str(_write_config(folder, port))]
        environment = {**quiet_environment(folder), "DOLT_ROOT_PASSWORD": secrets.token_hex(16)}
        guard, self._guard = self._guard or Guard(folder), None
        self._supervisor = guard.order(self.directory, command, environment)
        logger.debug("starting a private dolt sql-server for %s on port %d", self.directory, port)
        return self._wait_for_start(port)

    def _wait_for_start(self, port: int) -> RunningServer | None:
        while self._supervisor is not None and self._supervisor.poll() is None:
            server = running_server(self.directory)
            if server is not None and server.port == port:
                return server
            if time.monotonic() > self._deadline:
                raise self._failure()
            time.sleep(_PAUSE)
        self._supervisor = None
        self._reason = self._log()
        if not _may_pass(self._reason):
            raise self._failure()
        return None

    def _log(self) -> str:
        try:
            return (self._lease.folder / "server.log").read_text(errors="replace")
        except OSError:
            return ""

    def _failure(self) -> DoltError:
        log = self._log() or self._reason
        if _is_full(self.directory):  # then a server does not start, or says that the directory is locked
            hint = "Free space there; `dolt gc` needs some itself."
            return StorageError(f"the disk of {self.directory} is full: no dolt sql-server can start there", hint=hint)
        if "locked by another dolt process" in log or "database is locked" in log:
            hint = "Wait for it to end, or connect to it: `dolt sql-server` there, and mysql://... as the location."
            return DatabaseLockedError(
                f"another dolt process has locked {self.directory} and did not release it", hint=hint
            )
        return ServerUnreachableError(f"a private dolt sql-server for {self.directory} did not start: {_tail(log)}")

    def _wait_for_stop(self) -> None:
        """Wait until the supervisor has ended, unless others go on using the server."""
        shared_since: float | None = None
        while self._is_supervised():
            if not self._lease.is_held_by_others():
                shared_since = None
            elif time.monotonic() - (shared_since := shared_since or time.monotonic()) > _GLANCE:
                return
            time.sleep(_PAUSE)

    def _is_supervised(self) -> bool:
        return (self._supervisor is not None and self._supervisor.poll() is None) or self._lease.is_supervised()

    def _leave_supervisor(self) -> None:
        if self._supervisor is not None and self._supervisor.poll() is None:
            Guard.leave(self._supervisor)


def _check_writable(directory: Path) -> None:
    """Refuse a read-only directory: Dolt's server writes a lock file there, even if it only reads.

    Raises:
        StorageError: The directory, or the file system that it is on, is read-only.
    """
    for folder in (directory / ".dolt", directory / ".dolt" / "noms"):
        if folder.is_dir() and not os.access(folder, os.W_OK):
            hint = (
                "Copy it to a writable directory, or serve it (`dolt sql-server` there, mysql://... as the location)."
            )
            raise StorageError(f"{folder} is read-only, and Dolt writes a lock there even to read", hint=hint)


def _is_full(directory: Path) -> bool:
    """Whether the disk has too little room for Dolt's own files."""
    with contextlib.suppress(OSError):
        return shutil.disk_usage(directory).free < _LEAST_ROOM
    return False


def _may_pass(log: str) -> bool:
    """Whether another start may succeed: the directory was locked, or the port was taken in the meantime."""
    return any(text in log for text in ("locked by another dolt process", "database is locked", "already in use"))


def _tail(log: str) -> str:
    lines = [line for line in log.splitlines() if line.strip() and "level=warning" not in line]
    return " / ".join(lines[-3:]) or "it printed nothing"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_config(folder: Path, port: int) -> Path:
    """Write the server's configuration (as JSON, which is valid YAML) outside the database directory.

    Statistics are off because they would be stored below `.dolt`, garbage collection because the server is short-lived,
    and replication because a directory's own settings could send every commit to any remote, or fetch from it.
    """
    variables = {"local_infile": 1, "dolt_stats_enabled": 0, "secure_file_priv": str(folder / "none")}
    if os.environ.get(REPLICATION, "").lower() not in ("on", "1", "true", "yes"):
        variables |= _NO_REPLICATION
    config = {
        "log_level": "warning",
        "behavior": {"event_scheduler": "OFF", "auto_gc_behavior": {"enable": False}},
        "listener": {"host": "127.0.0.1", "port": port},
        "cfg_dir": str(folder / "cfg"),
        "privilege_file": str(folder / "privileges.db"),
        "branch_control_file": str(folder / "branch_control.db"),
        "system_variables": variables,
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config))
    return path
