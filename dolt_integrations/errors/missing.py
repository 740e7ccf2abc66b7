"""Errors about things that do not exist."""

from __future__ import annotations

from dolt_integrations.errors.base import DoltError


class NotFoundError(DoltError):
    """Something that was named does not exist."""


class DatabaseNotFoundError(NotFoundError):
    """There is no Dolt database in the directory, or none of that name on the server."""


class BranchNotFoundError(NotFoundError):
    """There is no branch of that name."""


class RevisionNotFoundError(NotFoundError):
    """There is no commit, tag or branch of that name, or no commit as old as the given time."""


class TableNotFoundError(NotFoundError):
    """The version that was asked for has no table of that name."""


class ColumnNotFoundError(NotFoundError):
    """The tables of a query or a read have no column of that name."""


class RunNotFoundError(NotFoundError):
    """There is no run of that path, or it left no record of what it read and wrote."""


class KeyNotFoundError(NotFoundError, ValueError):
    """The record of a run has no entry with that key."""
