"""Restoring tables to an earlier version, in a new commit on the branch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.missing import missing_table
from dolt_integrations.core.branches.take import EntangledError, take_tables
from dolt_integrations.core.configs.as_of import AsOf, check_version
from dolt_integrations.core.configs.branch import SerialBranch
from dolt_integrations.core.configs.options import check_tablename, check_text
from dolt_integrations.core.manage.landing import work_on
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.core.provenance.trailers import with_trailers
from dolt_integrations.core.provenance.undone import RESTORES
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.core.writes.foreign_keys import check_references
from dolt_integrations.engine import table_name
from dolt_integrations.engine.versions.commits import commit
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.state import referring_tables
from dolt_integrations.errors import ConfigError, MergeConflictError

if TYPE_CHECKING:
    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.core.writes.workspace import Workspace
    from dolt_integrations.engine import Connection, Database


def restore(
    place: Place, tables: str | Iterable[str], to: AsOf, branch: str | None = None, message: str | None = None
) -> Version:
    """Restore tables to a version (see `Repository.restore`)."""
    names = [tables] if isinstance(tables, str) or not isinstance(tables, Iterable) else list(tables)
    if not names:
        raise ConfigError("no table to restore was given", hint="Pass a table name, or a list of them.")
    for name in names:
        check_tablename(name)
    check_version(to, "the version to restore")
    if message is not None:
        check_text(message, "message")
    with place.writing(branch, source=to) as database:
        with unrecorded_reads():
            _, revision = find_commit(database, SerialBranch(branch), to)
        found = _names_at(database, revision, names)

        def work(workspace: Workspace) -> None:
            _take(workspace.session, revision, found)
            text = message or f"Restore {', '.join(found)} to {revision}"
            commit(workspace.session, with_trailers(text, {RESTORES: revision}), place.author_in(database))

        return work_on(place, database, branch, work)


def _names_at(database: Database, revision: str, names: list[str]) -> list[str]:
    """Return the tables' names in the case that they have at the revision.

    Raises:
        TableNotFoundError: A table does not exist there.
    """
    with database.connect(revision) as snapshot:
        found = [table_name(snapshot, name) for name in names]
        missing = next((name for name in found if table_hash(snapshot, name) is None), None)
    if missing is not None:
        raise missing_table(database, missing, revision)
    return found


def _take(workspace: Connection, revision: str, tables: list[str]) -> None:
    try:
        take_tables(workspace, revision, tables)
    except EntangledError as error:
        hint = "Nothing is changed. Rename the table back first, or write the old rows to the table's new name."
        raise MergeConflictError(f"{', '.join(tables)} cannot be restored: {error}", hint=hint) from error
    with workspace.transaction():  # verifying constraints writes to system tables
        for table in tables:
            check_references(workspace, table, referring_tables(workspace, table), None)
