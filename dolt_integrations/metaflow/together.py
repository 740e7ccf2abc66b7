"""A table that the tasks of a `foreach` write together: the first replaces it, the others add their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import APPEND, REPLACE, UPSERT, OvertakenError, unrecorded_reads
from dolt_integrations.core import history
from dolt_integrations.errors import TableNotFoundError
from dolt_integrations.metaflow.client import RunningTask, cloned_records

if TYPE_CHECKING:
    import pandas as pd

    from dolt_integrations.core import Location


def mode_of_shared(location: Location, task: RunningTask, table: str, head: str, *, has_written: bool) -> str:
    """Return the mode in which a task of a `foreach` writes a table.

    Args:
        location: The database.
        task: The task.
        table: The table.
        head: The commit at the head of the branch.
        has_written: Whether an earlier attempt of the task, or of the run that is resumed, has rows there.

    Returns:
        `replace`, `append`, or `upsert`, which appends to a table without a key.

    Raises:
        OvertakenError: The run, or one that it resumes, has written the table, and another has since.
    """
    try:
        with unrecorded_reads():
            past = history(location, table, as_of=head)
    except TableNotFoundError:
        return REPLACE
    taken_over = past["commit"].isin(_taken_over(task))
    ours = past["execution_id"] == task.pathspec
    others = past["execution_id"].str.startswith(_steps(task), na=False) & ~ours
    if len(past) and (others.any() or taken_over.any() or ours.any() or has_written):
        _check_newest(past, taken_over, task, table, str(location))
    if not others.any() and not taken_over.any():
        return REPLACE
    # Rows that an earlier block or the resumed run has written already must not be added twice.
    return UPSERT if ours.any() or task.origins else APPEND


def _steps(task: RunningTask) -> tuple[str, ...]:
    """Return the prefixes of the paths of the step's tasks, in this run and in those that it resumes."""
    flow, run, step = task.step.split("/")
    return tuple(f"{flow}/{each}/{step}/" for each in (run, *task.origins))


def _check_newest(past: pd.DataFrame, taken_over: pd.Series, task: RunningTask, table: str, location: str) -> None:
    """Refuse to add rows of a run to those of another run.

    Raises:
        OvertakenError: The newest commit of the table belongs to another run, or to none.
    """
    flow, run, _ = task.step.split("/")
    ours = taken_over | past["execution_id"].str.startswith(tuple(f"{flow}/{each}/" for each in (run, *task.origins)))
    ours = ours.fillna(value=False).astype(bool)
    if ours.iloc[0]:
        return
    newest = past.iloc[0]
    who = newest["execution_id"] if isinstance(newest["execution_id"], str) else newest["author"]
    raise OvertakenError(
        f"table `{table}` of {location} has rows of run {flow}/{run}, and {who} has written it since, in commit "
        f"{newest['commit']}: {task.pathspec} does not add its rows to those",
        newest=str(past["commit"][ours].iloc[0]) if ours.any() else None,
    )


def _taken_over(task: RunningTask) -> list[str]:
    """Return the commits of the tasks of this step that a resumed run has taken over from another."""
    if not task.origins:
        return []
    entries: list[dict[str, Any]] = []
    for record in cloned_records(task):
        entries.extend(record.get("actions", {}).values())
    return [str(entry.get("commit")) for entry in entries if entry.get("kind") == "write"]
