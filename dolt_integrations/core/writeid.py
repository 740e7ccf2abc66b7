"""Write ids: what names a write for good, in the trailer `Write-Id` of its commit, so that a retry finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.messages import trailers_of, with_trailers
from dolt_integrations.engine.procedures import find_message
from dolt_integrations.errors import BranchNotFoundError, ConfigError

if TYPE_CHECKING:
    from dolt_integrations.engine import Database

_TRAILER = "Write-Id"


def check_write_id(write_id: str | None) -> None:
    """Refuse a write id that would not be found again in a trailer.

    Raises:
        ConfigError: It is blank, or has line breaks, tabs or several blanks in a row.
    """
    if write_id is None or (isinstance(write_id, str) and write_id and " ".join(write_id.split()) == write_id):
        return
    hint = "Give a text of one line, without blanks around it."
    raise ConfigError(f"write_id {write_id!r} cannot stand in a commit's message", hint=hint)


def with_write_id(message: str, write_id: str | None) -> str:
    """Return the message of the commit of a write.

    Example:
        >>> print(with_write_id("Add users", "run-1"))
        Add users
        <BLANKLINE>
        Write-Id: run-1
    """
    return with_trailers(message, {_TRAILER: write_id} if write_id is not None else {})


def write_id_of(message: str) -> str | None:
    r"""Return the write id that a commit's message names.

    Example:
        >>> write_id_of("Add users\n\nWrite-Id: run-1")
        'run-1'
    """
    return trailers_of(message).get(_TRAILER)


def find_write(database: Database, branch: str | None, write_id: str) -> str | None:
    """Return the commit of a write; None where the branch has none, or is not there.

    Args:
        database: Where.
        branch: None is the default branch.
        write_id: As it was given.
    """
    try:
        with database.connect(branch) as session:
            return find_message(session, f"{_TRAILER}: {write_id}")
    except BranchNotFoundError:
        return None
