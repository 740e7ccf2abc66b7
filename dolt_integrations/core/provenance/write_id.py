"""Write ids: permanent names of writes, in the trailer `Write-Id` of their commits, by which a retry finds them.

A write of a workflow's node is named by its content (`WriteName`). Others are named by the caller, or at random.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from dolt_integrations.core.provenance.trailers import trailer_values, trailers_of, with_trailers
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


logger = logging.getLogger(__name__)

_TRAILER = "Write-Id"
_ROWS = "Write-Rows"
_ATTEMPT = "Write-Attempt"
_MODES = "Write-Mode"
_SUPERSEDES = "Supersedes"


@dataclass(frozen=True)
class WriteName:
    """The name of a node's write, which is the same in each attempt that writes the same rows.

    Attributes:
        node: The execution and its node.
        tables: The tables that are written, in lower case.
        branch: The branch that is written to.
        modes: The mode of each table.
        digest: The digest of the rows.
        count: The number of this write among equal writes, counted from 1.

    Example:
        >>> str(WriteName("ex:p:d:n/n0", ("users",), "main", ("append",), "0a1b", 1))
        'ex:p:d:n/n0/users/main/append/0a1b/1'
    """

    node: str
    tables: tuple[str, ...]
    branch: str
    modes: tuple[str, ...]
    digest: str
    count: int = 1

    def __str__(self) -> str:
        """Return the write id."""
        parts = (_joined(self.tables), quote(self.branch, safe=""), _joined(self.modes), self.digest)
        return "/".join([self.node, *parts, str(self.count)])


def check_write_id(write_id: str | None) -> None:
    """Refuse a write id that could not be read back from a trailer.

    Raises:
        ConfigError: It is not a string, is blank, or has line breaks, tabs, or leading, trailing or repeated spaces.

    Example:
        >>> check_write_id("import-2026-11-26")
    """
    if write_id is None or (isinstance(write_id, str) and write_id and " ".join(write_id.split()) == write_id):
        return
    hint = "Use a string of one line, without leading, trailing or repeated spaces."
    raise ConfigError(f"write_id {write_id!r} cannot be part of a commit message", hint=hint)


def with_write_id(message: str, write_id: str | None, *, rows: str | None = None) -> str:
    """Return the commit message of a write.

    Args:
        message: The message without the id.
        write_id: The write id. None returns the message unchanged.
        rows: The digest of the rows, if the id does not contain it.

    Example:
        >>> print(with_write_id("Add users", "run-1"))
        Add users
        <BLANKLINE>
        Write-Id: run-1
    """
    if write_id is None:
        return message
    return with_trailers(message, {**({_ROWS: rows} if rows else {}), _TRAILER: write_id})


def superseded_in(message: str) -> tuple[str, ...]:
    """Return the commits of earlier attempts that a commit took back according to its message."""
    return trailer_values(message, _SUPERSEDES)


def with_attempt(message: str, name: WriteName, attempt: int, modes: Sequence[str] = ()) -> str:
    """Return the commit message of an attempt's write.

    Args:
        message: The message without the name.
        name: The name of the write.
        attempt: The attempt's number.
        modes: The modes in which the tables are actually written, if they differ from those in the name.
    """
    trailers = {_MODES: ",".join(modes)} if modes and tuple(modes) != name.modes else {}
    return with_trailers(message, {**trailers, _ATTEMPT: str(attempt), _TRAILER: str(name)})


def superseding(message: str, commits: Iterable[str]) -> str:
    """Return the message of a commit that takes back commits of earlier attempts.

    Example:
        >>> print(superseding("Add users", ["abc"]))
        Add users
        <BLANKLINE>
        Supersedes: abc
    """
    for commit in commits:
        message = with_trailers(message, {_SUPERSEDES: commit})
    return message


def superseded_by(message: str) -> tuple[str, ...]:
    """Return the commits that a message names as superseded."""
    return trailer_values(message, _SUPERSEDES)


def without_superseding(message: str) -> str:
    r"""Return a message without the trailers that name superseded commits.

    Example:
        >>> without_superseding("Add users\n\nWrite-Id: a\nSupersedes: abc")
        'Add users\n\nWrite-Id: a'
    """
    lines = [f"{_SUPERSEDES}: {commit}" for commit in trailer_values(message, _SUPERSEDES)]
    return "\n".join(line for line in message.splitlines() if line not in lines).rstrip()


def write_id_of(message: str) -> str | None:
    r"""Return the write id that a commit's message names.

    Example:
        >>> write_id_of("Add users\n\nWrite-Id: run-1")
        'run-1'
    """
    return trailers_of(message).get(_TRAILER)


def rows_digest_of(message: str) -> str | None:
    """Return the digest of the rows that a commit's message names, or None."""
    return trailers_of(message).get(_ROWS)


def node_of(message: str) -> str | None:
    """Return the node whose attempt made a commit, or None.

    Example:
        >>> name = WriteName("ex:p:d:n/n0", ("users",), "main", ("append",), "0a1b")
        >>> node_of(with_attempt("Add users", name, attempt=0)), node_of("Add users")
        ('ex:p:d:n/n0', None)
    """
    name = _named(write_id_of(message))
    return name.node if name is not None else None


def _named(write_id: str | None) -> WriteName | None:
    parts = (write_id or "").rsplit("/", 5)
    if len(parts) < 6 or not parts[5].isdecimal():
        return None
    node, tables, branch, modes, digest, count = parts
    return WriteName(node, _split(tables), unquote(branch), _split(modes), digest, int(count))


def _joined(names: Sequence[str]) -> str:
    return ",".join(quote(name, safe="") for name in names)


def _split(text: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in text.split(","))


def renamed(name: WriteName, count: int) -> WriteName:
    """Return the name with another number among equal writes."""
    return replace(name, count=count)
