"""`Tags`: permanent names of versions, which `gc` keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.as_of import AsOf, check_as_of
from dolt_integrations.core.configs.options import check_text, shown_kind
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.engine import nearest
from dolt_integrations.engine.names.identifiers import check_branch_name
from dolt_integrations.engine.versions.heads import branch_head
from dolt_integrations.engine.versions.tags import create_tag, delete_tag, find_tags
from dolt_integrations.errors import ConfigError, NameTakenError, RevisionNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.versions.tags import Tag


class Tags:
    """The tags of a repository, as `Repository.tags` returns them.

    Example:
        >>> repository = Repository(folder)
        >>> _ = repository.table("users").write(pd.DataFrame({"id": [1]}), key="id")
        >>> _ = repository.tags.create("good", message="checked by Ann")
        >>> repository.tags.list()[["tag", "message"]]
            tag         message
        0  good  checked by Ann
    """

    def __init__(self, place: Place) -> None:
        """Use the database, author, remote and hooks of a repository."""
        self._place = place

    def list(self) -> pd.DataFrame:
        """Return the tags, ordered by name.

        Returns:
            A row for each: `tag`, `commit`, `date` (of the tag; datetime64[us, UTC]), `author`, `message`.

        Raises:
            DatabaseNotFoundError: The database does not exist.
            ServerError: The server or the remote cannot be reached, or refuses.
        """
        with self._place.reading() as database, database.connect() as connection:
            found = find_tags(connection).values()
        columns = {
            "tag": [each.name for each in found],
            "commit": [each.commit for each in found],
            "date": pd.Series([each.date for each in found], dtype="datetime64[us]").dt.tz_localize("UTC"),
            "author": [each.tagger for each in found],
            "message": [each.message for each in found],
        }
        return pd.DataFrame({name: _column(values) for name, values in columns.items()})

    def create(self, name: str, at: AsOf | None = None, *, message: str = "") -> Version:
        """Tag a version.

        Args:
            name: The tag's name.
            at: A commit, tag, branch, ancestor (`main~2`) or timestamp. None is the head of the default branch.
            message: The tag's message.

        Raises:
            ConfigError: An argument has the wrong type.
            NameTakenError: A branch or tag of that name exists, or a tag whose name differs only by case.
            InvalidNameError: Dolt does not accept the name.
            NotFoundError: The revision does not exist.
        """
        _check(name)
        check_as_of(at)
        with self._place.reading(None, at) as database, database.connect() as connection:
            with unrecorded_reads():
                _, commit = find_commit(database, None, at)
            with connection.lock(database.address.database, "tag", name):
                _check_free(find_tags(connection), name, database)
                _check_no_branch(connection, name, database)
                create_tag(connection, name, commit, message, self._place.author_in(database))
        return Version(commit)

    def rename(self, old: str, new: str) -> Version:
        """Rename a tag, by creating it under the new name and then deleting the old one.

        Raises:
            ConfigError: A name is not a string.
            RevisionNotFoundError: The tag does not exist. The hint suggests similar names.
            NameTakenError: A branch or tag of the new name exists, or a tag whose name differs only by case.
            InvalidNameError: Dolt does not accept the new name.
        """
        _check(new)
        with self._place.reading() as database, database.connect() as connection:
            with connection.lock(database.address.database, "tag", new):
                known = find_tags(connection)
                tag = _find(known, old, database)
                _check_free(known, new, database)
                _check_no_branch(connection, new, database)
                create_tag(connection, new, tag.commit, tag.message, self._place.author_in(database))
            delete_tag(connection, old)
        return Version(tag.commit)

    def delete(self, name: str) -> Version:
        """Delete a tag. Commits that are only reachable from it are lost at the next `gc`.

        Returns:
            The version that it named. `create(name, version.commit)` restores it, until `gc` has run.

        Raises:
            ConfigError: The name is not a string.
            RevisionNotFoundError: The tag does not exist. The hint suggests similar names.
        """
        with self._place.reading() as database, database.connect() as connection:
            tag = _find(find_tags(connection), name, database)
            delete_tag(connection, name)
        return Version(tag.commit)


def _column(values: object) -> pd.Series:
    return values if isinstance(values, pd.Series) else pd.Series(values, dtype=TEXT_DTYPE)


def _check(name: object) -> None:
    if not isinstance(name, str):
        raise ConfigError(f"the name of a tag is {shown_kind(name)}", hint="Pass a string.")
    check_branch_name(name)


def _check_free(known: Mapping[str, Tag], name: str, database: Database) -> None:
    other = next((each for each in known if each.lower() == name.lower()), None)
    if other is not None:
        what = f"tag {other!r} already exists in database {database.location}, at commit {known[other].commit}"
        raise NameTakenError(what, hint="Choose another name, or delete that one first.")


def _check_no_branch(connection: Connection, name: str, database: Database) -> None:
    commit = branch_head(connection, name)
    if commit is not None:
        what = f"branch {name!r} of database {database.location} is at commit {commit}, and would hide the tag"
        raise NameTakenError(what, hint="Choose another name.")


def _find(known: Mapping[str, Tag], name: str, database: Database) -> Tag:
    check_text(name, "the name of the tag")
    if name not in known:
        raise RevisionNotFoundError(f"no tag {name!r} in database {database.location}", hint=nearest(name, known))
    return known[name]
