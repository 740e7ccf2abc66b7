"""Replay: a past execution is run again on the rows that it read, and writes to a branch of its own."""

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
"""The trailer of commits of a replay, with the execution that is run again."""

VARIABLE, BRANCH_VARIABLE = "DOLT_INTEGRATIONS_REPLAY", "DOLT_INTEGRATIONS_REPLAY_BRANCH"

_OF = " of "


@dataclass(frozen=True)
class Replay:
    """An execution that is run again.

    Attributes:
        execution: Its id.
        database: Where it wrote; None is the database of each table.
        branch: Where the replay writes; None is one of the execution or local run that goes on.
    """

    execution: str
    database: str | None = None
    branch: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the pods of a replay have in their environment: for `FlyteRemote.execute(..., envs=...)`."""
        name = f"{self.execution}{_OF}{self.database}" if self.database else self.execution
        return {VARIABLE: name, **({BRANCH_VARIABLE: self.branch} if self.branch else {})}


_CURRENT: ContextVar[Replay | None] = ContextVar("replay", default=None)


@contextlib.contextmanager
def replaying(execution: str, *, database: str | None = None, branch: str | None = None) -> Iterator[Replay]:
    """Run a past execution again: tasks in the block read what it read, and write to a branch of their own.

    A table or query whose config names no whole commit is read at the version at which the execution had read it; the
    task of the same name comes first. What tasks hand on to each other is what the replay wrote. Everything is
    written to the branch, which begins where the execution began, and never to the branch of a config.

    Args:
        execution: Its id, `ex:project:domain:name`; of a local one its `Run-Id`.
        database: Where it wrote, if that is not the database that is read.
        branch: Where to write; None is a new one, `replay/<name>/<random>`.

    Yields:
        The replay; its `branch` says where to look.

    Raises:
        ConfigError: An argument is of the wrong kind.
        RunNotFoundError: Raised by a task: the execution has written nothing there, with the nearest ids.
        RevisionNotFoundError: Raised by a task: it had not read the table, or its version is gone.
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
    """Return the replay that goes on: the block's, or the one that the environment of a pod or a command names."""
    found = _CURRENT.get()
    if found is None and os.environ.get(VARIABLE, "").strip():
        execution, database = execution_in(os.environ[VARIABLE].strip())
        found = Replay(execution, database, os.environ.get(BRANCH_VARIABLE) or None)
    return found


def execution_in(text: str, *, is_literal: bool = True) -> tuple[str, str | None]:
    """Return the execution and the database of `<execution> of <database>`."""
    execution, of, database = text.partition(_OF)
    if not execution.strip() or (of and not database.strip()):
        hint = 'Give "execution:ex:project:domain:name", and " of <database>" where it wrote to another one.'
        raise ConfigError(f"{text!r:.200} names no execution", hint=hint)
    place = database.strip() or None
    return execution.strip(), str(from_literal(place)) if is_literal and place else place


def branch_of(execution: str, now: str) -> str:
    """Return a branch for what is replayed now."""
    name = execution.rpartition(":")[2]
    return "/".join(["replay", re.sub(r"[^A-Za-z0-9_-]+", "-", name), re.sub(r"[^A-Za-z0-9_-]+", "-", now)])
