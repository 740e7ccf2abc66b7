"""The limit for a file's size in memory: a few kilobytes can expand to gigabytes, and get the process killed.

DOLT_INTEGRATIONS_FILE_LIMIT   the most bytes that a file's content may take; the default is half of the memory
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dolt_integrations.errors import ConfigError, FileError

LIMIT = "DOLT_INTEGRATIONS_FILE_LIMIT"

_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Files with a container's memory limit (kernel documentation, cgroup v2 and v1)."""

_CHUNK = 1 << 20


def file_limit() -> int:
    """Return the most bytes that a file's content may take.

    Raises:
        ConfigError: The environment variable is not a positive number.
    """
    said = os.environ.get(LIMIT, "")
    if not said:
        return _memory() // 2
    if not said.isdecimal() or len(said) > 18 or int(said) == 0:
        raise ConfigError(f"{LIMIT} is {said!r}", hint="Set it to a number of bytes.")
    return int(said)


def _memory() -> int:
    found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for name in _CGROUPS:
        try:
            said = Path(name).read_text().strip()
        except OSError:
            continue
        found = min(found, int(said)) if said.isdecimal() else found
    return found


def read_bounded(file: Any, where: str) -> bytes:
    """Return the content of an open binary file, which may decompress it.

    Raises:
        FileError: The content is larger than the limit.
        OSError: The file cannot be read.
    """
    limit, size, chunks = file_limit(), 0, []
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise too_large(where, limit)
        chunks.append(chunk)
    return b"".join(chunks)


def too_large(where: str, limit: int) -> FileError:
    """Return the error for a file whose content exceeds the limit."""
    hint = f"Split it, or if this size is expected, allow more bytes: {LIMIT}."
    return FileError(f"{where} would take more than {limit} bytes of memory", hint=hint)
