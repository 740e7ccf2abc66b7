"""Idle sessions kept for reuse: opening one costs more than a small statement."""

from __future__ import annotations

import atexit
import os
import threading
import time
from dataclasses import dataclass, field

import pymysql

from dolt_integrations.engine.names.address import ServerAddress
from dolt_integrations.engine.session.opening import end, leave_branch
from dolt_integrations.engine.session.reuse import restore
from dolt_integrations.engine.wire.session import Session
from dolt_integrations.limits import limits


@dataclass(frozen=True)
class _Idle:
    session: Session
    address: ServerAddress
    local_infile: bool
    since: float = field(default_factory=time.monotonic)


class _Pool:
    """Idle sessions, oldest first. A forked child has none of its parent's."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Idle] = []
        self._timer: threading.Timer | None = None

    def take(self, address: ServerAddress, *, local_infile: bool) -> Session | None:
        """Return an idle session as good as a new one, or None if none is alive."""
        while True:
            found = self._find(address, local_infile)
            if found is None:
                return None
            try:
                restore(found.session, address)
            except (pymysql.MySQLError, OSError, UnicodeDecodeError):
                end(found.session)
            else:
                return found.session

    def _find(self, address: ServerAddress, local_infile: bool) -> _Idle | None:
        self._end_old()
        with self._lock:
            fitting = [each for each in self._idle if (each.address, each.local_infile) == (address, local_infile)]
            for each in fitting[-1:]:
                self._idle.remove(each)
        return fitting[-1] if fitting else None

    def _end_old(self) -> None:
        with self._lock:
            old = [each for each in self._idle if each.since <= time.monotonic() - limits().idle_seconds]
            self._idle = [each for each in self._idle if each not in old]
        for each in old:
            end(each.session)

    def _on_time(self) -> None:
        self._end_old()
        with self._lock:
            self._timer = None
            self._watch()

    def _watch(self) -> None:
        """Let idle sessions end on time in a program that no longer uses the database, such as a long task."""
        if self._idle and self._timer is None:
            self._timer = threading.Timer(
                max(self._idle[0].since + limits().idle_seconds - time.monotonic(), 0.0), self._on_time
            )
            self._timer.daemon = True
            self._timer.start()

    def give(self, session: Session, address: ServerAddress, *, local_infile: bool, moved: bool) -> None:
        """Keep a session for the next use.

        Args:
            session: The caller may not use it from now on.
            address: The address of its server and database.
            local_infile: The value that it was opened with.
            moved: Whether it may be on another branch, commit or tag than a new session.
        """
        try:
            if moved:
                leave_branch(session, address)
        except (pymysql.MySQLError, OSError):
            end(session)
            return
        with self._lock:
            self._idle.append(_Idle(session, address, local_infile))
            kept = limits().idle_sessions
            surplus, self._idle = self._idle[:-kept], self._idle[-kept:]
            self._watch()
        for each in surplus:
            end(each.session)

    def empty(self, address: ServerAddress | None = None) -> None:
        """End the idle sessions on all databases of a server that is about to stop; None means all servers."""
        with self._lock:
            gone = [each for each in self._idle if address is None or _server(each.address) == _server(address)]
            self._idle = [each for each in self._idle if each not in gone]
            if not self._idle and self._timer is not None:
                self._timer.cancel()
                self._timer = None
        for each in gone:
            end(each.session)


def _server(address: ServerAddress) -> tuple[str, int]:
    return address.host, address.port


POOL = _Pool()
os.register_at_fork(after_in_child=POOL.reset)
atexit.register(POOL.empty)
