"""`Place`: the database, author, remote and hooks that a `Repository` was created with."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.branch import SerialBranch
from dolt_integrations.core.configs.remote import Remote
from dolt_integrations.core.provenance.meta import Meta, record_save
from dolt_integrations.core.remotes.follow import loading_from, saving_to
from dolt_integrations.engine import Author, Location, open_database
from dolt_integrations.engine.versions.commits import message_of
from dolt_integrations.engine.versions.merges import changed_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.engine import Database


@dataclass(frozen=True)
class Place:
    """A database, the author of commits to it, its remote, and the hooks to notify.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}))
        >>> with Place(folder).reading() as database, database.connect() as session:
        ...     session.rows("SELECT id FROM users")
        [(1,)]
    """

    location: Location = field(repr=False)  # may have a password
    author: Author | None = None
    remote: Remote | None = None
    hooks: tuple[Meta, ...] = ()

    @contextmanager
    def reading(self, branch: str | None = None, *revisions: AsOf | None) -> Iterator[Database]:
        """Yield the open database, after pulling the branch and those among the revisions, if there is a remote."""
        config = SerialBranch(branch)
        with loading_from(self.remote, self.location, config, *revisions), open_database(self.location) as database:
            yield database

    @contextmanager
    def writing(self, branch: str | None = None, *, source: AsOf | None = None) -> Iterator[Database]:
        """Yield the open database. If there is a remote, the branch is pulled before and pushed after the block.

        Args:
            branch: The branch to write to.
            source: What the block reads. If it is another branch, it is pulled as well.
        """
        with (
            saving_to(self.remote, self.location, SerialBranch(branch), self.author, start=source),
            open_database(self.location) as database,
        ):
            yield database

    def author_in(self, database: Database) -> Author:
        """Return the author of commits: the given one, the database's, or the default."""
        return database.author_for(self.author)

    def notify(self, database: Database, before: str, version: Version) -> None:
        """Notify the hooks of each table that an operation has changed.

        Args:
            database: The database.
            before: The branch's head before the operation.
            version: The branch's version now.

        Raises:
            MetadataError: A hook failed.
        """
        if not self.hooks or not version.changed:
            return
        with database.connect() as connection:
            tables = changed_tables(connection, before, version.commit)
            message = message_of(connection, version.commit)
        for table in tables:
            record_save(self.hooks, database, version, table, message)
