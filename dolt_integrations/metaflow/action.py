"""`DoltAction`: one read or write of a table, as recorded in the `dolt` artifact."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dolt_integrations.adapters import select_all
from dolt_integrations.errors import ConfigError

READ, WRITE = "read", "write"


@dataclass(frozen=True)
class DoltAction:
    """A read or write that a task made.

    Attributes:
        key: The name of the action in the artifact: `as_key`, otherwise the table's name.
        config_id: The id of its config in the artifact's `configs`.
        pathspec: The task, `Flow/run_id/step/task_id`; empty outside of a flow.
        table_name: The table; None for a query.
        commit: The commit that was read, or that the write made or found.
        kind: `read` or `write`.
        query: The SQL of the read; for a table, a SELECT of all its columns.
        artifact_name: The attribute of the flow that holds the frame, if there is one.
        timestamp: Seconds since 1970.
        branch: The branch that was read or written; None for a commit without a branch.
        block: The number of the block in the task, counted from 1.
        position: The task's index in each level of nested `foreach`.

    Example:
        >>> DoltAction(key="prices", config_id="c", pathspec="F/1/start/1", table_name="prices").kind
        'read'
    """

    key: str
    config_id: str
    pathspec: str = ""
    table_name: str | None = None
    commit: str | None = None
    kind: str = READ
    query: str | None = None
    artifact_name: str | None = None
    timestamp: float = field(default_factory=time.time)
    branch: str | None = None
    block: int = 0
    position: tuple[int, ...] = ()

    @property
    def step(self) -> str:
        """The name of the step; empty outside of a flow."""
        parts = self.pathspec.split("/")
        return parts[2] if len(parts) == 4 else ""

    @property
    def identity(self) -> tuple[str, int, str, str]:
        """A unique identifier of the action, because tasks inherit the artifacts of earlier tasks."""
        return (self.pathspec, self.block, self.kind, self.key)

    @property
    def name(self) -> str:
        """The action's full name, which is unique among actions with the same key.

        Example:
            >>> DoltAction(key="prices", config_id="c", pathspec="F/17/start/1", block=2).name
            'prices@start/1#2'
        """
        return f"{self.key}@{'/'.join(self.pathspec.split('/')[2:])}#{self.block}"

    def same_data(self, other: DoltAction) -> bool:
        """Whether both have the same table or query, config and commit.

        Example:
            >>> one = DoltAction(key="prices", config_id="c", table_name="prices", commit="abc")
            >>> one.same_data(DoltAction(key="old", config_id="c", table_name="prices", commit="abc"))
            True
        """
        return [getattr(self, name) for name in _DATA] == [getattr(other, name) for name in _DATA]

    def dict(self) -> dict[str, Any]:
        """Return the action as a JSON object.

        Example:
            >>> DoltAction(key="prices", config_id="c", table_name="prices").dict()["table_name"]
            'prices'
        """
        return {**dataclasses.asdict(self), "position": list(self.position)}


_DATA = ("table_name", "query", "commit", "config_id")


def table_query(table: str) -> str:
    """Return the query that represents a table in the artifact. It is not run.

    Example:
        >>> table_query("prices")
        'SELECT * FROM `prices`'
    """
    return select_all(table) if isinstance(table, str) and table else ""


def action_from_dict(value: object) -> DoltAction:
    """Create an action from the result of `DoltAction.dict`, or from upstream's form with fewer fields.

    Raises:
        ConfigError: It is not an action.
    """
    if not isinstance(value, Mapping) or not {"key", "config_id"} <= set(value):
        raise ConfigError(
            f"{value!r} in a `dolt` artifact is not an action", hint="Pass the artifact as the run stored it."
        )
    known = {each.name for each in dataclasses.fields(DoltAction)}
    fields = {name: each for name, each in value.items() if name in known}
    return DoltAction(**{**fields, "position": tuple(fields.get("position") or ())})
