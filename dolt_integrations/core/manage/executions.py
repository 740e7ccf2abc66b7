"""Finding the commits of an execution, by the first lines and the trailers of commit messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.conventions import LOCAL_EXECUTION
from dolt_integrations.core.provenance.trailers import execution_of, run_id_of
from dolt_integrations.engine import nearest
from dolt_integrations.errors import ConfigError, RunNotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine.versions.log import LogEntry


def names_of(message: str) -> tuple[str, ...]:
    """Return the names of a commit's execution: its id, and the id of a local run."""
    return tuple(name for name in (execution_of(message), run_id_of(message)) if name)


def is_of(message: str, wanted: str) -> bool:
    """Whether a commit is of an execution, or of a task below it, such as `Flow/7/start/1` below `Flow/7`.

    Example:
        >>> is_of("Run: Flow/7/start/1", "Flow/7"), is_of("Run: Flow/77/start/1", "Flow/7")
        (True, False)
    """
    below = f"{wanted}/" if "/" in wanted else None  # a flow's name alone does not identify a run
    return any(name == wanted or (below is not None and name.startswith(below)) for name in names_of(message))


def entries_of(entries: Sequence[LogEntry], wanted: str, where: str) -> list[LogEntry]:
    """Return the commits of an execution, newest first, without merge commits.

    Args:
        entries: The log.
        wanted: An execution's id, or a run's path or id.
        where: The branch and the database, for errors.

    Raises:
        RunNotFoundError: There are none. The hint suggests similar ids.
        ConfigError: It is the id that all local executions share, and there are several.
    """
    found = [entry for entry in entries if is_of(entry.message, wanted) and not entry.is_merge]
    if not found:
        known = {name for entry in entries for name in names_of(entry.message)}
        hint = nearest(wanted, known) or "No commit there names an execution."
        raise RunNotFoundError(f"no execution {wanted!r} has written to {where}", hint=hint)
    runs = list(dict.fromkeys(run_id_of(entry.message) for entry in found))
    if wanted == LOCAL_EXECUTION and len(runs) > 1:
        named = [run for run in runs if run]
        hint = f"Name the id of a run (newest first): {', '.join(named[:5])}." if named else "Name a commit."
        raise ConfigError(
            f"{wanted} is the id of every local execution, and {len(runs)} of them wrote to {where}", hint=hint
        )
    return found
