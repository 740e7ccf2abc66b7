"""Who owns a database directory. One that another user owns, or that others may write to, is not opened.

Whoever may write to a directory decides what is run on it: `.dolt/config.json` holds settings of the server,
`.dolt/repo_state.json` the URLs that a push goes to, `.dolt/sql-server.info` the port that we connect to. So they have
to belong to this user or to root, as Git requires of a repository (git-config, `safe.directory`), and no other user may
be able to write to them. Exceptions are named in the environment:

    DOLT_INTEGRATIONS_SAFE_DIRECTORY   real paths, separated as in PATH; `/data/*` is all below /data, `*` is any

`dolt init` makes two world-writable files (mode 0777), whatever the umask is, and recreates them with that mode when it
writes them. Refusing these would refuse every database that a user has made, so the files are made private if this
user owns them. Anything else that others may write to is refused, because its mode was set on purpose.
"""

from __future__ import annotations

import grp
import logging
import os
import pwd
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from dolt_integrations.errors import UnsafeDirectoryError

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

SAFE = "DOLT_INTEGRATIONS_SAFE_DIRECTORY"

_MADE_BY_DOLT = ("config.json", "repo_state.json")
_FOLDERS = (".", ".dolt", ".dolt/noms", ".dolt/noms/oldgen")


def check_ownership(directory: Path) -> None:
    """Refuse a database directory, or an empty one, that others may have written to; make our own files private.

    Raises:
        UnsafeDirectoryError: It belongs to another user, or others may write to it. The hint names the command to run.
    """
    real = Path(os.path.realpath(directory))
    if is_excepted(real):
        return
    make_private(real)
    for place in _places(real):
        try:
            found = place.stat()
        except OSError:
            continue
        if found.st_uid not in trusted_users():
            raise _belongs_to(found.st_uid, place, real)
        if may_others_write(found):
            hint = f"Check what they have written, then run `chmod -R go-w {real}`. {_EXCEPTION}"
            raise UnsafeDirectoryError(f"other users may write to {place}", hint=hint)


def _belongs_to(owner: int, place: Path, directory: Path) -> UnsafeDirectoryError:
    hint = f"Let its owner serve it (mysql://...), or if you trust them: export {SAFE}={directory}"
    return UnsafeDirectoryError(f"{place} belongs to another user, {_name_of(owner)}", hint=hint)


_EXCEPTION = f"If no one else uses this machine, you can list the directory in {SAFE}."


def _places(directory: Path) -> Iterator[Path]:
    """Yield the folders of a database, and the files in those that hold its settings and its commits."""
    for name in _FOLDERS:
        folder = directory / name
        yield folder
        if name != ".":
            yield from _files(folder)


def _files(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if not entry.is_dir()]
    except OSError:
        return []


def make_private(directory: Path) -> None:
    """Remove other users' access from the files that Dolt makes world-writable, if this user owns them."""
    for name in _MADE_BY_DOLT:
        path = directory / ".dolt" / name
        try:
            found = path.lstat()
            if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_mode & 0o077:
                path.chmod(0o600)
        except OSError as error:
            logger.debug("could not change the permissions of %s: %s", path, error)


def read_trusted(directory: Path, name: str) -> str:
    """Return the first 4096 bytes of a file in a database directory, or "" if another user may have written it.

    Raises:
        OSError: The file does not exist.
    """
    # Non-blocking: a named pipe in place of the file would make us wait for ever.
    with open(os.open(directory / name, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        found = os.fstat(file.fileno())
        ours = found.st_uid in trusted_users() and not found.st_mode & 0o022
        if not (ours or is_excepted(Path(os.path.realpath(directory)))):
            logger.warning("ignoring %s, which other users may have written", directory / name)
            return ""
        return file.read(4096).decode()


def is_excepted(directory: Path) -> bool:
    """Whether the environment lists a directory as trusted regardless of its owner.

    Args:
        directory: Its real path.
    """
    for entry in filter(None, os.environ.get(SAFE, "").split(os.pathsep)):
        below = entry.endswith("/*") and str(directory).startswith(entry[:-1])
        if entry == "*" or below or str(directory) == os.path.realpath(entry):
            return True
    return False


def trusted_users() -> set[int]:
    """Return the ids of this user, of root, and of the user who ran sudo, as Git does."""
    users = {0, os.geteuid()}
    said = os.environ.get("SUDO_UID", "")
    return users | {int(said)} if os.geteuid() == 0 and said.isdecimal() and len(said) < 12 else users


def may_others_write(found: os.stat_result) -> bool:
    """Whether other users may write to a file: all of them, or a group that has other members."""
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_own_group(found.st_gid)


def _is_own_group(group: int) -> bool:
    """Whether a group has no other known members, such as the group that many systems make for each user."""
    own = {_name_of(user) for user in trusted_users()}
    try:
        members = set(grp.getgrgid(group).gr_mem)
    except KeyError:
        return True
    return members <= own and all(user.pw_name in own for user in pwd.getpwall() if user.pw_gid == group)


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
