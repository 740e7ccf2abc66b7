"""Saving a frame or a stream as a table, in one commit."""

from __future__ import annotations

import logging
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.branches.private import remove_abandoned
from dolt_integrations.core.branches.target import Save, head_to_write
from dolt_integrations.core.configs.branch import Branch, BranchConf, SerialBranch
from dolt_integrations.core.configs.key import Key, parse_key
from dolt_integrations.core.configs.mode import REPLACE, check_mode
from dolt_integrations.core.configs.options import check_flag, check_text
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.observed import observed
from dolt_integrations.core.progress import watched
from dolt_integrations.core.provenance.meta import metas_for_save, record_save
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.provenance.write_id import check_write_id
from dolt_integrations.core.remotes.follow import saving_to
from dolt_integrations.core.retry import retried
from dolt_integrations.core.rows.version_rows import remember
from dolt_integrations.core.writes.identity import Place, identified
from dolt_integrations.core.writes.route import _write
from dolt_integrations.core.writes.stream_source import first_batch
from dolt_integrations.engine import (
    DEFAULT_AUTHOR,
    check_table_name,
    open_database,
    parse_author,
    parse_location,
)
from dolt_integrations.engine.server.shared import one_server
from dolt_integrations.errors import LostRaceError, ServerLostError

if TYPE_CHECKING:
    from dolt_integrations.core.provenance.attempt import Attempt
    from dolt_integrations.core.provenance.meta import Metas
    from dolt_integrations.core.writes.identity import Identity
    from dolt_integrations.engine import Author, Database, Location


logger = logging.getLogger(__name__)


