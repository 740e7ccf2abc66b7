"""Runs one dolt command for as long as the process that wants it lives. Standard library only.

    python -I -S errand.py RUNTIME_FOLDER FOLDER dolt clone ...

Whoever started this process holds the other end of its standard input. When that is closed, by its death too, the
command is ended and the folder that it was making removed, and the runtime folder where nobody else uses it. Both are
in a session of their own: Ctrl-C in a terminal goes to whoever waits for them, who then ends them in this way.
"""

import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import time

TIME_TO_STOP = 0.5
"""Seconds that the command gets to stop before it is killed."""

ATTEMPTS = 20
"""How often it is tried to remove a folder that others write to."""


def main(runtime: str, folder: str, command: list[str]) -> int:
    """Run the command; return its exit code, or 1 where nobody wants it any more."""
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
            _remove_unused(runtime)
            return 1
        os.read(wake, 4096)
    return child.returncode


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(TIME_TO_STOP)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _remove_unused(runtime: str) -> None:
    """Remove a runtime folder of which nobody holds the lease; renamed first, as somebody may make it anew."""
    gone = f"{runtime}.{os.getpid()}"
    try:
        lease = os.open(os.path.join(runtime, "lease"), os.O_RDWR)
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(runtime, gone)
    except OSError:
        return
    for _ in range(ATTEMPTS):  # a process that is being stopped may write to it while it is removed
        shutil.rmtree(gone, ignore_errors=True)
        if not os.path.exists(gone):
            return
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
