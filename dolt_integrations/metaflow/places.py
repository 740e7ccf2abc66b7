"""The sources of a `DoltDT`: the database of its config, and the reads and writes of a past run."""

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

NO_CONFIG = "Pass config=DoltConfig(database=..., branch=...)."


def one_source(run: object, audit: object, config: object) -> object:
    """Return the past run to read from, which can be given in two ways; None if there is only a config.

    Raises:
        ConfigError: Both ways are used, or there is neither a past run nor a config.
    """
    if run is not None and audit is not None:
        raise ConfigError("DoltDT got a past run as `run` and another as `audit`", hint="Pass only one of them.")
    if config is None and run is None and audit is None:
        raise ConfigError("DoltDT got neither a config nor a past run to read from", hint=NO_CONFIG)
    return run if run is not None else audit


class Places:
    """Finds the database, branch and commit that a key or a table stands for.

    Attributes:
        config: The config of the database to read and write, or None.
        past_run: The past run to read from, or None.
    """

    def __init__(
        self, config: DoltConfig | None, past_run: PastRun | None, task: RunningTask | None, flow: FlowSpec | None
    ) -> None:
        """Set the sources.

        Args:
            config: See the attributes.
            past_run: See the attributes.
            task: The running task, or None.
            flow: Its flow, or None.
        """
        self.config, self.past_run = config, past_run
        self._task, self._flow = task, flow

    def past(self) -> PastRun:
        """Return the past run.

        Raises:
            ConfigError: No past run was given.
        """
        if self.past_run is None:
            raise ConfigError("this DoltDT has no past run", hint="Use DoltDT(run='Flow/run_id').")
        return self.past_run

    def find(self, key: str) -> DoltAction:
        """Return the past run's action under a key that matches the calling task best.

        Raises:
            KeyNotFoundError: The past run has no action under the key.
            ConfigError: It has several actions with different data under the key.
        """
        step = self._task.pathspec.split("/")[2] if self._task else ""
        return self.past().find(key, step=step, position=position_of(self._flow))

    def source(self, key: str) -> Source:
        """Return the source of the past run's action under a key.

        Raises:
            KeyNotFoundError: The past run has no action under the key.
            ConfigError: It has several actions with different data under the key.
        """
        action = self.find(key)
        location = self.past().database(action)
        version = Version(str(action.commit), action.branch)
        if self.config is not None and self.config.location == location:
            return Source(self.config.database, version, action.config_id)  # which knows a password, if there is one
        return Source(location, version, action.config_id)

    def where(self, table: str | None) -> tuple[Any, str | None]:
        """Return the database and the branch to look at.

        Raises:
            ConfigError: There is no config, and the past run does not determine them.
        """
        if self.config is not None:
            return self.config.database, self.config.branch
        past = self.past()
        found = [action for action in past.actions if table in (None, action.table_name, action.key)]
        locations = {past.database(action): action.branch for action in found}
        if len(locations) != 1:
            raise ConfigError(f"{past.source} does not determine one database", hint=NO_CONFIG)
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
            None where the past run has no read or write with the key, and there is a config to look by instead.

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
