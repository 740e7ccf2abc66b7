"""Errors about what does not exist."""

from __future__ import annotations

from dolt_integrations.errors.base import DoltError


class NotFoundError(DoltError):
    """Something that was named does not exist."""


class DatabaseNotFoundError(NotFoundError):
    """No Dolt database in the directory, or none of that name on the server."""


class BranchNotFoundError(NotFoundError):
    """No branch of that name."""


class RevisionNotFoundError(NotFoundError):
    """No commit, tag or branch of that name, or no commit as old as that."""


class TableNotFoundError(NotFoundError):
    """No table of that name in the version that was asked for."""


class ColumnNotFoundError(NotFoundError):
    """No column of that name in the tables of a query."""


class RunNotFoundError(NotFoundError):
    """No run of that path, or one that has left no record of what it read and wrote."""


class KeyNotFoundError(NotFoundError, ValueError):
    """The record of a run has nothing under that key."""
