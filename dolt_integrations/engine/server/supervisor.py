"""Runs one private `dolt sql-server` for as long as somebody holds its lease. Standard library only.

    python -I -S supervisor.py RUNTIME_FOLDER DIRECTORY dolt sql-server ...

Users of the server hold a shared lock on `RUNTIME_FOLDER/lease`. This process waits for the exclusive one, which the
kernel grants when the last user has let go, killed ones included. Then it stops the server and removes the folder.
While it stops, it holds the exclusive lock, so that newcomers wait and then start a server of their own.

It and its server hold a shared lock on `RUNTIME_FOLDER/served` as long as they live. Where nobody holds that one, the
last user removes the folder: then no supervisor will.
"""

import fcntl
import os
import signal
import sys
import time

GRACE = 10.0
"""Seconds that a server gets to stop before it is killed."""

NOTICE = 0.05
"""Seconds in which the server learns that a client has gone."""

LAST_STATEMENT = 5.0
"""Seconds that the server gets for what it is doing for a client that has gone."""

SERVED = "served"
"""The file in a runtime folder that is locked while a supervisor or a server lives there."""


class ServerExited(Exception):
    """The server ended by itself."""


def main(folder: str, directory: str, command: list[str]) -> int:
    """Start the server, wait for the last user to leave, stop it. Returns the server's exit code."""
    lease = os.open(os.path.join(folder, "lease"), os.O_RDWR)
    _show_alive(folder)
    signal.signal(signal.SIGCHLD, _raise_exited)
    try:
        server = _start(folder, directory, command)
        fcntl.flock(lease, fcntl.LOCK_EX)
    except ServerExited:
        remove_unused(folder, lease)
        return os.waitstatus_to_exitcode(os.wait()[1])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _wait_for_statements(directory)
    code = _stop(server)
    _remove(folder, lease)
    return code


def _show_alive(folder: str) -> None:
    served = os.open(os.path.join(folder, SERVED), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(served, fcntl.LOCK_SH)
    os.set_inheritable(served, True)


def remove_unused(folder: str, lease: int) -> None:
    """Remove a runtime folder of which nobody else holds the lease. The caller's own lock on it may be lost."""
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    _remove(folder, lease)


def is_at(file: int, path: str) -> bool:
    """Whether the open file is still the one at the path: who removes a folder removes its files too."""
    try:
        return os.fstat(file).st_ino == os.stat(path).st_ino
    except FileNotFoundError:
        return False


def _remove(folder: str, lease: int) -> None:
    """Remove the folder if the lease, which is held alone, is still its own.

    It is renamed first: whoever makes the folder anew meanwhile must not lose files to this.
    """
    gone = f"{folder}.{os.getpid()}"
    try:
        if is_at(lease, os.path.join(folder, "lease")):
            os.rename(folder, gone)
    except OSError:
        return
    _remove_tree(gone)


def _remove_tree(folder: str) -> None:
    """Do what `shutil.rmtree` does; importing shutil would take longer than all else that this process does."""
    try:
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                _remove_tree(entry.path)
            else:
                os.unlink(entry.path)
        os.rmdir(folder)
    except OSError:
        return


def _raise_exited(_signal: int, _frame: object) -> None:
    raise ServerExited


def _start(folder: str, directory: str, command: list[str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        os.chdir(directory)
        log = os.open(os.path.join(folder, "server.log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    finally:
        os._exit(127)


def _wait_for_statements(directory: str) -> None:
    """Let the server end what it is doing for users that were killed.

    A merge that is stopped halfway (Dolt 1.83) has moved the branch and not its tables, which then look changed. Who
    leaves as one should has closed its connections before, and nobody waits.
    """
    start = time.monotonic()
    while states := _connections(directory):
        limit = LAST_STATEMENT if _CLOSE_WAIT in states else NOTICE
        if time.monotonic() - start > limit:
            return
        time.sleep(0.002)


_ESTABLISHED, _CLOSE_WAIT = "01", "08"
"""States of a connection in proc(5): both sides have it open, or the client has closed it and the server has not."""


def _connections(directory: str) -> set[str]:
    """Return the states of the server's open connections; none where there is no `/proc/net/tcp`, as on macOS."""
    try:
        with open(os.path.join(directory, ".dolt", "sql-server.info")) as file:
            port = int(file.read().split(":")[1])
        with open("/proc/net/tcp") as file:
            lines = [line.split() for line in file.readlines()[1:]]
    except (OSError, ValueError, IndexError):
        return set()
    return {line[3] for line in lines if int(line[1].split(":")[1], 16) == port} & {_ESTABLISHED, _CLOSE_WAIT}


def _stop(server: int) -> int:
    os.kill(server, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    pause = 0.001
    while time.monotonic() < deadline:
        pid, status = os.waitpid(server, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
    os.kill(server, signal.SIGKILL)
    return _reap(server)


def _reap(server: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(server, 0)[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
