"""Reading files on disk, and writing them atomically."""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path

from dolt_integrations.core.files.limit import read_bounded
from dolt_integrations.core.whole_file import whole_file
from dolt_integrations.engine import nearest
from dolt_integrations.errors import FileError, StorageError

_DESCRIPTOR = re.compile(r"/(dev/stdout|dev/stderr|dev/fd/\d+|proc/self/fd/\d+)")
_STREAMS = {"dev/stdout": 1, "dev/stderr": 2}


def read_bytes(filename: str | os.PathLike[str], where: str) -> bytes:
    """Return the content of a file.

    Raises:
        FileError: It is missing, a directory, too large, or cannot be read.
    """
    try:
        with Path(filename).open("rb") as file:
            return read_bounded(file, where)
    except FileError:
        raise
    except FileNotFoundError as error:
        folder = Path(filename).parent
        around = [entry.name for entry in folder.iterdir()] if folder.is_dir() and os.access(folder, os.R_OK) else []
        raise FileError(f"there is no {where}", hint=nearest(Path(filename).name, around)) from error
    except IsADirectoryError as error:
        raise FileError(f"{where} is a directory", hint="Name a file in it.") from error
    except (OSError, ValueError) as error:
        raise FileError(f"{where} cannot be read: {error}", hint="Check its permissions and its name.") from error


def write_bytes(data: bytes, path: Path, where: str) -> None:
    """Write a file atomically: after a failure it is unchanged.

    Raises:
        StorageError: It cannot be written.
    """
    try:
        stream = _DESCRIPTOR.fullmatch(str(path))
        path = path if stream else path.resolve()
        if stream:  # not resolved: if it is redirected to a file, the file may have more than this
            with open(os.dup(_STREAMS.get(stream[1]) or int(stream[1].rpartition("/")[2])), "wb") as file:
                file.write(data)
        elif path.exists() and not path.is_file():
            path.write_bytes(data)  # a pipe or a device cannot be replaced
        else:
            _replace(data, path)
    except (OSError, ValueError, RuntimeError) as error:
        hint = f"Free space in {path.parent}, or choose another directory."
        raise StorageError(f"{where} cannot be written: {error}", hint=hint) from error


def _replace(data: bytes, path: Path) -> None:
    """Write to an unnamed or temporary file, which then replaces the path in one step."""
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}")
    with whole_file(path, beside) as file:
        file.write(data)
        if path.exists():
            os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
        file.flush()
        os.fsync(file.fileno())
