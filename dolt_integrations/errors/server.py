"""Errors of servers and remotes."""

from __future__ import annotations

from dolt_integrations.errors.base import DoltError


class ServerError(DoltError):
    """A Dolt server does not do what it is asked."""


class ServerUnreachableError(ServerError):
    """Nothing answers at the server's address, or not in time, or it takes no more connections."""

    is_transient = True


class ServerLostError(ServerError):
    """The connection to the server broke in the middle of an operation."""

    is_transient = True


class AccessDeniedError(ServerError):
    """The server refuses the user, the password, or what the user wants to do."""


class DatabaseLockedError(ServerError):
    """Another process holds the database's directory, or writes the same table, and did not let go in time."""

    is_transient = True


class RemoteError(ServerError):
    """A remote cannot be reached, refuses the user or the data, or is no Dolt database."""


class RemoteUnreachableError(RemoteError):
    """A remote does not answer."""

    is_transient = True


class PushError(RemoteError):
    """A branch does not get to its remote. Its commits are safe in the database."""


class PushLaterError(PushError):
    """... because the remote does not answer, or others kept pushing. Saving again pushes again."""

    is_transient = True
