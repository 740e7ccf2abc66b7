"""The Dolt datasets of a run: which of them share a Transaction, and which versions they read."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from dolt_integrations.core import MergeBranch, SerialBranch, Transaction, find_version
from dolt_integrations.errors import BranchNotFoundError, ConfigError, DatabaseNotFoundError, NotFoundError
from dolt_integrations.kedro.dataset import DoltDataset
from dolt_integrations.kedro.framework import VersionNotFoundError
from dolt_integrations.kedro.origin import PREFIX, Origin, Run, forget_reads
from dolt_integrations.kedro.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kedro.io import CatalogProtocol
    from kedro.pipeline import Pipeline

    from dolt_integrations.core import Branch, Location, Version

logger = logging.getLogger(__name__)

Place = tuple[str, str | None]
"""A database and a branch name; None is the default branch of a database that does not exist yet."""


def datasets_of(pipeline: Pipeline, catalog: CatalogProtocol[Any, Any]) -> dict[str, DoltDataset]:
    """Return the Dolt datasets of a pipeline, by their names in the catalog."""
    found = {name: catalog.get(name) for name in sorted(pipeline.datasets())}
    inner = {name: getattr(dataset, "_dataset", dataset) for name, dataset in found.items()}  # of a CachedDataset
    return {name: dataset for name, dataset in inner.items() if isinstance(dataset, DoltDataset)}


class DoltRun:
    """The Dolt datasets of the current run."""

    def __init__(self, run: Run, pipeline: Pipeline, datasets: Mapping[str, DoltDataset]) -> None:
        """Give each dataset its role in the run."""
        self.run, self._datasets = run, dict(datasets)
        self._saved = {name: datasets[name] for name in sorted(pipeline.all_outputs()) if name in datasets}
        self._works: dict[Place, Work] = {}
        writers = {output: node for node in pipeline.nodes for output in node.outputs}
        for name, dataset in datasets.items():
            node = writers.get(name)
            dataset.origin = Origin(run, name, node.name if node else None, tuple(node.inputs) if node else ())

    def begin(self, options: Mapping[str, Any], *, transaction: bool) -> None:
        """Begin a Transaction for each branch that is written to, and pin the versions that are read on others.

        Args:
            options: The options of each `Transaction`.
            transaction: Whether to use Transactions. If False, each save is a commit of its own.

        Raises:
            ConfigError: Datasets on one branch contradict each other.
            DoltError: As for `Transaction`. Nothing has begun then.
        """
        if transaction:
            self._make_databases()
        places = {name: _place_of(dataset) for name, dataset in self._datasets.items()}
        written = {places[name] for name in self._saved}
        if transaction:
            self._open({place: self._merged(place, places) for place in written}, options)
        for name, dataset in self._datasets.items():
            dataset.work = self._works.get(places[name])
            dataset.pinned = None if places[name] in written else _commit_of(dataset)

    def _make_databases(self) -> None:
        """Clone or create missing databases, because only then do their branches have names."""
        for dataset in self._saved.values():
            try:
                find_version(dataset.location)
            except DatabaseNotFoundError:
                options = dataset.transaction_options()
                with Transaction(dataset.location, author=options.get("author"), remote_conf=options["remote_conf"]):
                    pass

    def _merged(self, place: Place, places: Mapping[str, Place]) -> dict[str, Any]:
        """Return the options of the Transaction that the datasets of a place share."""
        names = [name for name in self._saved if places[name] == place]
        merged: dict[str, Any] = {}
        hooks: dict[Any, None] = {}
        for name in names:
            options = self._saved[name].transaction_options()
            hooks.update(dict.fromkeys(options.pop("meta_conf")))
            for option, value in options.items():
                known = merged.setdefault(option, value)
                is_open = known is None or value is None  # of a branch None says something: where the work begins
                if option != "db" and known != value and (not is_open or option == "merge_to"):
                    raise _contradiction(names[0], name, "branch" if option == "merge_to" else option)
                merged[option] = value if known is None else known
        return {**merged, "meta_conf": list(hooks), "merge_to": merged["merge_to"] or SerialBranch(place[1])}

    def _open(self, merged: Mapping[Place, Mapping[str, Any]], options: Mapping[str, Any]) -> None:
        with ExitStack() as stack:
            for place, given in merged.items():
                if _is_there(given["db"], given["merge_to"]):  # a NewBranch begins at its base only when it is made
                    given = {**given, "merge_to": SerialBranch(given["merge_to"].name)}
                transaction = Transaction(**{**given, **options, "message": f"{PREFIX}{self.run.id}"})
                stack.enter_context(transaction)
                self._works[place] = Work(self.run, transaction, _head(transaction, given["merge_to"]))
            stack.pop_all()

    def land(self) -> None:
        """Land the run's writes on its branches.

        Raises:
            DoltError: As for `Transaction`. None of the run is on that branch then.
        """
        landed: dict[int, Version | None] = {}
        try:
            while self._works:
                work = self._works.popitem()[1]
                landed[id(work)] = work.land()
        except BaseException as error:
            if landed:
                versions = ", ".join(f"{v.branch} ({v.commit})" for v in landed.values() if v is not None)
                logger.error("run %s has landed only on %s; none of it is on its other branches", self.run.id, versions)
            self.abandon(error)
            raise
        self._leave(landed)

    def abandon(self, error: BaseException) -> None:
        """Discard the writes that have not landed."""
        while self._works:
            self._works.popitem()[1].abandon(error)
        self._leave({})

    def _leave(self, landed: Mapping[int, Version | None]) -> None:
        for name, dataset in self._datasets.items():
            if dataset.work is None:
                dataset.leave(dataset.saved)
            else:
                dataset.leave(landed.get(id(dataset.work)) if name in self._saved else None)
        forget_reads(self.run)


def _is_there(database: Location, branch: Branch) -> bool:
    """Whether a branch that a run would create exists already."""
    if not branch.creates:
        return False
    try:
        find_version(database, branch_conf=branch)
    except BranchNotFoundError:
        return False
    return True


def _contradiction(one: str, other: str, what: str) -> ConfigError:
    return ConfigError(
        f"datasets {one!r} and {other!r} are written in one commit, but differ in their {what}",
        hint="Nothing has run. Set the same for both, or use DoltRunHooks(transaction=False).",
    )


def _place_of(dataset: DoltDataset) -> Place:
    database, branch = dataset.place
    if branch is not None and branch.name is not None:
        return database, branch.name
    try:
        return database, find_version(dataset.location).branch
    except DatabaseNotFoundError:
        return database, None


def _head(transaction: Transaction, branch: Branch | None) -> str:
    """Return the commit that is read where the run has written nothing; with a `MergeBranch` that is not its start."""
    if isinstance(branch, MergeBranch):
        return find_version(transaction.db, branch_conf=transaction.merge_to).commit
    return transaction.commit_to_read()


def _commit_of(dataset: DoltDataset) -> str | None:
    try:
        return dataset.resolve_load_version()
    except (NotFoundError, VersionNotFoundError):
        return None  # a load will raise the error
