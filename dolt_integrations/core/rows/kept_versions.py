"""An index of a table's versions in the cache, from which newer versions can be built by their differences.

    <key of the table>.versions    a line for each version, newest last: a commit that has it, and Dolt's table hash

It is only a hint: readers ask the server which version of the table the commit has.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from dataclasses import dataclass

from dolt_integrations.core.rows.cache_folder import folder, read_own
from dolt_integrations.core.whole_file import whole_file
from dolt_integrations.limits import limits

logger = logging.getLogger(__name__)

_LINE = re.compile(r"([0-9a-v]{32}) ([0-9a-v]{32})")


@dataclass(frozen=True)
class KeptVersion:
    """A cached version of a table.

    Attributes:
        commit: A commit that has the version.
        table_hash: Dolt's hash of the table.
    """

    commit: str
    table_hash: str


def kept_versions(source: str, table: str) -> list[KeptVersion]:
    """Return the versions of a table that the local cache listed, newest first. Some may have been removed since.

    Args:
        source: Their source, as of `ServerAddress.source`.
        table: The table, in any case.
    """
    place = folder(make=False)
    if place is None:
        return []
    try:
        content = read_own(place / _name(source, table))
    except (OSError, ValueError):
        return []
    found = map(_LINE.fullmatch, content.decode("ascii", "replace").splitlines())
    return [KeptVersion(*match.groups()) for match in found if match][::-1]


def note_version(source: str, table: str, version: KeptVersion) -> None:
    """List a version of a table that was just cached, unless it is listed already."""
    known = kept_versions(source, table)
    if any(each.table_hash == version.table_hash for each in known):
        return
    place = folder(make=False)
    if place is None:
        return
    lines = "".join(f"{each.commit} {each.table_hash}\n" for each in [version, *known][: limits().kept_versions][::-1])
    path = place / _name(source, table)
    try:
        with whole_file(path, place / f"{path.stem}.{secrets.token_hex(4)}.part", mode=0o600) as file:
            file.write(lines.encode())
    except OSError as error:
        logger.info("cannot list version %s of table %s in the cache: %s", version.table_hash, table, error)


def table_key(source: str, table: str) -> str:
    """Return the name under which a cache lists the versions of a table.

    Args:
        source: Their source, as of `ServerAddress.source`.
        table: The table, in any case.
    """
    return hashlib.sha256(f"{source}\0table\0{table.lower()}".encode()).hexdigest()[:32]


def _name(source: str, table: str) -> str:
    return f"{table_key(source, table)}.versions"
