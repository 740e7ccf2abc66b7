"""The server that holds a database directory, as its file in `.dolt` names it."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.server.ownership import read_trusted

if TYPE_CHECKING:
    from pathlib import Path


LOCAL_USER = "__dolt_local_user__"
"""The user as whom Dolt's own CLI connects to a server that holds a directory (Dolt source, `sqlserver` package)."""


@dataclass(frozen=True)
class RunningServer:
    """What `.dolt/sql-server.info` says: the server that holds a directory and the secret of its local user."""

    pid: int
    port: int
    secret: str


def running_server(directory: Path) -> RunningServer | None:
    """Return the server that holds the directory, if the file about it is there, ours, and its process lives."""
    try:
        pid, port, secret = read_trusted(directory, ".dolt/sql-server.info").strip().split(":", 2)
        server = RunningServer(int(pid), int(port), secret)
        os.kill(server.pid, 0)
    except (OSError, ValueError):
        return None
    return server if listens(server.port) else None


def listens(port: int) -> bool:
    """Whether something listens at a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
