"""The reads and writes of a past run, collected from its tasks, by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import from_literal, nearest
from dolt_integrations.errors import ConfigError, KeyNotFoundError, RunNotFoundError
from dolt_integrations.metaflow.action import READ, DoltAction, action_from_dict
from dolt_integrations.metaflow.client import Run, find_run, records_of
from dolt_integrations.metaflow.record import check_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class PastRun:
    """The actions of a run.

    Attributes:
        source: The name of the run or artifact, for error messages.
        actions: The actions, in the order in which they were made.
        configs: The configs that they name, as JSON objects by id.
        path: The path that was given, if any: of the run, or of one of its steps or tasks.
    """

    source: str
    actions: tuple[DoltAction, ...]
    configs: Mapping[str, Mapping[str, Any]]
    path: str = ""

    def database(self, action: DoltAction) -> str:
        """Return the database that an action was on.

        Raises:
            ConfigError: The artifact does not say.
        """
        location = self.configs.get(action.config_id, {}).get("database")
        if not isinstance(location, str):
            raise ConfigError(
                f"{self.source} does not say in which database key {action.key!r} is",
                hint="Pass it with all `configs`.",
            )
        return str(from_literal(location))

    def find(self, key: str, *, step: str = "", position: Sequence[int] = ()) -> DoltAction:
        """Return the action of a key: the read or, if there is none, the last write.

        If tasks read different things under one key, return the read of the same step at the same `foreach` position.

        Args:
            key: A key, or the full name of an action.
            step: The name of the calling step.
            position: The calling task's index in each level of nested `foreach`.

        Raises:
            KeyNotFoundError: No action has the key; the hint suggests similar keys.
            ConfigError: Several actions with different data have the key; the hint lists their full names.
        """
        found = [action for action in self.actions if key in (action.key, action.name)]
        if not found:
            known = {action.key for action in self.actions}
            raise KeyNotFoundError(f"{self.source} has no read or write with the key {key!r}", hint=nearest(key, known))
        reads = [action for action in found if action.kind == READ]
        if not reads:
            return found[-1]
        narrowed = self._narrow(reads, step, tuple(position))
        if len(self._distinct(narrowed)) > 1:
            names = ", ".join(repr(action.name) for action in narrowed[:5])
            hint = f"Use the full name of one: {names}."
            raise ConfigError(f"{self.source} read different data with the key {key!r}", hint=hint)
        return narrowed[-1]

    def _narrow(self, reads: list[DoltAction], step: str, position: tuple[int, ...]) -> list[DoltAction]:
        """Keep the reads that are closest to the calling task, as long as they differ and some are left."""
        for near in (
            lambda action: action.pathspec == self.path,
            lambda action: action.step == step,
            lambda action: (action.step, action.position) == (step, position),
        ):
            if len(self._distinct(reads)) > 1:
                reads = [action for action in reads if near(action)] or reads
        return reads

    def _distinct(self, actions: Iterable[DoltAction]) -> set[tuple[object, ...]]:
        return {(self.database(each), each.table_name, each.query, each.commit) for each in actions}


def past_run_of(source: object) -> PastRun:
    """Collect the reads and writes of a run.

    Args:
        source: A `metaflow.Run`, a run's path (or that of one of its tasks), or a `dolt` artifact.

    Raises:
        RunNotFoundError: No such run, or none of its tasks has a `dolt` artifact.
        ConfigError: The source has another type.

    Example:
        >>> action = DoltAction(key="prices", config_id="c", commit="gstc", table_name="prices")
        >>> artifact = {"actions": {"prices": action.dict()}, "configs": {"c": {"database": "shop"}}}
        >>> past_run_of(artifact).find("prices").commit
        'gstc'
    """
    if isinstance(source, str):
        return replace(past_run_of(find_run(source)), path=source.strip("/"))
    if isinstance(source, Run):
        return _of_run(source)
    return _collected("the `dolt` artifact", [check_record(source)])


def _of_run(run: Run) -> PastRun:
    records = [check_record(record) for record in records_of(run)]
    if not records:
        hint = "Choose a run whose steps use DoltDT(run=self, ...)."
        raise RunNotFoundError(f"no task of run {run.pathspec} has a `dolt` artifact", hint=hint)
    return _collected(f"run {run.pathspec}", records)


def _collected(source: str, records: Iterable[Mapping[str, Any]]) -> PastRun:
    actions: dict[tuple[str, int, str, str], DoltAction] = {}
    configs: dict[str, Mapping[str, Any]] = {}
    for record in records:
        configs.update(record["configs"])
        for entry in record["actions"].values():
            action = action_from_dict(entry)
            actions[action.identity] = action
    return PastRun(source, tuple(sorted(actions.values(), key=lambda action: action.timestamp)), configs)
