"""`Branches`: listing, creating, renaming and deleting the branches of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.branches.target import check_name, head_of
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.as_of import AsOf, check_as_of
from dolt_integrations.core.configs.branch import named_branch
from dolt_integrations.core.configs.options import check_flag
from dolt_integrations.core.manage.merged import is_merged
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.core.provenance.trailers import execution_of
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.engine.names.identifiers import check_branch_name
from dolt_integrations.engine.versions.branches import (
    branch_heads,
    create_branch,
    delete_branch,
    rename_branch,
)
from dolt_integrations.engine.versions.heads import active_branch, find_branches
from dolt_integrations.engine.versions.tags import find_tags
from dolt_integrations.errors import (
    ConfigError,
    LostRaceError,
    NameTakenError,
    UnmergedBranchError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.versions.branches import BranchHead


class Branches:
    """The branches of a repository, as `Repository.branches` returns them.

    Example:
        >>> repository = Repository(folder)
        >>> _ = repository.table("users").write(pd.DataFrame({"id": [1]}), key="id", message="Run: flows/7")
        >>> _ = repository.branches.create("run/1")
        >>> repository.branches.list()[["branch", "execution_id", "is_default"]]
          branch execution_id  is_default
        0   main      flows/7        True
        1  run/1      flows/7       False
    """

    def __init__(self, place: Place) -> None:
        """Use the database, author, remote and hooks of a repository."""
        self._place = place

    def list(self) -> pd.DataFrame:
        """Return the branches, ordered by name.

        Returns:
            A row for each: `branch`, `commit`, `date` (of the commit; datetime64[us, UTC]), `author`, `message`,
            `execution_id` (missing if the message names none), `is_default`, `is_dirty` (has uncommitted work).

        Raises:
            DatabaseNotFoundError: The database does not exist.
            ServerError: The server or the remote cannot be reached, or refuses.
        """
        with self._place.reading() as database, database.connect() as connection:
            return _frame(list(branch_heads(connection).values()), active_branch(connection))

    def create(self, name: str, at: AsOf | None = None) -> Version:
        """Create a branch.

        Args:
            name: Its name.
            at: A commit, tag, branch, ancestor (`main~2`) or timestamp. None is the default branch.

        Raises:
            ConfigError: An argument has the wrong type.
            NameTakenError: A branch or tag of that name exists.
            InvalidNameError: Dolt does not accept the name, or it differs from another branch's only by case.
            NotFoundError: The revision does not exist.
        """
        check_branch_name(named_branch(name, "name"))
        check_as_of(at)
        with self._place.reading(None, at) as database, database.connect() as connection:
            _check_free(connection, name, database)
            with unrecorded_reads():
                _, commit = find_commit(database, None, at)
            try:
                create_branch(connection, name, commit)
            except LostRaceError:
                _check_free(connection, name, database)
                raise
            return Version(commit, name)

    def rename(self, old: str, new: str) -> Version:
        """Rename a branch. Its commits stay the same, but configs and literals that name it must be changed.

        Raises:
            BranchNotFoundError: The branch does not exist. The hint suggests similar names.
            NameTakenError: A branch or tag of the new name exists.
            InvalidNameError: Dolt does not accept the new name, or it differs from another branch's only by case.
            ConfigError: It is the default branch, or an argument has the wrong type.
        """
        check_branch_name(named_branch(new, "new"))
        with self._place.reading() as database, database.connect() as connection:
            commit = _head(connection, old, database)
            _check_not_default(connection, old, "renamed")
            _check_free(connection, new, database, besides=old)
            with connection.locks((database.address.database, old), (database.address.database, new)):
                rename_branch(connection, old, new)
            return Version(commit, new)

    def delete(self, name: str, *, force: bool = False) -> Version:
        """Delete a branch whose commits are also on another branch or under a tag.

        Args:
            name: The branch.
            force: Delete it even if commits or uncommitted work are lost. Pinned outputs that refer to these commits
                can be read until `gc`. To keep them, create a tag first.

        Returns:
            The version that it had. `create(name, version.commit)` restores it, until `gc` has run.

        Raises:
            BranchNotFoundError: The branch does not exist. The hint suggests similar names.
            UnmergedBranchError: It has commits or uncommitted work that would be lost.
            ConfigError: It is the default branch, or an argument has the wrong type.
            LostRaceError: It was deleted at the same time.
        """
        check_flag(force, "force")
        with self._place.reading() as database, database.connect() as connection:
            _head(connection, name, database)
            _check_not_default(connection, name, "deleted")
            return Version(remove(database, connection, name, force=force), name)


def remove(database: Database, connection: Connection, name: str, *, force: bool, commit: str | None = None) -> str:
    """Delete a branch under its lock. Returns its head commit.

    Args:
        database: The database.
        connection: A session at no revision.
        name: The branch, which exists.
        force: Whether commits and uncommitted work that only this branch has may be lost.
        commit: The expected head. None accepts any.

    Raises:
        UnmergedBranchError: It has commits or uncommitted work of its own.
        LostRaceError: It has another head by now, or was deleted.
    """
    with connection.lock(database.address.database, name):
        found = branch_heads(connection).get(name)
        if found is None or (commit is not None and found.commit != commit):
            what = f"branch {name!r} of {database.location} has moved or was deleted"
            raise LostRaceError(what, hint="Check its commits, then try again.")
        if not force:
            _check_merged(connection, found, database)
        delete_branch(connection, name)
    return found.commit


def _check_merged(connection: Connection, branch: BranchHead, database: Database) -> None:
    if branch.is_dirty:
        raise UnmergedBranchError(
            f"branch {branch.name!r} of {database.location} has uncommitted work", hint="Commit it, or use force=True."
        )
    if not is_merged(connection, branch.commit, [branch.name]):
        raise UnmergedBranchError(
            f"branch {branch.name!r} of {database.location} is not merged: no other branch and no tag has its commit "
            f"{branch.commit}",
            hint="Promote it, tag it, or use force=True, which loses its commits at the next gc.",
        )


def _head(connection: Connection, name: str, database: Database) -> str:
    return head_of(find_branches(connection), named_branch(name, "the branch"), database)


def _check_not_default(connection: Connection, name: str, what: str) -> None:
    if name == active_branch(connection):
        hint = "Check out another one first (dolt checkout), or set @@<database>_default_branch on a server."
        raise ConfigError(f"branch {name!r} is the default branch, which cannot be {what}", hint=hint)


def _check_free(connection: Connection, name: str, database: Database, besides: str | None = None) -> None:
    known = find_branches(connection)
    if name in known.heads:
        what = f"branch {name!r} already exists in database {database.location}, at commit {known.heads[name]}"
        raise NameTakenError(what, hint="Choose another name, or delete that one first.")
    tag = find_tags(connection).get(name)
    if tag is not None:
        what = f"tag {name!r} of database {database.location} is of commit {tag.commit}, and the branch would hide it"
        raise NameTakenError(what, hint="Choose another name.")
    if known.others_in_case(name) != ([besides] if besides and besides.lower() == name.lower() else []):
        check_name(known, name, database.location)


def _frame(found: Sequence[BranchHead], default: str) -> pd.DataFrame:
    dates = pd.Series([each.date for each in found], dtype="datetime64[us]").dt.tz_localize("UTC")
    return pd.DataFrame(
        {
            "branch": pd.Series([each.name for each in found], dtype=TEXT_DTYPE),
            "commit": pd.Series([each.commit for each in found], dtype=TEXT_DTYPE),
            "date": dates,
            "author": pd.Series([each.author for each in found], dtype=TEXT_DTYPE),
            "message": pd.Series([each.message for each in found], dtype=TEXT_DTYPE),
            "execution_id": pd.Series([execution_of(each.message) for each in found], dtype=TEXT_DTYPE),
            "is_default": [each.name == default for each in found],
            "is_dirty": [each.is_dirty for each in found],
        }
    )
