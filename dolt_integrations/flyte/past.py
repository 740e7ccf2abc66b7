"""The versions that a past execution read, and the branch to which its replay writes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations import adapters
from dolt_integrations.adapters import RUN, FromLiteral, is_commit_hash
from dolt_integrations.core import NewBranch
from dolt_integrations.errors import RunNotFoundError
from dolt_integrations.flyte.origin.lineage import TASK
from dolt_integrations.flyte.replay import Replay, branch_of, current_replay, execution_in
from dolt_integrations.flyte.runtime import current_runtime

if TYPE_CHECKING:
    from dolt_integrations.adapters import Place
    from dolt_integrations.core import Branch
    from dolt_integrations.flyte.config import DoltConfig
    from dolt_integrations.flyte.runtime import Runtime

logger = logging.getLogger(__name__)

EXECUTION = "execution:"
"""The prefix of an `as_of` that names an execution."""


def revision_for(config: DoltConfig) -> str | None:
    """Return the revision that a config without a version reads: its `as_of`, or the commit that an execution read.

    Raises:
        DoltError: The config names an execution, and the version that it read cannot be determined.
    """
    as_of = config.as_of
    if as_of is not None and as_of.startswith(EXECUTION):
        replay: Replay | None = Replay(
            *execution_in(as_of.removeprefix(EXECUTION), is_literal=isinstance(as_of, FromLiteral))
        )
    else:
        replay = current_replay() if as_of is None or not is_commit_hash(as_of) else None
    if replay is None:
        return as_of
    here = _place(config)
    execution = adapters.past_execution(
        here if replay.database is None else adapters.Place(replay.database), replay.execution
    )
    task = current_runtime().execution.trailers.get(TASK)
    commit = adapters.commit_read(here, execution, config.tablename, config.sql, task)
    if execution.has_made(commit) and replay == current_replay():
        text = "%s is read as execution %s wrote it (commit %s), not as this replay did: pass it from task to task"
        logger.warning(text, config.tablename or config.sql, replay.execution, commit)
    return commit


def branch_for(config: DoltConfig, runtime: Runtime) -> Branch | None:
    """Return the branch that a config's rows are written to; in a replay, the branch of the replay.

    Raises:
        DoltError: The execution is not found.
    """
    replay = current_replay()
    if replay is None:
        return config.branch_conf
    execution = runtime.execution
    now = execution.trailers.get(RUN) or execution.id.rpartition(":")[2]
    return NewBranch(replay.branch or branch_of(replay.execution, now), _start(config, replay))


def _start(config: DoltConfig, replay: Replay) -> str | None:
    """Return the commit at which the execution began, or None if it wrote only to another database."""
    try:
        return adapters.past_execution(_place(config), replay.execution).start
    except RunNotFoundError:
        if replay.database is None:
            raise
        return None


def _place(config: DoltConfig) -> Place:
    return adapters.Place(config.db_path, remote=config.remote_conf)
