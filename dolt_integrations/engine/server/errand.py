"""Runs one dolt command for as long as the process that wants it lives. Standard library only.

    python -I -S errand.py RUNTIME_FOLDER FOLDER dolt clone ...

The process that started this one holds the other end of its standard input. When that is closed, by its death too,
the command is ended and the folder that it was making removed. Both are in a session of their own: Ctrl-C in a terminal
goes to the process that waits for them, which then ends them in this way.

The command writes into the runtime folder, so a lease on that is held as long as it runs: see `supervisor`, which
removes the folder.
"""

import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys

TIME_TO_STOP = 0.5
"""Seconds that the command gets to stop before it is killed."""


def main(runtime: str, folder: str, command: list[str]) -> int:
    """Run the command; return its exit code, or 1 where it is not wanted any more."""
    if not _lease(runtime):
        return 1
    wake, woken = os.pipe()
    signal.signal(signal.SIGCHLD, lambda *_: None)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - it is dolt
    while child.poll() is None:
        ready, _, _ = select.select([0, wake], [], [])
        if 0 in ready:
            _stop(child)
            shutil.rmtree(folder, ignore_errors=True)
            return 1
        os.read(wake, 4096)
    return child.returncode


def _lease(runtime: str) -> bool:
    """Hold a lease until this process ends; False if the runtime folder is being removed."""
    path = os.path.join(runtime, "lease")
    try:
        lease = os.open(path, os.O_RDWR)
        fcntl.flock(lease, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return os.fstat(lease).st_ino == os.stat(path).st_ino
    except FileNotFoundError:
        return os.path.isdir(runtime)  # no process leases it
    except OSError:
        return False


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(TIME_TO_STOP)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
