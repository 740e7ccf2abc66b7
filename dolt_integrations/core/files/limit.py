"""How large a file may become in memory: a few kilobytes can say gigabytes, and a process that is killed says nothing.

DOLT_INTEGRATIONS_FILE_LIMIT   bytes that a file's content may take; half of the memory, unless said
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dolt_integrations.errors import ConfigError, FileError

LIMIT = "DOLT_INTEGRATIONS_FILE_LIMIT"

_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""What a container may use (kernel documentation, cgroup v2 and v1)."""

_CHUNK = 1 << 20


def file_limit() -> int:
    """Return the bytes that a file's content may take.

    Raises:
        ConfigError: The environment says what is no number.
    """
    said = os.environ.get(LIMIT, "")
    if not said:
        return _memory() // 2
    if not said.isdecimal() or len(said) > 18 or int(said) == 0:
        raise ConfigError(f"{LIMIT} is {said!r}", hint="Give it a number of bytes.")
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
    """Return the content of an open file of bytes, which may decompress them.

    Raises:
        FileError: It is larger than the limit.
        OSError: It cannot be read.
    """
    limit, size, chunks = file_limit(), 0, []
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise too_large(where, limit)
        chunks.append(chunk)
    return b"".join(chunks)


def too_large(where: str, limit: int) -> FileError:
    """Return the error for a file that becomes too large."""
    hint = f"Split it, or if it is what you expect, allow more bytes: {LIMIT}."
    return FileError(f"{where} would take more than {limit} bytes of memory", hint=hint)
