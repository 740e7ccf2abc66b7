"""`DoltRunHooks`: a Kedro run lands as one commit, whose message names the run and its inputs."""

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

    All outputs of a run land in one commit when it ends, or none of them. The run sees its own writes, and everything
    else as it was when the run began. The commit's message names the run, the pipeline, the nodes, their outputs, the
    versions of their inputs, and the Git commit of the project.

    Example:
        >>> HOOKS = (DoltRunHooks(tests=True),)
    """

    def __init__(self, transaction: bool = True, **options: Any) -> None:
        """Set how runs land.

        Args:
            transaction: Whether a run is one commit. Otherwise each save is a commit of its own with the same message.
            **options: Options of `Transaction`: `audit`, `tests`, `on_conflict`, `author`, `write_id`.

        Raises:
            ConfigError: An option is unknown, or there are options without a transaction.
        """
        check_flag(transaction, "transaction of DoltRunHooks")
        check_options(options, _OPTIONS, "DoltRunHooks")
        if options and not transaction:
            hint = f"Remove {', '.join(sorted(options))}, or transaction=False."
            raise ConfigError("DoltRunHooks has options of a transaction, but transaction=False", hint=hint)
        self._transaction, self._options = transaction, options
        self._runs: dict[str, tuple[int, DoltRun]] = {}

    @hook_impl(trylast=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]
    ) -> None:
        """Begin the run's Transactions, and pin the versions that it reads on other branches.

        Raises:
            ConfigError: The nodes run in processes of their own, or datasets contradict each other.
            DoltError: As for `Transaction`. No node has run.
        """
        datasets = datasets_of(pipeline, catalog)
        if not datasets:
            return
        if self._transaction and isinstance(catalog, SharedMemoryDataCatalog):
            raise ConfigError(
                "ParallelRunner runs nodes in several processes, and a Transaction belongs to one process",
                hint="Nothing has run. Use ThreadRunner, or DoltRunHooks(transaction=False): each save is a commit.",
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
        """Discard what a previous run of this thread left behind: Kedro calls no hook after Ctrl-C."""
        for name, (thread, run) in list(self._runs.items()):
            if thread == threading.get_ident():
                del self._runs[name]
                run.abandon(KeyboardInterrupt())

    @hook_impl(trylast=True)
    def after_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Land the writes of the run.

        Raises:
            DoltError: As for `Transaction`, such as a conflict or a refusing audit. None of the run is on the branch.
        """
        _, run = self._runs.pop(run_params["run_id"], (0, None))
        if run is not None:
            run.land()

    @hook_impl
    def on_pipeline_error(self, error: Exception, run_params: dict[str, Any]) -> None:
        """Discard the writes of the run."""
        _, run = self._runs.pop(run_params["run_id"], (0, None))
        if run is not None:
            run.abandon(error)


def _run_of(run_params: dict[str, Any]) -> Run:
    folder = Path(run_params["project_path"])
    pipelines = ",".join(run_params.get("pipeline_names") or ["__default__"])
    return Run(str(run_params["run_id"]), folder.name, pipelines, git_commit(folder))
