"""The base class of datasets: the database, the branch, and the version that a load reads."""

from __future__ import annotations

import copy
import warnings
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from dolt_integrations.adapters import check_options, metas_of, options_of, parse_location
from dolt_integrations.core import AppendBranch, Remote, SerialBranch, find_version, history, with_connect_args
from dolt_integrations.errors import BranchNotFoundError, NotFoundError, RevisionNotFoundError
from dolt_integrations.kedro.framework import AbstractDataset, AbstractVersionedDataset, VersionNotFoundError
from dolt_integrations.kedro.origin import Output, Run, message_of, note_read
from dolt_integrations.kedro.place import BranchEntry, find_location, parse_branch
from dolt_integrations.kedro.versions import commit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dolt_integrations.adapters import Metas, RemoteConf
    from dolt_integrations.core import Branch, Location, Version
    from dolt_integrations.kedro.framework import Version as KedroVersion
    from dolt_integrations.kedro.origin import Origin
    from dolt_integrations.kedro.work import Work

D = TypeVar("D", bound="DoltDataset")


class DoltDataset(AbstractVersionedDataset[Any, Any]):
    """The base class of the datasets. Nothing is opened before a dataset is used, and nothing stays open.

    Kedro's versions are files in a folder; a table's versions are the commits of its database. So saves have no
    version names, a load version may be anything that names a commit, and `versioned: true` is optional.
    """

    versioned = True
    """Kedro reads it, so that load versions from the command line are not ignored."""

    def __init__(
        self,
        what: str,
        database: Location | None,
        *,
        branch: BranchEntry,
        credentials: Mapping[str, Any] | None,
        remote: RemoteConf,
        hooks: Metas,
        metadata: Mapping[str, Any] | None,
        version: KedroVersion | None,
    ) -> None:
        """Set the location of the dataset.

        Args:
            what: The table, or the name that represents it in Kedro's messages.
            database: See `DoltTableDataset`.
            branch: See `DoltTableDataset`.
            credentials: See `DoltTableDataset`.
            remote: See `DoltTableDataset`.
            hooks: See `DoltTableDataset`.
            metadata: See `DoltTableDataset`.
            version: The load and save version from Kedro.
        """
        super().__init__(PurePosixPath(what), version)
        self.metadata = metadata
        self._location = find_location(database, credentials)
        self._shown = str(parse_location(self._location))
        self._branch = parse_branch(branch)
        self._remote = Remote.parse(remote)
        self._hooks = metas_of(hooks)
        self._as_of: Any = None
        self._saved: Version | None = None
        self.origin: Origin | None = None
        self.work: Work | None = None
        self.pinned: str | None = None

    @classmethod
    def _save_wrapper(cls, save_func: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        """Wrap `save` as Kedro does for datasets without versions, because no path of a version has to be unused."""
        return AbstractDataset._save_wrapper.__func__(cls, save_func)  # type: ignore[attr-defined, no-any-return]

    def _copy(self: D, **overwrite_params: Any) -> D:
        """Return a copy that reads another version, as Kedro's catalog does for `load(name, version=...)`."""
        other = copy.copy(self)
        other.pinned = None
        for name, value in overwrite_params.items():
            setattr(other, name, value)
        return other

    def __getstate__(self) -> dict[str, Any]:
        """Pickle without the Transaction of a run, which belongs to this process, and without the credentials.

        The processes of a ParallelRunner get the location with its password (`with_connect_args`).
        """
        state = {**self.__dict__, "work": None}
        if (args := state.get("_init_args")) is not None:  # what Kedro keeps for `to_config`
            database = with_connect_args(args.get("database"), None)
            state["_init_args"] = {**args, "database": database, "credentials": None}
        return state

    def _load_args(self, load_args: object, known: tuple[str, ...]) -> dict[str, Any]:
        """Check and return the options of a load, and keep its `as_of`."""
        options = options_of(load_args, "load_args")
        check_options(options, (*known, "as_of"), "load_args")
        self._as_of = options.pop("as_of", None)
        return options

    def _source(self) -> dict[str, Any]:
        """Return the arguments of a read: the database and the version.

        Raises:
            VersionNotFoundError: There is no such load version.
        """
        source: dict[str, Any] = {"db": self._location, "meta_conf": self._hooks, "remote_conf": self._remote}
        source |= {"branch_conf": self._branch, **self._version_to_read()}
        if self.work is not None and self.work.is_own(str(source["as_of"])):
            # Only this run can read that commit, and no remote has it.
            source.update(meta_conf=(), remote_conf=None)
        return source

    def _version_to_read(self) -> dict[str, Any]:
        if self.pinned is not None:
            return {"as_of": self.pinned}
        label = self._version.load if self._version else None
        if label:
            return {"as_of": self._commit_of(str(label))}
        if self._as_of is None and (commit := self._commit_of_run()) is not None:
            return {"as_of": commit}
        if self._branch is not None and self._branch.creates and not self._is_there(self._branch):
            return {"branch_conf": None, "as_of": self._as_of or self._branch.start}
        return {"as_of": self._as_of}

    def _commit_of_run(self) -> str | None:
        """Return the commit of the run's Transaction, or that of the last save; None is the branch's newest commit."""
        if self.work is not None:
            return self.work.commit_to_read(self._table())
        return self._saved.commit if self._saved is not None else None

    def _warn_of_pinned(self) -> None:
        """Warn that a load will not return what was saved, as Kedro does."""
        pinned = (self._version.load if self._version else None) or self._as_of
        if pinned is not None:
            warnings.warn(f"{self} was saved, but loads return version {pinned!r}, not the saved rows", stacklevel=4)

    def _message(self, table: str, note: str | None) -> str:
        """Return the commit message of a save: the run, if there is one, and what its node has read."""
        origin = self.origin
        if origin is not None and origin.node is not None:
            notes = [note] if note else []
            return message_of(origin.run, [Output(origin.dataset, table, origin.node)], origin.inputs_read(), notes)
        run = self._version.save if self._version else None
        return note or (message_of(Run(run), [], []) if run else f"Save {table} by Kedro")

    def _note(self, commit: str, what: str) -> None:
        """Record the version that a run has read, unless the run itself wrote it."""
        if self.origin is not None and not (self.work is not None and self.work.is_own(commit)):
            note_read(self.origin, commit, what, self._shown)

    def _commit_of(self, label: str) -> str:
        branch = self._branch
        if branch is not None and branch.creates and not self._is_there(branch):
            branch = None
        try:
            return commit_of(self._location, branch, self._remote, label)
        except RevisionNotFoundError as error:
            raise VersionNotFoundError(f"Did not find version {label!r} for {self}.\n{error}") from error

    def _is_there(self, branch: Branch) -> bool:
        try:
            find_version(self._location, branch_conf=branch, remote_conf=self._remote)
        except BranchNotFoundError:
            return False
        return True

    @property
    def place(self) -> tuple[str, Branch | None]:
        """The database, without a password and independent of the working directory, and the branch."""
        return self._shown, self._branch

    @property
    def location(self) -> Location:
        """The location with which the database is opened."""
        return self._location

    @property
    def saved(self) -> Version | None:
        """The version of the last save; None before one, and after `release`."""
        return self._saved

    def transaction_options(self) -> dict[str, Any]:
        """Return the arguments for a Transaction. The branch is None if it only has to exist."""
        is_plain = self._branch is None or isinstance(self._branch, (AppendBranch, SerialBranch))
        branch = None if is_plain else self._branch
        return {"db": self._location, "merge_to": branch, "remote_conf": self._remote, "meta_conf": self._hooks}

    def leave(self, version: Version | None) -> None:
        """Leave the run: from now on, loads read the branch."""
        self.work, self.pinned, self.origin, self._saved = None, None, None, version

    def resolve_load_version(self) -> str:
        """Return the commit that a load reads now.

        Raises:
            VersionNotFoundError: There is no such load version.
            NotFoundError: No such database or branch.
        """
        where = {"branch_conf": self._branch, **self._version_to_read()}
        return find_version(self._location, **where, remote_conf=self._remote).commit

    def resolve_save_version(self) -> str | None:
        """Return the commit that the last save made or found; None before a save and after `release`."""
        return self._saved.commit if self._saved is not None else None

    def _get_versions(self) -> list[str]:
        """Return the commits that changed the table, newest first."""
        try:
            past = history(self._location, self._table(), branch_conf=self._branch, remote_conf=self._remote)
        except NotFoundError as error:
            raise VersionNotFoundError(f"Did not find any versions for {self}.\n{error}") from error
        return [str(commit) for commit in past["commit"]]

    def _get_version_from_path(self, path: str) -> str:
        """Return the version itself: a commit has no path."""
        return path

    def _table(self) -> str | None:
        """Return the table whose commits are the dataset's versions; None for all commits."""
        return None

    def _release(self) -> None:
        """Forget what was saved: the next load reads the newest version."""
        self._saved = None

    def _describe(self) -> dict[str, Any]:
        """Return the fields that Kedro displays, without a password."""
        version = self._version.load if self._version else None
        branch = self._branch.name if self._branch is not None else None
        return {"database": self._shown, "branch": branch, "as_of": self._as_of, "version": version}
