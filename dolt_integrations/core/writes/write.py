"""Saving a frame as a table: all of it, in one commit, or nothing."""

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
from dolt_integrations.errors import LostRaceError, ServerLostError

if TYPE_CHECKING:
    from dolt_integrations.core.provenance.attempt import Attempt
    from dolt_integrations.core.provenance.meta import Metas
    from dolt_integrations.core.writes.identity import Identity
    from dolt_integrations.engine import Author, Database, Location


logger = logging.getLogger(__name__)


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
    """Write a frame to a table, and commit it.

    Readers see the branch before the save or after it, never in between. A table that is like the frame already is
    left alone: no commit. Uncommitted work in other tables stays as it is, and so does the branch that the directory
    has checked out. Of several writers of one table the last one wins, each with a commit of its own.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`. A missing or empty directory becomes a database.
        tablename: The table; made when it is not there.
        data: The rows: a pandas or polars DataFrame or a pyarrow Table. Columns are named by texts or integers; the
            named levels of the index are saved as well. What is larger than memory comes in batches: an iterator of
            frames, a pyarrow RecordBatchReader, or a polars LazyFrame.
        branch_conf: The branch, a config or the name of one that exists; None is the default branch.
        primary_key: The key's column, or its columns. None is the named index, else the key that the table has, if any.
        mode: `replace` makes the table equal to the frame. `append` adds the rows, and `upsert` changes those whose
            key is there and adds the others; both leave columns that the frame lacks as they are.
        overwrite: Make a table with other columns anew. Otherwise columns are added, dropped and widened, and a type
            that would lose data is an error.
        message: The commit's message.
        author: Of the commit, an `Author` or `Name <email>`. None is whom `dolt config` names for the directory, else
            the workflow itself.
        write_id: Names this write for good. Where the branch has a commit of that write already, it is returned and
            nothing is written: a retry is safe, in every mode. It stands in the message as the trailer `Write-Id`. A
            commit that is not of this table and these rows is not taken for it.
        meta_conf: What is told of the save: a `Meta`, or several.
        remote_conf: What the branch is pulled from before, and pushed to after: a `Remote`, or its URL.
        attempt: In place of `write_id`, for adapters of workflow managers: which attempt of which node writes. The same
            rows of an earlier attempt are adopted, other ones are superseded.

    Returns:
        The version that the branch has now.

    Raises:
        ConfigError: The mode is unknown, or an argument is of the wrong kind.
        DataError: The frame, or the table's name, is not to be stored as it is; nothing is written.
        NotFoundError: No such database, branch or base; nothing is written.
        UncommittedChangesError: The table has uncommitted changes on the branch; nothing is written.
        MergeConflictError: A `MergeBranch` conflicts; the error names the branch that keeps the work.
        SupersededError: Others have built on rows that an earlier attempt wrote and this one does not; nothing is
            written.
        LostRaceError: Others kept changing the same table, or another client moved or deleted the branch: it has
            nothing of the save. What came in batches is then on a branch that the error names.
        ServerError: The server cannot be reached or went away.
        RemoteError: The remote cannot be reached or refuses, before anything is written.
        PushError: The push failed for good; the text says which commit is safe where.
        MetadataError: The save is there, and could not be told.

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
    """Write; after a lost race or server look first whether it was written. A stream cannot be read a second time."""

    def attempt() -> Version:
        with open_database(db, create=author or DEFAULT_AUTHOR, carried=carried) as database:
            named = replace(save, author=author or database.author or DEFAULT_AUTHOR)
            return _write_once(database, named, branch_conf, identity)

    return retried(attempt, *(() if save.rest is not None else (LostRaceError, ServerLostError)))


def _write_once(database: Database, save: Save, branch_conf: Branch, identity: Identity) -> Version:
    """Write, unless the branch has a commit of this very write."""
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
