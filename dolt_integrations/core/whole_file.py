"""Writing files atomically: a file appears complete or not at all, even if the process is killed."""

from __future__ import annotations

import contextlib
import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DESCRIPTORS = "/proc/self/fd"


@contextmanager
def whole_file(path: Path, beside: Path, *, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """Yield a file that atomically gets its path when the block ends. If the block raises, no file is left.

    On Linux the file has no name until then (`O_TMPFILE`), so even `kill -9` leaves none. If the path exists, and on
    other platforms and filesystems, the file is renamed from `beside`.

    Args:
        path: The final path.
        beside: An unused path in the same directory.
        mode: The permissions, which the umask restricts.

    Raises:
        OSError: It cannot be written.
    """
    unnamed = _unnamed(path.parent, mode)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with open(unnamed if unnamed is not None else os.open(beside, flags, mode), "wb") as file:
            yield file
            file.flush()
            if unnamed is not None and _is_linked(file.fileno(), path, beside):
                return
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _unnamed(folder: Path, mode: int) -> int | None:
    """Open a file without a name, or return None if the platform or filesystem cannot create or link one."""
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir(_DESCRIPTORS):
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY, mode)
    except OSError:
        return None


def _is_linked(file: int, path: Path, beside: Path) -> bool:
    """Link a file to its path, or to `beside` if the path exists. Returns whether it has its path."""
    try:
        _link(file, path)
    except FileExistsError:
        _link(file, beside)
        return False
    return True


def _link(file: int, path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:  # with directory descriptors Python calls linkat, which follows the symlink in /proc to the file
        os.link(f"{_DESCRIPTORS}/{file}", path.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)
