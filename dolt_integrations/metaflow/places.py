"""Where a `DoltDT` looks: the database of its config, or what a past run read and wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.core import Version
from dolt_integrations.errors import ConfigError, KeyNotFoundError
from dolt_integrations.metaflow.block import Source
from dolt_integrations.metaflow.client import position_of
from dolt_integrations.metaflow.run_path import RunPath, last_run

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dolt_integrations.metaflow.action import DoltAction
    from dolt_integrations.metaflow.client import FlowSpec, RunningTask
    from dolt_integrations.metaflow.config import DoltConfig
    from dolt_integrations.metaflow.past_run import PastRun

NO_CONFIG = "Give config=DoltConfig(database=..., branch=...)."


def one_source(run: object, audit: object, config: object) -> object:
    """Return the past run to read from, of the two ways to give one; None where there is a config alone.

    Raises:
        ConfigError: Both are given, or nothing at all.
    """
    if run is not None and audit is not None:
        raise ConfigError("DoltDT has a past run as `run` and another as `audit`", hint="Give one of them.")
    if config is None and run is None and audit is None:
        raise ConfigError("DoltDT has neither a config nor a past run to read from", hint=NO_CONFIG)
    return run if run is not None else audit


class Places:
    """Finds the database, branch and commit that a key or a table stands for.

    Attributes:
        config: Which database to read and write, if one was named.
        past_run: The past run to read from, if one was named.
    """

    def __init__(
        self, config: DoltConfig | None, past_run: PastRun | None, task: RunningTask | None, flow: FlowSpec | None
    ) -> None:
        """Say what is known.

        Args:
            config: See there.
            past_run: See there.
            task: The task that runs, if one does.
            flow: Its flow.
        """
        self.config, self.past_run = config, past_run
        self._task, self._flow = task, flow

    def past(self) -> PastRun:
        """Return the past run.

        Raises:
            ConfigError: There is none.
        """
        if self.past_run is None:
            raise ConfigError("this DoltDT has no past run", hint="Give DoltDT(run='Flow/run_id').")
        return self.past_run

    def find(self, key: str) -> DoltAction:
        """Return what the past run did under a key, as it concerns the task that asks.

        Raises:
            KeyNotFoundError: Nothing.
            ConfigError: Different things.
        """
        step = self._task.pathspec.split("/")[2] if self._task else ""
        return self.past().find(key, step=step, position=position_of(self._flow))

    def source(self, key: str) -> Source:
        """Return where the past run read what it did under a key.

        Raises:
            KeyNotFoundError: It did nothing.
            ConfigError: It did different things.
        """
        action = self.find(key)
        location = self.past().database(action)
        version = Version(str(action.commit), action.branch)
        if self.config is not None and self.config.location == location:
            return Source(self.config.database, version, action.config_id)  # which knows a password, if there is one
        return Source(location, version, action.config_id)

    def where(self, table: str | None) -> tuple[Any, str | None]:
        """Return the database to look at, and the branch.

        Raises:
            ConfigError: There is no config, and the past run does not tell.
        """
        if self.config is not None:
            return self.config.database, self.config.branch
        past = self.past()
        found = [action for action in past.actions if table in (None, action.table_name, action.key)]
        locations = {past.database(action): action.branch for action in found}
        if len(locations) != 1:
            raise ConfigError(f"{past.source} does not tell which database is meant", hint=NO_CONFIG)
        return next(iter(locations.items()))

    def configs(self, used: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """Return the configs of some ids, those of the past run and this one's, as JSON objects."""
        known: dict[str, Mapping[str, Any]] = dict(self.past_run.configs) if self.past_run is not None else {}
        if self.config is not None:
            known[self.config.id] = self.config.dict()
        return {name: config for name, config in known.items() if name in used}

    def writer(self, key: str) -> RunPath | None:
        """Return the run that had last changed the table when the past run used it under a key.

        Returns:
            None where the past run has nothing under the key, and there is a config to look by instead.

        Raises:
            KeyNotFoundError: The same, without a config.
            RunNotFoundError: No run has changed the table.
        """
        try:
            action = self.find(key)
        except KeyNotFoundError:
            if self.config is None:
                raise
            return None
        return last_run(self.source(key).location, action.table_name or key, None, action.commit)