@one_server()
def write_table(
    db: Location,
    tablename: str,
    data: Any,
    *,
    branch_conf: BranchConf = None,
    primary_key: Key = None,
    mode: str = REPLACE,
    overwrite: bool = False,
    message: str = "Automated commit",
    author: Author | str | None = None,
    write_id: str | None = None,
    meta_conf: Metas = None,
    remote_conf: RemoteConf = None,
    attempt: Attempt | None = None,
) -> Version:
    """Write a frame or a stream to a table, and commit it.

    Readers see the branch before or after the save, never in between. If the table already equals the frame, no commit
    is made. Uncommitted work in other tables is kept, and so is the branch that a directory has checked out. If several
    writers save the same table at once, each makes a commit, and the last one wins.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`. A missing or empty directory becomes a database.
        tablename: The table. It is created if it does not exist.
        data: A pandas or polars DataFrame, or a pyarrow Table. Column names are strings or integers. Named index levels
            are saved as columns. Data larger than memory comes in batches: an iterator of frames, a pyarrow
            RecordBatchReader, or a polars LazyFrame.
        branch_conf: A branch config, or the name of an existing branch. None is the default branch.
        primary_key: The key column, or several. None uses the named index, or else the key that the table has, if any.
        mode: `replace` makes the table equal to the frame. `append` adds the rows. `upsert` updates the rows whose key
            exists and adds the others. The last two keep the columns that the frame lacks.
        overwrite: Recreate the table if its columns differ. Otherwise columns are added, dropped and widened, and a
            type change that would lose data is an error.
        message: The commit message.
        author: The commit's `Author`, or `Name <email>`. None uses the directory's `dolt config`, or else a default
            author that stands for the workflow.
        write_id: A permanent name of this write, kept in the message as the trailer `Write-Id`. If the branch already
            has a commit with it, that version is returned and nothing is written, so retries are safe in every mode. A
            commit of another table or other rows does not count, nor one that was reverted or restored away since.
        meta_conf: A `Meta` or several, which record the save.
        remote_conf: A `Remote` or its URL. The branch is pulled from it before the save, and pushed to it afterwards.
        attempt: Used by adapters instead of `write_id`: the attempt of a node that writes. Equal rows of an earlier
            attempt are adopted, others are superseded.

    Returns:
        The version that the branch has now.

    Raises:
        ConfigError: The mode is unknown, or an argument has the wrong type.
        DataError: The frame or the table's name cannot be stored as it is. Nothing is written.
        NotFoundError: The database, the branch or its base does not exist. Nothing is written.
        UncommittedChangesError: The table has uncommitted changes on the branch. Nothing is written.
        MergeConflictError: A `MergeBranch` conflicts. The error names the branch that keeps the work.
        SupersededError: Another writer has built on rows of an earlier attempt that differ from these. Nothing is
            written.
        LostRaceError: Other writers kept changing the table, or another client moved or deleted the branch. The branch
            has none of the save. If the data came in batches, the error names a branch that keeps it.
        ServerError: The server cannot be reached, or the connection was lost.
        RemoteError: The remote cannot be reached or refuses. Nothing is written.
        PushError: The push failed for good. The message names the commit that keeps the save in the database.
        MetadataError: The save succeeded, but its metadata could not be recorded.

    Example:
        >>> version = write_table(folder, "users", pd.DataFrame({"name": ["Alice"], "count": [4]}))
        >>> version.changed, version.branch
        (True, 'main')
        >>> more = pd.DataFrame({"name": ["Bob"], "count": [2]})
        >>> write_table(folder, "users", more, mode="append", write_id="run-1").changed
        True
        >>> write_table(folder, "users", more, mode="append", write_id="run-1").changed
        False
    """
    check_table_name(tablename)
    check_mode(mode, overwrite=overwrite)
    check_write_id(write_id)
    check_flag(overwrite, "overwrite")
    check_text(message, "message")
    where = str(parse_location(db))
    metas, remote, key = metas_for_save(meta_conf), Remote.parse(remote_conf), parse_key(primary_key)
    author = parse_author(author) if author is not None else None
    branch = Branch.parse(branch_conf) or SerialBranch()
    with observed("save", where, table=tablename) as observation, first_batch(data, tablename) as (rows, rest):
        rows.schema(key)
        save = Save(tablename, rows, key, message, author or DEFAULT_AUTHOR, overwrite, mode, rest=rest)
        with saving_to(remote, db, branch, author), identified(save, branch, write_id, attempt) as identity:
            with watched(f"write {tablename}") if rest is None else nullcontext():
                version = _write_with_retries(db, save, branch, author, identity, carried=remote is not None)
        observation.note(branch=version.branch, commit=version.commit, changed=version.changed)
        observation.note(rows=None if rest is not None else rows.num_rows)
    if metas:
        with open_database(db) as database:
            record_save(metas, database, version, tablename, identity.message or message)
    return version


def _write_with_retries(
    db: Location, save: Save, branch_conf: Branch, author: Author | None, identity: Identity, *, carried: bool
) -> Version:
    """Write, again after a lost race or connection unless it was written after all. A stream can be read only once."""

    def attempt() -> Version:
        with open_database(db, create=author or DEFAULT_AUTHOR, carried=carried) as database:
            named = replace(save, author=database.author_for(author))
            return _write_once(database, named, branch_conf, identity)

    return retried(attempt, *(() if save.rest is not None else (LostRaceError, ServerLostError)))


def _write_once(database: Database, save: Save, branch_conf: Branch, identity: Identity) -> Version:
    """Write, unless the branch already has a commit of this write."""
    with database.connect(local_infile=True) as connection, ExitStack() as stack:
        found = head_to_write(connection, database, branch_conf.name)
        branch = found.branch
        stack.callback(remove_abandoned, database)
        place = Place(branch, found.exists, branch_conf.merges)
        prepared = identity.prepared(stack, database, connection, save, place)
        if isinstance(prepared, Version):
            return prepared
        written = _write(database, connection, prepared, branch_conf, found)
        version = written.version
        identity.done(version)
        if written.plain is not None and version.changed and save.mode == REPLACE and not branch_conf.merges:
            source, rows = database.address.source, save.rows.data
            remember(source, version.commit, save.table, written.plain, version.table_hash, rows)
        return version
