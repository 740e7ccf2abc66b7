"""Where the tests keep their temporary files: in memory if there is room, which saves a quarter of the time of dolt."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - each run makes a folder of its own in it
ROOM = 6 * 1024**3
"""Bytes that have to be free in it."""

PYTEST_ROOT = "PYTEST_DEBUG_TEMPROOT"
"""The variable that names the folder in which pytest makes `tmp_path`, and keeps that of tests that failed."""


def use_memory() -> None:
    """Keep temporary files in memory, also those of child processes, unless TMPDIR is set or memory is not suitable.

    What Flyte and dolt leave in TMPDIR is removed at the end of the run.
    """
    if "TMPDIR" in os.environ or not _has_room():
        return
    folder, owner = tempfile.mkdtemp(prefix="tests-", dir=MEMORY), os.getpid()
    Path(folder).chmod(0o1777)  # like /tmp, because some tests start processes as other users
    os.environ.setdefault(PYTEST_ROOT, str(MEMORY))
    os.environ["TMPDIR"] = folder
    tempfile.tempdir = None

    def remove() -> None:
        if os.getpid() == owner:  # but not in a forked child
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)


def _has_room() -> bool:
    """Whether enough is free. Programs have to run there as well, which Docker's `--shm-size` does not allow."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return False
    return not os.statvfs(MEMORY).f_flag & getattr(os, "ST_NOEXEC", 0)
