"""Landing the writes of a block on its branch, as one commit of the task's attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.adapters import AttemptBlock, Sharing, parse_author
from dolt_integrations.core import Author
from dolt_integrations.errors import ConfigError
from dolt_integrations.metaflow.attempts import attempt_of, check_process, origins_of
from dolt_integrations.metaflow.together import mode_of_shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.adapters import AttemptWrite
    from dolt_integrations.core import Version
    from dolt_integrations.metaflow.client import RunningTask
    from dolt_integrations.metaflow.config import DoltConfig

INPUT = "Run-Input"
"""The trailer for each version that a task read."""

DEFAULT_AUTHOR = Author("metaflow", "metaflow@localhost")
"""The default author: the workflow itself."""


def land(
    config: DoltConfig,
    task: RunningTask,
    position: tuple[int, ...],
    writes: Sequence[AttemptWrite],
    read_at: str | None,
    inputs: Sequence[str] = (),
) -> Version:
    """Commit the writes of a block on the branch of its config.

    Args:
        config: The config, with database and branch.
        task: The task that wrote.
        position: The task's index in each level of nested `foreach`; empty outside of one.
        writes: The writes.
        read_at: The commit of the branch that the block read; None if it read nothing there, so that later writes of
            others do not matter.
        inputs: The versions that the task has read, each `<commit> <table or query> of <database>`.

    Raises:
        ForkedProcessError: This is a child of the task's process.
        DoltError: As for `AttemptBlock.land`.
    """
    check_process(task)
    check_branch(config)

    def mode_of(table: str, head: str, has_written: bool) -> str:
        return mode_of_shared(config.database, task, table, head, has_written=has_written)

    return AttemptBlock(
        config.database,
        config.branch,
        attempt_of(task, position),
        _message(task, inputs, config.message),
        config.start,
        read_at,
        parse_author(config.author) if config.author else None,
        DEFAULT_AUTHOR,
        Sharing(mode_of if position else None, origins_of(task, position)),
    ).land(writes)


def _message(task: RunningTask, inputs: Sequence[str], line: str | None) -> str:
    """Return the beginning of the commit message: the task, the config's line, and the versions that were read."""
    read = "\n".join(f"{INPUT}: {each}" for each in inputs)
    return "\n\n".join(part for part in (f"Run: {task.pathspec}", line, read) if part)


def check_branch(config: DoltConfig) -> None:
    """Refuse to write if a config names a commit without a branch.

    Raises:
        ConfigError: The config names no branch.
    """
    if config.branch is None and config.commit is not None:
        hint = "Use DoltConfig(branch=..., commit=...). If the branch does not exist, it is created at the commit."
        raise ConfigError(f"DoltConfig(commit={config.commit!r}) does not name a branch to write to", hint=hint)
