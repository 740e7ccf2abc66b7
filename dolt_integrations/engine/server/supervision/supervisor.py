"""Runs one private `dolt sql-server` for as long as any process holds its lease. Standard library only.

    python -I -S -c "$START" FOLDER_OF_THIS_FILE RUNTIME_FOLDER < order

It is started before the runtime folder is made, and first waits for its order (`pack`): the database directory, the
command and its environment. If its standard input ends without one, the process that started it was killed or needs no
server; then it removes the folder once no process holds the lease. So a signal at any time leaves no files.

Users of the server hold a shared lock on `RUNTIME_FOLDER/lease`. This process waits for the exclusive one, which the
kernel grants once the last user has released its lock or was killed. Then it stops the server and removes the folder.
New users wait until it releases the exclusive lock, and then start another server.

If this process is killed, the kernel ends the server (`_end_with_the_supervisor`).

It and its server hold a shared lock on `RUNTIME_FOLDER/served` as long as they live. If that is not locked, no
supervisor will remove the folder, and the last user does. This process alone holds one on `RUNTIME_FOLDER/supervised`:
the last user waits until that is free, whoever started the server.
"""

import fcntl
import os
import sys
import time

START = "import sys; sys.path.append(sys.argv[1]); import supervisor; supervisor.run(sys.argv[2])"
"""Starts this program. An imported module has its compiled code cached, a script is compiled each time."""

GRACE = 10.0
"""Seconds that the server has to stop before it is killed."""

NOTICE = 0.05
"""Seconds within which the server notices that a client has gone."""

LAST_STATEMENT = 5.0
"""Seconds that the server has to finish a statement of a client that has gone."""

_PAUSE = 0.001

SERVED = "served"
"""The file in a runtime folder that is locked while a supervisor or a server lives there."""

SUPERVISED = "supervised"
"""The file in a runtime folder that is locked while a supervisor lives there."""


class ServerExited(Exception):
    """The server ended by itself."""


_END = b"\0end of the order"
"""Ends every complete order. One whose writer was killed lacks it."""


def pack(directory: str, command: list[str], environment: dict[str, str]) -> bytes:
    """Return an order as bytes: the directory, the command and the environment, as NUL-terminated strings."""
    settings = [f"{name}={value}" for name, value in environment.items()]
    return b"\0".join(map(os.fsencode, [directory, *command, "", *settings])) + _END


def unpack(order: bytes) -> tuple[str, list[str], dict[str, str]] | None:
    """Return what `pack` was given, or None if the order is incomplete."""
    if not order.endswith(_END):
        return None
    parts = [os.fsdecode(part) for part in order[: -len(_END)].split(b"\0")]
    end = parts.index("")
    return parts[0], parts[1:end], dict(part.split("=", 1) for part in parts[end + 1 :])


def run(folder: str) -> None:
    """Do what `main` does, and end the process at once. Nothing is left to be flushed or finalized."""
    os._exit(main(folder))


def main(folder: str) -> int:
    """Wait for the order and carry it out."""
    order = unpack(sys.stdin.buffer.read())
    if order is None:
        return _clean_up(folder)
    directory, command, environment = order
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    return _supervise(folder, directory, command)


def _clean_up(folder: str) -> int:
    """Remove the runtime folder once its lease is free, unless another supervisor is responsible for it."""
    try:
        lease = os.open(os.path.join(folder, "lease"), os.O_RDWR)
    except OSError:
        return 0
    fcntl.flock(lease, fcntl.LOCK_EX)
    if not _is_served(folder):
        _remove(folder, lease)
    return 0


