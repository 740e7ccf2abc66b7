"""The error for a merge that conflicts. If only constraints are broken, it names the constraint and the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.errors import MergeConflictError, MergedRowsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine.versions.merges import Conflict


def conflict_error(
    message: str, conflicts: Sequence[Conflict], *, hint: str | None = None, branch: str | None = None
) -> MergeConflictError:
    """Return the error for a merge that conflicts.

    Args:
        message: What happened.
        conflicts: The conflicts.
        hint: What to do next.
        branch: The branch that keeps the work, if it was saved to one.

    Returns:
        A `MergedRowsError` if all conflicts are broken constraints.
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
