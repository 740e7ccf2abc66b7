"""Files that are there whole or not at all, however the process ends that writes them."""

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
    """Yield a file that takes its path when the block ends, in one step; a block that raises leaves none.

    On Linux the file has no name until then (`O_TMPFILE`), so that SIGTERM and `kill -9` leave none either. Where the
    path is taken, and on other platforms and filesystems, it is renamed from `beside`.

    Args:
        path: Where the file is to be.
        beside: A name in the same directory that nothing has.
        mode: The permissions, less the umask.

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
    """Open a file without a name; None where there are none, or none that could be given a name."""
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir(_DESCRIPTORS):
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY, mode)
    except OSError:
        return None


def _is_linked(file: int, path: Path, beside: Path) -> bool:
    """Name a file: by its path if that is free, else by the other one. Returns whether it has its path."""
    try:
        _link(file, path)
    except FileExistsError:
        _link(file, beside)
        return False
    return True


def _link(file: int, path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:  # with a descriptor of the folder Python calls linkat, which follows the link in /proc to the file
        os.link(f"{_DESCRIPTORS}/{file}", path.name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)
