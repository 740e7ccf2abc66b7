"""Errors of servers and remotes."""

from __future__ import annotations

from dolt_integrations.errors.base import DoltError


class ServerError(DoltError):
    """A Dolt server cannot be reached, or fails or refuses an operation."""


class ServerUnreachableError(ServerError):
    """The server does not answer in time, or accepts no more connections."""

    is_transient = True


class ServerLostError(ServerError):
    """The connection to the server broke in the middle of an operation."""

    is_transient = True


class AccessDeniedError(ServerError):
    """The server refuses the user, the password or the operation."""


class DatabaseLockedError(ServerError):
    """Another process holds the lock of the database's directory or of the table, and did not release it in time."""

    is_transient = True


class RemoteError(ServerError):
    """A remote cannot be reached, refuses the user or the data, or is not a Dolt database."""


class RemoteUnreachableError(RemoteError):
    """A remote does not answer."""

    is_transient = True


class RemoteChangedError(RemoteError):
    """A remote changed while its data was read, or a file of it is missing."""

    is_transient = True


class PushError(RemoteError):
    """A branch could not be pushed to its remote. Its commits are safe in the database."""


class PushLaterError(PushError):
    """A branch could not be pushed now: the remote does not answer, or other writers kept pushing. Save again later."""

    is_transient = True
