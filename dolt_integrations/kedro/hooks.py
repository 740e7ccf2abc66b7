"""`DoltRunHooks`: what a run of Kedro writes lands together, and each commit says which run made it, and from what."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io.data_catalog import SharedMemoryDataCatalog

from dolt_integrations.adapters import check_flag, check_options
from dolt_integrations.errors import ConfigError
from dolt_integrations.kedro.framework import hook_impl
from dolt_integrations.kedro.origin import Run, git_commit
from dolt_integrations.kedro.run import DoltRun, datasets_of

if TYPE_CHECKING:
    from kedro.io import CatalogProtocol
    from kedro.pipeline import Pipeline

_OPTIONS = ("audit", "author", "on_conflict", "tests", "write_id")


class DoltRunHooks:
    """Hooks for `settings.py`: a run is one Transaction on each branch that it writes to.

    All outputs of a run land in one commit when it has ended, or none of them. The run sees what it has written, and
    everything else as it was when the run began. The commit's message names the run, the pipeline, the nodes, what they
    wrote, the versions of what they had read, and the Git commit of the project.

    Example:
        >>> HOOKS = (DoltRunHooks(tests=True),)
    """

    def __init__(self, transaction: bool = True, **options: Any) -> None:
        """Say how runs land.

        Args:
            transaction: Whether a run is one commit. Else each save is one, at once, with the same names in it.
            **options: As `Transaction` takes them: `audit`, `tests`, `on_conflict`, `author`, `write_id`.

        Raises:
            ConfigError: An option is unknown, or there are options without a transaction.
        """
        check_flag(transaction, "transaction of DoltRunHooks")
        check_options(options, _OPTIONS, "DoltRunHooks")
        if options and not transaction:
            hint = f"Leave out {', '.join(sorted(options))}, or the transaction=False."
            raise ConfigError("DoltRunHooks has options of a transaction, and transaction=False", hint=hint)
        self._transaction, self._options = transaction, options
        self._runs: dict[str, tuple[int, DoltRun]] = {}

    @hook_impl(trylast=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]
    ) -> None:
        """Begin the run's Transactions, and pin what it reads elsewhere.

        Raises:
            ConfigError: The nodes run in processes of their own, or datasets contradict each other.
            DoltError: As `Transaction`. Nothing has run.
        """
        datasets = datasets_of(pipeline, catalog)
        if not datasets:
            return
        if self._transaction and isinstance(catalog, SharedMemoryDataCatalog):
            raise ConfigError(
                "a run with ParallelRunner is no Transaction: its nodes are processes, and a Transaction is of one",
                hint="Nothing has run. Use ThreadRunner, or DoltRunHooks(transaction=False): each save lands at once.",
            )
        self._end_interrupted()
        run = DoltRun(_run_of(run_params), pipeline, datasets)
        try:
            run.begin(self._options, transaction=self._transaction)
        except BaseException as error:
            run.abandon(error)
            raise
        self._runs[run.run.id] = (threading.get_ident(), run)

    def _end_interrupted(self) -> None:
        """Drop what a run of this thread has left: Kedro says nothing of one that Ctrl-C has ended."""
        for name, (thread, run) in list(self._runs.items()):
            if thread == threading.get_ident():
                del self._runs[name]
                run.abandon(KeyboardInterrupt())

    @hook_impl(trylast=True)
    def after_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Land what the run has written.

        Raises:
            DoltError: As `Transaction`: a conflict, an audit that refuses. The branch has nothing of the run.
        """
        _, run = self._runs.pop(run_params["run_id"], (0, None))
        if run is not None:
            run.land()

    @hook_impl
    def on_pipeline_error(self, error: Exception, run_params: dict[str, Any]) -> None:
        """Drop what the run has written."""
        _, run = self._runs.pop(run_params["run_id"], (0, None))
        if run is not None:
            run.abandon(error)


def _run_of(run_params: dict[str, Any]) -> Run:
    folder = Path(run_params["project_path"])
    pipelines = ",".join(run_params.get("pipeline_names") or ["__default__"])
    return Run(str(run_params["run_id"]), folder.name, pipelines, git_commit(folder))
