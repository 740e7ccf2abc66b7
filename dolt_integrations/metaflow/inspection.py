"""Looking at tables from a flow or a notebook: differences, history, cards, and the runs that wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.core import SerialBranch, diff, history, repository_card, table_card
from dolt_integrations.metaflow.run_path import RunPath, last_run, revision

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dolt_integrations.metaflow.block import Block
    from dolt_integrations.metaflow.config import DoltConfig
    from dolt_integrations.metaflow.past_run import PastRun
    from dolt_integrations.metaflow.places import Places
    from dolt_integrations.render import Card


class Inspection:
    """The methods of `DoltDT` that look at tables and record nothing."""

    config: DoltConfig | None
    _places: Places
    _past_run: PastRun | None
    _block: Block | None

    def diff(self, from_commit: str, to_commit: str, table: str | Sequence[str]) -> Any:
        """Return the rows of a table that differ between two commits; see `dolt_integrations.core.diff`.

        Args:
            from_commit: The old version: a commit, tag, branch, ancestor spec or timestamp.
            to_commit: The new version.
            table: One table, or several; for several, the result is a dict of frames.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1]}), key="id")
            >>> _ = users.write(pd.DataFrame({"id": [2]}), mode="append")
            >>> from dolt_integrations.metaflow import DoltConfig, DoltDT
            >>> DoltDT(config=DoltConfig(folder)).diff("HEAD~1", "HEAD", "users")["diff_type"].tolist()
            ['added']
        """
        if not isinstance(table, str):
            return {name: self.diff(from_commit, to_commit, name) for name in table}
        location, branch = self._places.where(table)
        return diff(location, table, from_commit, to_commit, branch_conf=SerialBranch(branch))

    def history(self, table: str | None = None) -> pd.DataFrame:
        """Return the commits that changed a table, or all, newest first; see `dolt_integrations.core.inspect.history`.

        `commit`, `date`, `message` and `execution_id`, the path of the task that made it, are among the columns.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Ann"]}), message="Add users")
            >>> from dolt_integrations.metaflow import DoltConfig, DoltDT
            >>> DoltDT(config=DoltConfig(folder)).history("users")["message"].tolist()
            ['Add users']
        """
        location, branch = self._places.where(table)
        as_of = self.config.commit if self.config is not None else None
        return history(location, table, branch_conf=SerialBranch(branch), as_of=as_of)

    def card(self, table: str | None = None) -> Card:
        """Return a card of a table, for a notebook or for `card_component`. Errors of Dolt become lines in the card.

        Args:
            table: The table at its newest commit, after a `with` block including its writes. For a past run the key,
                as that run had it. None is the whole database.

        Raises:
            ConfigError: There is no config, and the past run does not determine the database.
            KeyNotFoundError: The past run has no read or write with the key.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Ann"]}))
            >>> from dolt_integrations.metaflow import DoltConfig, DoltDT
            >>> "Ann" in DoltDT(config=DoltConfig(folder)).card("users").html()
            True
        """
        if table is None:
            return repository_card(self._places.where(None)[0])
        if self._past_run is not None:
            past, source = self._places.find(table), self._places.source(table)
            return table_card(source.location, past.table_name or table, as_of=source.version.commit)
        location, branch = self._places.where(table)
        as_of = self.config.commit if self.config is not None and branch is None else None
        return table_card(location, table, branch_conf=SerialBranch(branch), as_of=as_of)

    def get_run(self, table: str, branch: str | None = None, commit: str | None = None) -> RunPath:
        """Return the path of the task that last changed a table, `Flow/run_id/step/task_id`.

        Args:
            table: The table. For a past run the key, which stands for the table as that run had it.
            branch: The branch to search; None is the config's branch.
            commit: The newest commit to search; None is the block's commit, the config's, or the newest.

        Raises:
            RunNotFoundError: No run has changed the table.
            NotFoundError: No such database, branch, commit or table.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Ann"]}), message="Run: Flow/7/start/1")
            >>> from dolt_integrations.metaflow import DoltConfig, DoltDT
            >>> DoltDT(config=DoltConfig(folder)).get_run("users").pathspec
            'Flow/7'
        """
        if self._past_run is not None and branch is None and commit is None:
            writer = self._places.writer(table)
            if writer is not None:
                return writer
        branch, commit = revision(branch, commit)
        location, default = self._places.where(table)
        if branch is None and commit is None and self._block is not None and self._past_run is None:
            commit = self._block.source.version.commit
        return last_run(location, table, branch or default, commit or (self.config.commit if self.config else None))
