"""`Transaction`: several tables in one commit, on a branch of its own, audited, and merged as one or not at all."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.audits import refusal
from dolt_integrations.core.branches.landed import check_landed
from dolt_integrations.core.branches.pending import check_branch
from dolt_integrations.core.branches.private import keep_branch, private_branch, remove_abandoned
from dolt_integrations.core.branches.target import Save, check_name, head_of, name_for_merge
from dolt_integrations.core.branches.undo import take_back, warn_of
from dolt_integrations.core.configs.branch import Branch, SerialBranch, check_on_conflict, named_branch
from dolt_integrations.core.configs.options import check_flag, check_text, shown_kind
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.frames.digest import RowsDigest
from dolt_integrations.core.frames.key import Key, parse_key
from dolt_integrations.core.provenance.find import find_write
from dolt_integrations.core.provenance.meta import metas_for_save, record_save
from dolt_integrations.core.provenance.reads import note_read
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.provenance.write_id import (
    check_write_id,
    rows_digest_of,
    superseded_by,
    superseding,
    with_write_id,
    without_superseding,
)
from dolt_integrations.core.reads.scan import Scan
from dolt_integrations.core.remotes.follow import saving_to
from dolt_integrations.core.schemas.union import REPLACE, check_mode
from dolt_integrations.core.transaction.table import TransactionTable
from dolt_integrations.core.writes.beside import create_target, merge_work
from dolt_integrations.core.writes.stream import batches_of, build_batches
from dolt_integrations.core.writes.stream_source import first_batch
from dolt_integrations.engine import (
    DEFAULT_AUTHOR,
    check_table_name,
    find_table,
    open_database,
    parse_author,
    parse_location,
)
from dolt_integrations.engine.session.forks import check_process
from dolt_integrations.engine.tables.schema import table_name
from dolt_integrations.engine.versions.checks import failed_checks
from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.engine.versions.procedures import (
    commit,
    find_branches,
    head,
    message_of,
    parent,
    resolve,
    soft_reset,
    stage,
    status,
)
from dolt_integrations.errors import AuditError, ConfigError, LostRaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from dolt_integrations.core.branches.merge import Superseded
    from dolt_integrations.core.provenance.meta import Metas
    from dolt_integrations.core.reads.read import Loaded
    from dolt_integrations.engine import Author, Connection, Database, Location
    from dolt_integrations.engine.sql.parameters import Params


class Transaction:
    """A block of writes to several tables that land on a branch together, in one commit, or not at all.

    The tables are written on a private branch, where the block reads what it has written. At its end they are
    committed there, audited, and merged into `merge_to`, by a fast-forward or a merge commit; what others changed there
    meanwhile stays. A block that raises leaves nothing. One that is refused by the audit, or that conflicts, leaves its
    work on a branch that the error names.

    Attributes:
        start: The commit that the block began at.
        version: The version that `merge_to` has, once the block has ended.

    Example:
        >>> with Transaction(folder, message="Add a shop") as shop:
        ...     shop.write("users", pd.DataFrame({"name": ["Alice"]}))
        ...     shop.table("orders").write(pd.DataFrame({"user": ["Alice"], "item": ["tea"]}))
        ...     shop.sql("select item from users join orders on user = name").to_arrow().to_pylist()
        [{'item': 'tea'}]
        >>> shop.version.branch, shop.version.changed
        ('main', True)
    """

    def __init__(
        self,
        db: Location,
        merge_to: Branch | str | None = None,
        *,
        branch_from: str | None = None,
        create: bool = False,
        message: str = "Automated commit",
        author: Author | str | None = None,
        on_conflict: str | None = None,
        audit: Callable[[Transaction], object] | None = None,
        tests: bool = False,
        write_id: str | None = None,
        meta_conf: Metas = None,
        remote_conf: RemoteConf = None,
        superseded: Superseded | None = None,
    ) -> None:
        """Say where to.

        Args:
            db: A directory, a `mysql://` URL, or a `doltcli.Dolt`. A missing or empty directory becomes a database.
            merge_to: The branch that the work lands on, or its config; None is the default branch. A `NewBranch` is
                made where it is not there, and a `MergeBranch` says where the work begins as well.
            branch_from: The branch, tag or commit to begin at; None is the head of `merge_to`.
            create: Make `merge_to` with what the block writes, where it is not there; it then begins at `branch_from`,
                or at the default branch.
            message: The commit's message.
            author: Of the commit, also as a text `Name <email>`.
            on_conflict: See `MergeBranch`.
            audit: Called with this block once its work is committed on the private branch: `read` reads it there. It
                refuses the work by raising, or by returning anything but None and what is true; a column or a frame is
                neither (return `.all()` of its condition).
            tests: Run Dolt's own tests, the table `dolt_tests` of the branch; a failing one refuses the work.
            write_id: See `write_table`: a block whose commit is on `merge_to` already does nothing. If that commit is
                of other rows, the end of the block is an error.
            meta_conf: Told of each table.
            remote_conf: What `merge_to` is pulled from before the block, and pushed to after it.
            superseded: For adapters of workflow managers: for each table the writes of earlier attempts that the block
                takes back, newest first; `message` names them.

        Raises:
            ConfigError: `on_conflict` is unknown, or an argument is of the wrong kind.
        """
        target = Branch.parse(merge_to, "merge_to") or SerialBranch()
        start = target.start if branch_from is None else named_branch(branch_from, "branch_from")
        on_conflict = on_conflict or getattr(target, "on_conflict", None)
        check_on_conflict(on_conflict)
        check_write_id(write_id)
        check_text(message, "message")
        parse_location(db)
        for name, flag in (("create", create), ("tests", tests)):
            check_flag(flag, name)
        if audit is not None and not callable(audit):
            raise ConfigError(f"audit is {shown_kind(audit)}", hint="Give a function of one argument, the Transaction.")
        self.db, self.merge_to, self.branch_from, self.create = db, target.name, start, create or target.creates
        self.author = parse_author(author) if author is not None else None
        self.on_conflict, self.audit, self.tests = on_conflict, audit, tests
        self.write_id, self.remote_conf, self._metas = write_id, Remote.parse(remote_conf), metas_for_save(meta_conf)
        self.message, self._plain_message = with_write_id(message, write_id), message
        self._digest = hashlib.sha256()
        self.start = ""
        self.version: Version | None = None
        self._superseded, self._outside = superseded or {}, superseded or {}
        self._tables: dict[str, None] = {}
        self._failure: BaseException | None = None
        self._earlier = self._is_new = self._is_unseen = self._is_seen = self._is_done = False
        self._stack = ExitStack()
        self._database: Database | None = None
        self._workspace: Connection | None = None

    def __enter__(self) -> Transaction:
        """Begin: from now on the database's server is held, and a private branch is there."""
        check_process()
        self._digest = hashlib.sha256()
        self.version, self._tables, self._failure = None, {}, None
        self._earlier = self._is_unseen = self._is_seen = self._is_done = False
        with ExitStack() as stack:
            stack.enter_context(saving_to(self.remote_conf, self.db, SerialBranch(self.merge_to), self.author))
            self._database = stack.enter_context(open_database(self.db, create=self.author or DEFAULT_AUTHOR))
            self._begin(stack, self._database)
            self._stack = stack.pop_all()
        return self

    def _begin(self, stack: ExitStack, database: Database) -> None:
        with database.connect() as connection:
            known = find_branches(connection)
            stack.callback(remove_abandoned, database)
            self.merge_to = known.name_of(self.merge_to)
            check_name(known, self.merge_to, database.location)
            self._is_new = self.create and self.merge_to not in known.heads
            begin = head_of(known, known.active if self._is_new else self.merge_to, database)
            self.start = resolve(connection, self.branch_from) if self.branch_from else begin
        if self.write_id is not None and not self._is_new:
            turn = stack.enter_context(database.connect())
            stack.enter_context(turn.lock(database.address.database, "write", self.write_id))
            self.version = self._find_earlier(database)
            self._earlier = self.version is not None
        if not self._is_new and not self._earlier:
            check_branch(database, str(self.merge_to))
        self._workspace = stack.enter_context(private_branch(database, self.start))
        self._take_back(database, self._workspace)

    def _take_back(self, database: Database, workspace: Connection) -> None:
        """Take back here what the start has of earlier attempts; the rest is taken back before the work is merged."""
        begin, self._outside = head(workspace), {}
        for table, writes in self._superseded.items():
            here = tuple(write for write in writes if is_ancestor(workspace, write.work, begin))
            there = tuple(write for write in writes if write not in here)
            if here:
                take_back(database, workspace, table, here)
                warn_of(table, here)
                self._tables[table_name(workspace, table)], self._is_unseen = None, True
            if there:
                self._outside[table] = there

    def _find_earlier(self, database: Database) -> Version | None:
        """Return the version that an earlier attempt of this very block has made."""
        found = find_write(database, str(self.merge_to), str(self.write_id))
        return Version(found, self.merge_to, changed=False) if found else None

    def table(self, name: str) -> TransactionTable:
        """Return a handle on a table, which need not be there yet.

        Raises:
            InvalidNameError: Dolt has no tables of this name.
        """
        return TransactionTable(self, name)

    def write(
        self,
        tablename: str,
        data: Any,
        *,
        primary_key: Key = None,
        mode: str = REPLACE,
        overwrite: bool = False,
    ) -> None:
        """Write a frame, or a stream of them, to a table; see `write_table`. Others see it when the block has ended.

        Raises:
            ConfigError: The block has not begun, or has ended, or an argument is of the wrong kind.
            DataError: The frame is not to be stored as it is. Where Dolt itself refuses it, or a stream fails after its
                first batch, the block lands nothing, even if the error is caught.
        """
        check_table_name(tablename)
        check_mode(mode, overwrite=overwrite)
        check_flag(overwrite, "overwrite")
        key = parse_key(primary_key)
        workspace, database = self._open()
        if self._is_done:
            hint = "Write in the `with` block; an audit accepts by returning None or True, and refuses by raising."
            raise ConfigError("an audit reads the work of its Transaction, it does not add to it", hint=hint)
        with first_batch(data, tablename) as (rows, rest):
            rows.schema(key)
            name = name_for_merge(workspace, database, str(self.merge_to), tablename)
            author = self.author or database.author or DEFAULT_AUTHOR
            save = Save(name, rows, key, self.message, author, overwrite, mode, rest=rest)
            digest = RowsDigest(key or ()) if self.write_id is not None else None
            self._write(workspace, save, digest)
        if digest is not None:
            self._digest.update(f"{tablename.lower()} {mode} {digest.hex()}".encode())

    def _write(self, workspace: Connection, save: Save, digest: RowsDigest | None) -> None:
        if self._earlier:
            for _ in batches_of(save, digest):
                pass  # the rows are there already; in the end the digest tells whether they are these
            self._tables[save.table] = None
            return
        schema = save.schema(find_table(workspace, save.table))
        try:
            if build_batches(workspace, save, digest, schema):
                self._tables[save.table], self._is_unseen = None, True
        except BaseException as error:
            self._failure = error
            raise

    def read(
        self,
        tablename: str | None = None,
        sql: str | None = None,
        *,
        columns: str | Iterable[str] | None = None,
        where: str | None = None,
        params: Params = None,
    ) -> Loaded:
        """Read a table, or run a query, on the private branch: what the block began at, with what it has written.

        The arguments are those of `read_table`. The commit of the version is one of the private branch.

        Raises:
            ConfigError: The block has not begun, or has ended.
            DoltError: As `read_table`; or what made an earlier write of the block fail.
        """
        return self.scan(tablename=tablename, sql=sql, columns=columns, where=where, params=params).load()

    def sql(self, query: str, params: Params = None) -> Scan:
        """Describe a query on what the block began at and what it has written; the methods of the `Scan` run it.

        Args:
            query: One that only reads, with `%s` or `%(name)s` for values.
            params: The values, in a list or a dict.
        """
        return self.scan(sql=query, params=params)

    def scan(self, **what: Any) -> Scan:
        """Describe a read of the private branch; `what` are arguments of `read_table`."""
        return Scan({"db": self.db, **what}, commit=self._commit_to_read)

    def _commit_to_read(self) -> str:
        """Return the commit that has what the block began at and what it has written.

        What it has written is committed on the private branch for that; in the end all of it becomes one commit.
        """
        workspace, database = self._open()
        if self._failure is not None:
            raise self._failure
        if self._earlier and self.version is not None:
            # As the block saw it that made the commit: without its writes before it writes, with them after.
            with database.connect() as session:
                before = None if self._tables else parent(session, self.version.commit)
            return before or self.version.commit
        if self._is_unseen:
            author = self.author or database.author or DEFAULT_AUTHOR
            commit(workspace, "Work of a Transaction that has not ended", author)
            self._is_unseen, self._is_seen = False, True
        note_read(self.start)
        return head(workspace)

    def _open(self) -> tuple[Connection, Database]:
        if self._workspace is None or self._database is None:
            raise ConfigError("a Transaction is written to and read within its `with` block", hint="Open one.")
        return self._workspace, self._database

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Land the work, if the block did not raise."""
        if error is not None:
            self._workspace = None
            self._stack.__exit__(kind, error, traceback)
            return
        with self._stack:
            try:
                self.version = self._adopted(self.version) if self.version is not None else self._land()
                self._tell(self.version)
            finally:
                self._workspace = None

    def _adopted(self, version: Version) -> Version:
        """Return the version that an earlier attempt has made, if it is of the rows of this block.

        Raises:
            ConfigError: It is not.
        """
        _, database = self._open()
        with database.connect() as connection:
            known = rows_digest_of(message_of(connection, version.commit))
        if known is not None and known != self._digest.hexdigest()[:32]:
            raise ConfigError(
                f"write id {self.write_id!r} is of other rows in commit {version.commit} of {database.location}",
                hint="Nothing is written. Give each block a write_id of its own.",
            )
        return version

    def _land(self) -> Version:
        workspace, database = self._open()
        self.message = with_write_id(self._plain_message, self.write_id, rows=self._digest.hexdigest()[:32])
        if self._failure is not None:
            raise self._failure
        author = self.author or database.author or DEFAULT_AUTHOR
        if self._is_seen:
            self._squash(workspace)
        self._is_unseen, self._is_seen, self._is_done = False, False, True
        made = commit(workspace, self._work_message(), author) if self._tables else None
        if made is not None:
            self._check(workspace, database, made)
        landed = self._bring(database, workspace, made, author)
        version = Version(landed, self.merge_to, changed=made is not None or bool(self._outside))
        if version.changed:
            check_landed(database, workspace, str(self.merge_to), landed, keep=True)
        return version

    def _squash(self, workspace: Connection) -> None:
        """Make what was committed for reads uncommitted work again, all of it staged: Dolt unstages it on the way."""
        soft_reset(workspace, self.start)
        # Dolt's status says nothing of a comment that has changed; triggers may have written to other tables.
        stage(workspace, sorted({*self._tables, *(entry.table for entry in status(workspace))}))

    def _work_message(self) -> str:
        """Return the message of the work's own commit, which names only what it takes back itself."""
        if not self._outside:
            return self.message
        there = [write.commit for writes in self._outside.values() for write in writes]
        known = superseded_by(self.message)
        return superseding(without_superseding(self.message), [each for each in known if each not in there])

    def _bring(self, database: Database, workspace: Connection, made: str | None, author: Author) -> str:
        """Bring `merge_to` onto the commit, if one was made. Returns the commit that it has then."""
        branch = str(self.merge_to)
        if self._is_new:
            with suppress(LostRaceError):  # somebody else has made it since: then it is merged into
                create_target(workspace, branch, made or self.start)
                return made or self.start
        if made is None and not self._outside:
            with database.connect(branch) as connection:
                return head(connection)
        work = made or self.start
        return merge_work(database, work, branch, self.message, author, self.on_conflict, self._outside)

    def _tell(self, version: Version) -> None:
        _, database = self._open()
        if self._metas:
            for table in self._tables:
                record_save(self._metas, database, version, table, self.message)

    def _check(self, workspace: Connection, database: Database, made: str) -> None:
        problem, cause = self._problem(workspace)
        if problem:
            kept = keep_branch(database, made)
            raise AuditError(
                f"the Transaction on {database.location} was refused: {problem}",
                hint=f"{self.merge_to!r} has nothing of it; the work is on branch {kept!r}.",
                branch=kept,
            ) from cause

    def _problem(self, workspace: Connection) -> tuple[str | None, BaseException | None]:
        if self.tests and (failed := failed_checks(workspace)):
            return "; ".join(failed), None
        try:
            return (refusal(self.audit(self)) if self.audit is not None else None), None
        except Exception as error:  # noqa: BLE001 - whatever the user's function raises refuses the work
            return f"the audit raised {type(error).__name__}: {error}", error
