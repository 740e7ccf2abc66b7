"""Replay: running a past execution again on the rows that it read, on a branch of its own."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.adapters import check_text, from_literal, named_branch
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

REPLAYS = "Replays"
"""The trailer in commits of a replay that names the execution."""

VARIABLE, BRANCH_VARIABLE = "DOLT_INTEGRATIONS_REPLAY", "DOLT_INTEGRATIONS_REPLAY_BRANCH"

_OF = " of "


@dataclass(frozen=True)
class Replay:
    """The replay of an execution.

    Attributes:
        execution: The id of the execution to run again.
        database: The database that it wrote to; None is the database of each table.
        branch: The branch that the replay writes to; None is a branch of the current execution or local run.
    """

    execution: str
    database: str | None = None
    branch: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables for the pods of a replay: for `FlyteRemote.execute(..., envs=...)`."""
        name = f"{self.execution}{_OF}{self.database}" if self.database else self.execution
        return {VARIABLE: name, **({BRANCH_VARIABLE: self.branch} if self.branch else {})}


_CURRENT: ContextVar[Replay | None] = ContextVar("replay", default=None)


@contextlib.contextmanager
def replaying(execution: str, *, database: str | None = None, branch: str | None = None) -> Iterator[Replay]:
    """Run a past execution again: tasks in the block read what it read, and write to a branch of their own.

    A table or query whose config does not name a full commit is read at the version that the execution read; what the
    task of the same name read has precedence. Tables that tasks pass to each other are those that the replay wrote.
    Everything is written to the replay's branch, which begins where the execution began, never to the branch of a
    config.

    Args:
        execution: The id, `ex:project:domain:name`, or the `Run-Id` of a local run.
        database: The database that the execution wrote to, if it is not the one that is read.
        branch: The branch to write to; None is a new one, `replay/<name>/<random>`.

    Yields:
        The replay; its `branch` has the results.

    Raises:
        ConfigError: An argument has the wrong type.
        RunNotFoundError: Raised by a task: the execution wrote nothing there; the hint suggests similar ids.
        RevisionNotFoundError: Raised by a task: the execution did not read the table, or its version is gone.

    Example:
        >>> with replaying("ex:project:domain:a1b2", branch="again") as replay:
        ...     replay.branch
        'again'
    """
    check_text(execution, "the execution to replay")
    if database is not None:
        check_text(database, "the database that the execution wrote to")
    name = named_branch(branch, "branch") if branch is not None else branch_of(execution, secrets.token_hex(4))
    replay = Replay(execution, database, name)
    token = _CURRENT.set(replay)
    try:
        yield replay
    finally:
        _CURRENT.reset(token)


def current_replay() -> Replay | None:
    """Return the current replay: that of the block, or the one that the environment names; None if there is none."""
    found = _CURRENT.get()
    if found is None and os.environ.get(VARIABLE, "").strip():
        execution, database = execution_in(os.environ[VARIABLE].strip())
        found = Replay(execution, database, os.environ.get(BRANCH_VARIABLE) or None)
    return found


def execution_in(text: str, *, is_literal: bool = True) -> tuple[str, str | None]:
    """Return the execution and the database of `<execution> of <database>`."""
    execution, of, database = text.partition(_OF)
    if not execution.strip() or (of and not database.strip()):
        hint = 'Write "execution:ex:project:domain:name", followed by " of <database>" if it wrote to another database.'
        raise ConfigError(f"{text!r:.200} does not name an execution", hint=hint)
    place = database.strip() or None
    return execution.strip(), str(from_literal(place)) if is_literal and place else place


def branch_of(execution: str, now: str) -> str:
    """Return the branch name of a replay."""
    name = execution.rpartition(":")[2]
    return "/".join(["replay", re.sub(r"[^A-Za-z0-9_-]+", "-", name), re.sub(r"[^A-Za-z0-9_-]+", "-", now)])
