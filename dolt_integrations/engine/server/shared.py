"""The private servers that this process uses, one for each directory, however many blocks and threads use it."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.address import ServerAddress
from dolt_integrations.engine.names.identifiers import nearest
from dolt_integrations.engine.server.ownership import make_private
from dolt_integrations.engine.server.private import PrivateServer
from dolt_integrations.engine.server.running import LOCAL_USER, listens
from dolt_integrations.engine.server.unservable import SYSTEM_DATABASES
from dolt_integrations.engine.session.connection import Connection
from dolt_integrations.engine.session.pool import POOL
from dolt_integrations.engine.wire.answers import text
from dolt_integrations.errors import (
    AccessDeniedError,
    DatabaseNotFoundError,
    ServerLostError,
    ServerUnreachableError,
    StorageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

_DENIALS = 5
"""How often a server at the private one's port may deny access before it is an error."""


class SharedServers:
    """The directories that this process has open, each with one server and a count of its users."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Know of no server: those of a forked child's parent are not the child's."""
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._servers: dict[str, tuple[PrivateServer, ServerAddress]] = {}
        self._users: dict[str, int] = {}

    @contextmanager
    def use(self, path: Path, timeout: float) -> Iterator[ServerAddress]:
        """Yield the address of a directory's server, which stops when its last user leaves.

        Raises:
            DoltError: What `PrivateServer` raises.
        """
        key, owner = os.path.realpath(path), os.getpid()
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            address = self._enter(key, timeout)
        try:
            yield address
        finally:
            if os.getpid() == owner:  # a forked child that leaves a block of its parent's has no part in the server
                with lock:
                    self._leave(key)

    def _enter(self, key: str, timeout: float) -> ServerAddress:
        if key not in self._servers:
            self._servers[key] = _serve(Path(key), timeout)
            make_private(Path(key))
        self._users[key] = self._users.get(key, 0) + 1
        return self._servers[key][1]

    def _leave(self, key: str) -> None:
        self._users[key] -= 1
        if self._users[key] == 0:
            del self._users[key]
            server, address = self._servers.pop(key)
            try:
                POOL.empty(address)
            finally:
                server.close()
            make_private(Path(key))


_SHARED = SharedServers()
os.register_at_fork(after_in_child=_SHARED.reset)


class _Kept(threading.local):
    """What a thread keeps until its block ends; None outside of `one_server`."""

    servers: _Servers | None = None


class _Servers:
    """Private servers that are kept, each by one more use than its blocks have."""

    def __init__(self) -> None:
        self._uses: dict[str, tuple[AbstractContextManager[ServerAddress], int]] = {}

    def keep(self, key: str, timeout: float) -> None:
        """Go on using a server that is in use now."""
        if key not in self._uses:
            use = _SHARED.use(Path(key), timeout)
            self._uses[key] = use, use.__enter__().port

    def check(self, key: str) -> None:
        """Let go of a server that was killed while it was in use."""
        if key in self._uses and not listens(self._uses[key][1]):
            self.let_go(key)

    def let_go(self, key: str) -> None:
        """Stop using a server, if it is kept."""
        if key in self._uses:
            self._uses.pop(key)[0].__exit__(None, None, None)

    def end_with(self, stack: ExitStack) -> None:
        """Let all servers go when a stack ends."""
        for use, _ in self._uses.values():
            stack.push(use)


_KEPT = _Kept()


@contextmanager
def one_server() -> Iterator[None]:
    """Keep the private servers that this thread uses in a block until it ends; none is started twice.

    Only what succeeded keeps its server: after an error it may be gone. A block within another one belongs to it.

    Example:
        >>> with one_server():
        ...     version = write_table(folder, "users", pd.DataFrame({"id": [1]}))
        ...     frame = read_table(folder, "users").data
    """
    if _KEPT.servers is not None:
        yield
        return
    kept = _KEPT.servers = _Servers()
    with ExitStack() as stack:
        try:
            yield
        finally:
            _KEPT.servers = None
            kept.end_with(stack)


@contextmanager
def shared_server(path: Path, timeout: float) -> Iterator[ServerAddress]:
    """Yield the address of a directory's server, which other blocks and threads of this process may use as well.

    Args:
        path: The directory.
        timeout: Seconds to wait for another process that holds it.

    Raises:
        DoltError: What `PrivateServer` raises.
    """
    key, kept = os.path.realpath(path), _KEPT.servers
    if kept is not None:
        kept.check(key)
    with _SHARED.use(path, timeout) as address:
        try:
            yield address
        except Exception:
            if kept is not None:
                kept.let_go(key)
            raise
        if kept is not None and kept is _KEPT.servers:
            kept.keep(key, timeout)


def _serve(path: Path, timeout: float) -> tuple[PrivateServer, ServerAddress]:
    """Find or start a server. Try again if the one found is going away, or if another program took its port.

    Dolt records its port before it listens there. Until it has failed to bind and ended, another server that listens at
    the port answers in its place and denies access: hence a few attempts.
    """
    deadline, denials = time.monotonic() + timeout, 0
    while True:
        server = _private_server(path, max(0.0, deadline - time.monotonic()))
        try:
            return server, _address_of(server, path)
        except BaseException as error:
            server.close()
            denials += isinstance(error, AccessDeniedError)
            passing = isinstance(error, (ServerLostError, ServerUnreachableError, AccessDeniedError))
            if not passing or denials > _DENIALS or time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def _private_server(path: Path, timeout: float) -> PrivateServer:
    try:
        return PrivateServer(path, timeout)
    except OSError as error:
        hint = f"Free space in {tempfile.gettempdir()}, or set TMPDIR to another directory."
        raise StorageError(f"cannot prepare a private server for {path}: {error}", hint=hint) from error


def _address_of(server: PrivateServer, path: Path) -> ServerAddress:
    at = ServerAddress("127.0.0.1", server.server.port, LOCAL_USER, "information_schema", server.server.secret)
    with Connection(at) as connection:
        names = [name for (name,) in connection.rows("SHOW DATABASES", kinds=(text,))]
    database = _database_of(path, [name for name in names if name not in SYSTEM_DATABASES])
    return replace(at, database=database, label=str(path))


def _database_of(path: Path, names: list[str]) -> str:
    """Find a directory's own database among those of its server, which serves nested directories' as well.

    Dolt names a database after its directory, some characters replaced (Dolt source, `dbfactory.DirToDBName`).
    """
    if (path / path.name / ".dolt").is_dir():
        hint = "Move the inner one, because Dolt serves both under one name."
        raise DatabaseNotFoundError(f"{path} contains another database of the same name", hint=hint)
    if len(names) == 1:
        return names[0]
    wanted = path.name.lower()
    for plain in (str.lower, _only_letters):
        found = [name for name in names if plain(name) == plain(wanted)]
        if found:
            return found[0]
    raise DatabaseNotFoundError(f"the server on {path} serves no database of that name", hint=nearest(path.name, names))


def _only_letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
