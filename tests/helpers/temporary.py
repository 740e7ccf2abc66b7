"""Where the tests keep their temporary files: in memory if there is room, which saves a quarter of the time of dolt."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - each run makes a folder of its own in it
ROOM = 6 * 1024**3
"""Bytes that have to be free in it."""


def use_memory() -> None:
    """Keep temporary files in memory, those of child processes too, unless TMPDIR is set or too little is free."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None
