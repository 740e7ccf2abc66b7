"""The error about a merge that cannot be: of rows that break a constraint together, one that says which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.errors import MergeConflictError, MergedRowsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine.versions.merges import Conflict


def conflict_error(
    message: str, conflicts: Sequence[Conflict], *, hint: str | None = None, branch: str | None = None
) -> MergeConflictError:
    """Return the error about conflicts.

    Args:
        message: What happened.
        conflicts: What is in the way.
        hint: What to do next.
        branch: The branch that keeps the work.

    Returns:
        A `MergedRowsError` where constraints alone are in the way.
    """
    if not conflicts or any(conflict.kind != "constraint" for conflict in conflicts):
        return MergeConflictError(message, hint=hint, conflicts=conflicts, branch=branch)
    first = conflicts[0]
    row = (first.rows[0].theirs if first.rows else None) or {}
    values = tuple(row.get(name) for name in first.columns)
    return MergedRowsError(
        message,
        hint=hint,
        conflicts=conflicts,
        branch=branch,
        constraint=first.constraint,
        column=", ".join(first.columns) or None,
        value=values[0] if len(values) == 1 else values or None,
    )