def _is_served(folder: str) -> bool:
    try:
        served = os.open(os.path.join(folder, SERVED), os.O_RDWR)
        fcntl.flock(served, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    os.close(served)
    return False


def _supervise(folder: str, directory: str, command: list[str]) -> int:
    """Start the server, wait for the last user to leave, stop it. Returns the server's exit code."""
    lease = os.open(os.path.join(folder, "lease"), os.O_RDWR)
    _show_alive(folder)
    server = _start(folder, command)
    import signal  # takes 3 ms, during which the server is starting

    try:
        signal.signal(signal.SIGCHLD, _raise_exited)
        if os.waitpid(server, os.WNOHANG)[0]:
            raise ServerExited
        fcntl.flock(lease, fcntl.LOCK_EX)
    except ServerExited:
        remove_unused(folder, lease)
        return _reap(server)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _wait_for_statements(directory)
    code = _stop(server)
    _remove(folder, lease)
    return code


def _show_alive(folder: str) -> None:
    served = os.open(os.path.join(folder, SERVED), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(served, fcntl.LOCK_SH)
    os.set_inheritable(served, True)
    supervised = os.open(os.path.join(folder, SUPERVISED), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(supervised, fcntl.LOCK_SH)


def remove_unused(folder: str, lease: int) -> None:
    """Remove a runtime folder if no one else holds its lease. The caller may lose its own lock on it."""
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    _remove(folder, lease)


def is_at(file: int, path: str) -> bool:
    """Whether the open file is still the one at the path. It is not if the folder has been removed and made again."""
    try:
        return os.fstat(file).st_ino == os.stat(path).st_ino
    except FileNotFoundError:
        return False


def _remove(folder: str, lease: int) -> None:
    """Remove the folder if the lease, which we hold exclusively, still belongs to it.

    The folder is renamed first, so that a process that makes it again in the meantime loses no files.
    """
    gone = f"{folder}.{os.getpid()}"
    try:
        if is_at(lease, os.path.join(folder, "lease")):
            os.rename(folder, gone)
    except OSError:
        return
    _remove_tree(gone)


def _remove_tree(folder: str) -> None:
    """Do what `shutil.rmtree` does. Importing shutil would take longer than everything else in this process."""
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


def _start(folder: str, command: list[str]) -> int:
    end, alive = os.pipe()  # the kernel closes `alive`, which only this process has, when this process ends
    pid = os.fork()
    if pid:
        os.close(end)
        return pid
    try:
        os.close(alive)
        _end_with_the_supervisor(end)
        log = os.open(os.path.join(folder, "server.log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    finally:
        os._exit(127)


def _end_with_the_supervisor(end: int) -> None:
    """Let the kernel send this process, and the server that it becomes, SIGTERM when a pipe has no writer any more.

    So a server does not outlive a supervisor that was killed. Linux only (fcntl(2), F_SETSIG). PR_SET_PDEATHSIG does
    the same, but needs ctypes, whose import takes longer than everything else here.
    """
    if not hasattr(fcntl, "F_SETSIG"):
        return
    os.set_inheritable(end, True)
    try:
        fcntl.fcntl(end, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(end, fcntl.F_SETSIG, 15)  # SIGTERM
        fcntl.fcntl(end, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.read(end, 1)
    except OSError:  # there is nothing to read yet, or the kernel has no such signals
        return
    os._exit(1)  # the supervisor has ended already


def _wait_for_statements(directory: str) -> None:
    """Let the server finish the statements of clients that were killed.

    A merge that is stopped halfway (Dolt 1.83) has moved the branch but not its tables, which then look changed.
    Clients that end normally have closed their connections before, so there is nothing to wait for.
    """
    start = time.monotonic()
    time.sleep(_PAUSE)  # most connections are gone by then; a look costs more where a machine has many
    while states := _connections(directory):
        limit = LAST_STATEMENT if _CLOSE_WAIT in states else NOTICE
        if time.monotonic() - start > limit:
            return
        time.sleep(_PAUSE)


_ESTABLISHED, _CLOSE_WAIT = "01", "08"
"""Connection states in proc(5): open on both sides, or closed by the client and not yet by the server."""


def _connections(directory: str) -> set[str]:
    """Return the states of the server's open connections; empty without `/proc/net/tcp`, as on macOS."""
    try:
        with open(os.path.join(directory, ".dolt", "sql-server.info")) as file:
            port = int(file.read().split(":")[1])
        with open("/proc/net/tcp") as file:
            lines = [line.split() for line in file if f":{port:04X} " in line]
    except (OSError, ValueError, IndexError):
        return set()
    return {line[3] for line in lines if int(line[1].split(":")[1], 16) == port} & {_ESTABLISHED, _CLOSE_WAIT}


def _stop(server: int) -> int:
    from signal import SIGKILL, SIGTERM

    os.kill(server, SIGTERM)
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline:
        pid, status = os.waitpid(server, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_PAUSE)
    os.kill(server, SIGKILL)
    return _reap(server)


def _reap(server: int) -> int:
    try:
        return os.waitstatus_to_exitcode(os.waitpid(server, 0)[1])
    except ChildProcessError:  # it was reaped when it was found to have ended
        return 1
