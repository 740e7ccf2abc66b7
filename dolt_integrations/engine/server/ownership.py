"""Whose a database's directory is. One of another user, or that others may write to, is not opened.

Who may write to a directory decides what is run on it: `.dolt/config.json` holds settings of the server,
`.dolt/repo_state.json` the URLs that a push goes to, `.dolt/sql-server.info` the port that we connect to. So they have
to belong to this user or to root, as Git asks it of a repository (git-config, `safe.directory`), and nobody else may
write them. Exceptions are named in the environment:

    DOLT_INTEGRATIONS_SAFE_DIRECTORY   real paths, separated as in PATH; `/data/*` is all below /data, `*` is any

`dolt init` makes two files that everybody may write (mode 0777), whatever the umask is, and makes them anew with that
mode whenever it writes them. Refusing these would refuse every database that a user has made, so where they are this
user's own, they are made private. Everything else that others may write is refused, because somebody made it so.
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
    """Refuse a database's directory, or an empty one, that others may have written to; make private what is our own.

    Raises:
        UnsafeDirectoryError: It belongs to another user, or others may write to it; the hint says what mends that.
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
            hint = f"`chmod -R go-w {real}` takes that right away; look first at what has been written. {_EXCEPTION}"
            raise UnsafeDirectoryError(f"other users may write to {place}", hint=hint)


def _belongs_to(owner: int, place: Path, directory: Path) -> UnsafeDirectoryError:
    hint = f"Let its owner serve it (mysql://...), or if you trust them: export {SAFE}={directory}"
    return UnsafeDirectoryError(f"{place} belongs to another user, {_name_of(owner)}", hint=hint)


_EXCEPTION = f"Where nobody else is on the machine, {SAFE} may name the directory."


def _places(directory: Path) -> Iterator[Path]:
    """Yield the folders of a database, and what lies in those that hold its settings and its commits."""
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
    """Let only this user read or write the files that Dolt lets everybody write, where they are this user's own."""
    for name in _MADE_BY_DOLT:
        path = directory / ".dolt" / name
        try:
            found = path.lstat()
            if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_mode & 0o077:
                path.chmod(0o600)
        except OSError as error:
            logger.debug("%s stays as it is: %s", path, error)


def read_trusted(directory: Path, name: str) -> str:
    """Return the beginning of a file in a database's directory; nothing where another user may have written it.

    Raises:
        OSError: It is not there.
    """
    # Without waiting: a pipe in the place of a file would keep us.
    with open(os.open(directory / name, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        found = os.fstat(file.fileno())
        ours = found.st_uid in trusted_users() and not found.st_mode & 0o022
        if not (ours or is_excepted(Path(os.path.realpath(directory)))):
            logger.warning("%s is not believed: other users may have written it", directory / name)
            return ""
        return file.read(4096).decode()


def is_excepted(directory: Path) -> bool:
    """Whether the environment names a directory as one to be trusted, whoever owns it.

    Args:
        directory: Its real path.
    """
    for entry in filter(None, os.environ.get(SAFE, "").split(os.pathsep)):
        below = entry.endswith("/*") and str(directory).startswith(entry[:-1])
        if entry == "*" or below or str(directory) == os.path.realpath(entry):
            return True
    return False


def trusted_users() -> set[int]:
    """Return the ids of this user and of root, and of who became root by sudo, as Git does."""
    users = {0, os.geteuid()}
    said = os.environ.get("SUDO_UID", "")
    return users | {int(said)} if os.geteuid() == 0 and said.isdecimal() and len(said) < 12 else users


def may_others_write(found: os.stat_result) -> bool:
    """Whether other users may write a file: all of them, or a group that has other members."""
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_own_group(found.st_gid)


def _is_own_group(group: int) -> bool:
    """Whether nobody else is known to be in a group, as in those that many systems make for each user."""
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
