"""Errors of work that cannot land on its branch, or that could not be recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.errors.base import DoltError
from dolt_integrations.errors.data import ConstraintError

if TYPE_CHECKING:
    from collections.abc import Iterable


class UncommittedChangesError(DoltError):
    """A save would overwrite or commit uncommitted work on the target branch, or conclude a merge in progress."""


class OpenConflictsError(UncommittedChangesError):
    """Tables of the branch have conflicts, which the next commit would store."""


class NameTakenError(DoltError):
    """A branch or a tag of that name already exists, or one whose name differs only by case."""


class UnmergedBranchError(DoltError):
    """Deleting a branch would lose commits or uncommitted work, and `force` was not given."""


class LostRaceError(DoltError):
    """Other writers kept changing the same table, or another client moved or deleted the branch."""

    is_transient = True


class MergeConflictError(DoltError):
    """Two branches changed the same rows or the same schema. Neither branch has changed.

    Attributes:
        conflicts: For each table and kind of conflict, the count and the first rows
            (`engine.versions.merges.Conflict`).
        branch: The branch that keeps the work that could not be merged. None if the work already is on a branch.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, conflicts: Iterable[Any] = (), branch: str | None = None
    ) -> None:
        """Keep the conflicts and the branch as attributes."""
        super().__init__(message, hint=hint)
        self.conflicts = tuple(conflicts)
        self.branch = branch


class MergedRowsError(MergeConflictError, ConstraintError):
    """The rows of two branches satisfy the constraints of their table separately, but not together.

    Attributes:
        conflicts: See `MergeConflictError`.
        branch: See `MergeConflictError`.
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
        """Keep the conflicts and the branch as attributes, and those of a `ConstraintError`."""
        ConstraintError.__init__(self, message, hint=hint, **violated)
        self.conflicts = tuple(conflicts)
        self.branch = branch


class SupersededError(MergeConflictError):
    """An earlier attempt of the same node wrote rows that cannot be taken back, because they were built on.

    Attributes:
        commits: The attempt's commit, and the commit that has built on it if that is known.
    """

    def __init__(self, message: str, *, hint: str | None = None, commits: Iterable[str] = ()) -> None:
        """Keep the commits as an attribute."""
        super().__init__(message, hint=hint)
        self.commits = tuple(commits)


class AuditError(DoltError):
    """The audit of a `Transaction` or Dolt's tests refused its work. The target branch has none of it.

    Attributes:
        branch: The branch that keeps the work, if any.
    """

    def __init__(self, message: str, *, hint: str | None = None, branch: str | None = None) -> None:
        """Keep the branch's name as an attribute."""
        super().__init__(message, hint=hint)
        self.branch = branch


class MetadataError(DoltError):
    """A save or load succeeded, but its metadata could not be recorded."""
