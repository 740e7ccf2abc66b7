"""`Work`: the `Transaction` of a run on one branch of a database, which the datasets there share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import REPLACE
from dolt_integrations.core import save_in
from dolt_integrations.errors import ConfigError
from dolt_integrations.kedro.origin import Input, Output, message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dolt_integrations.core import Transaction, Version
    from dolt_integrations.kedro.origin import Origin, Run


class Work:
    """What a run writes to one branch: the run sees it immediately, others when the run has ended.

    A Transaction is one session, and the nodes of a run may be threads: they take turns.
    """

    def __init__(self, run: Run, transaction: Transaction, head: str) -> None:
        """Take a Transaction that has begun.

        Args:
            run: The run.
            transaction: Within its `with` block.
            head: The commit that the branch was at when the run began.
        """
        self._run, self._transaction, self._head = run, transaction, head
        self._lock = threading.RLock()
        self._written: set[str] = set()
        self._saved: dict[str, int] = {}
        self._outputs: list[Output] = []
        self._inputs: list[Input] = []
        self._notes: list[str] = []
        self._own: set[str] = set()

    def commit_to_read(self, table: str | None) -> str:
        """Return the commit that a load reads: what the run has written, else what was there when it began.

        Args:
            table: The table; None is a query, of any.
        """
        with self._lock:
            if not self._written or (table is not None and table.lower() not in self._written):
                return self._head
            commit = self._transaction.commit_to_read()
            if commit != self._head:
                self._own.add(commit)
            return commit

    def is_own(self, commit: str) -> bool:
        """Whether a commit has what the run has written, so that it is gone when the run has ended."""
        return commit in self._own

    def write(self, origin: Origin | None, table: str, data: Any, options: Mapping[str, Any]) -> None:
        """Write rows. Of the chunks of one dataset that a node yields, all but the first are appended.

        Raises:
            DoltError: As `Transaction.write`.
        """

        def write(transaction: Transaction) -> None:
            ours: dict[str, Any] = {name: options.get(name) for name in ("primary_key", "mode", "overwrite")}
            if ours["mode"] == REPLACE and self._is_chunk(origin):
                ours.update(mode="append", overwrite=False)
            transaction.write(table, data, **ours)

        self._do(write, origin, table, options.get("message"))

    def write_file(self, origin: Origin | None, table: str, file: Any, options: Mapping[str, Any]) -> None:
        """Write a file. If a node yields several, they have to be added to the table, not to replace it.

        Raises:
            ConfigError: Another file would replace the one before it.
            DoltError: As `dolt_integrations.core.save_in`.
        """
        options = dict(options)
        message = options.pop("message", None)
        if options.get("mode", REPLACE) == REPLACE and self._is_chunk(origin):
            hint = "Set `save_args: {mode: append}`, or return one file."
            raise ConfigError(
                f"a node yields several files for table `{table}`, each of which would replace the previous one",
                hint=hint,
            )
        self._do(lambda transaction: save_in(transaction, table, file, options), origin, table, message)

    def _is_chunk(self, origin: Origin | None) -> bool:
        return origin is not None and self._saved.get(origin.dataset, 0) > 0

    def _do(self, write: Callable[[Transaction], None], origin: Origin | None, table: str, message: str | None) -> None:
        with self._lock:
            write(self._transaction)
            self._written.add(table.lower())
            if origin is not None and origin.node is not None:
                self._saved[origin.dataset] = self._saved.get(origin.dataset, 0) + 1
                self._outputs.append(Output(origin.dataset, table, origin.node))
                self._inputs.extend(origin.inputs_read())
            if message is not None:
                self._notes.append(message)

    def land(self) -> Version | None:
        """Commit what the run has written, and bring it to the branch.

        Raises:
            DoltError: As `Transaction`; none of the run is on the branch then.
        """
        with self._lock:
            self._transaction.describe(message_of(self._run, self._outputs, self._inputs, self._notes))
            self._transaction.__exit__(None, None, None)
            return self._transaction.version

    def abandon(self, error: BaseException) -> None:
        """Drop what the run has written."""
        with self._lock:
            self._transaction.__exit__(type(error), error, error.__traceback__)
