"""Errors of work that does not land on its branch, or could not be recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.errors.base import DoltError
from dolt_integrations.errors.data import ConstraintError

if TYPE_CHECKING:
    from collections.abc import Iterable


class UncommittedChangesError(DoltError):
    """Uncommitted work on the target branch is in the way of a save."""


class NameTakenError(DoltError):
    """There is a branch or a tag of that name already, or one that Dolt does not tell apart from it."""


class UnmergedBranchError(DoltError):
    """A branch has commits, or uncommitted work, that nothing else leads to, and `force` was not given."""


class LostRaceError(DoltError):
    """Other writers changed the same table again and again while this one tried."""

    is_transient = True


class MergeConflictError(DoltError):
    """Two branches changed the same rows, or the same schema. Neither has changed.

    Attributes:
        conflicts: For each table and kind of conflict how many, and the first rows (`engine.merges.Conflict`).
        branch: The branch on which the work is kept that could not be merged; None where it is on a branch anyway.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, conflicts: Iterable[Any] = (), branch: str | None = None
    ) -> None:
        """Keep what is in conflict beside the text."""
        super().__init__(message, hint=hint)
        self.conflicts = tuple(conflicts)
        self.branch = branch


class MergedRowsError(MergeConflictError, ConstraintError):
    """Rows of two branches that each keep the constraints of their table, and together break one.

    Attributes:
        conflicts: As of a `MergeConflictError`.
        branch: As of a `MergeConflictError`.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        conflicts: Iterable[Any] = (),
        branch: str | None = None,
        **violated: Any,
    ) -> None:
        """Keep the conflicts beside what `ConstraintError` keeps."""
        ConstraintError.__init__(self, message, hint=hint, **violated)
        self.conflicts = tuple(conflicts)
        self.branch = branch


class SupersededError(MergeConflictError):
    """Another attempt of the same node has written to the table, and its rows cannot be taken back any more.

    Attributes:
        commits: The commits in question: the attempt's, and the one that has built on it.
    """

    def __init__(self, message: str, *, hint: str | None = None, commits: Iterable[str] = ()) -> None:
        """Keep the commits beside the text."""
        super().__init__(message, hint=hint)
        self.commits = tuple(commits)


class AuditError(DoltError):
    """A `Transaction` was refused by its audit or by Dolt's tests; the target has nothing of it.

    Attributes:
        branch: The branch on which the work is kept.
    """

    def __init__(self, message: str, *, hint: str | None = None, branch: str | None = None) -> None:
        """Keep the branch's name beside the text."""
        super().__init__(message, hint=hint)
        self.branch = branch


class MetadataError(DoltError):
    """A save or load was made, and whoever was to be told of it could not be."""
