"""`Transaction`: writing several tables in one commit, which is audited and lands as a whole or not at all."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.audits import check_audit
from dolt_integrations.core.branches.target import Save, name_for_merge
from dolt_integrations.core.configs.branch import Branch, SerialBranch, named_branch
from dolt_integrations.core.configs.key import Key, parse_key
from dolt_integrations.core.configs.mode import REPLACE, check_mode
from dolt_integrations.core.configs.options import check_flag, check_text
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.observed import observed
from dolt_integrations.core.provenance.meta import metas_for_save, record_save
from dolt_integrations.core.remotes.follow import saving_to
from dolt_integrations.core.transaction.block import Block
from dolt_integrations.core.transaction.options import BlockOptions
from dolt_integrations.core.transaction.reads import TransactionReads
from dolt_integrations.core.transaction.table import TransactionTable
from dolt_integrations.core.writes.stream_source import first_batch
from dolt_integrations.engine import DEFAULT_AUTHOR, check_table_name, open_database, parse_author, parse_location
from dolt_integrations.engine.session.forks import check_process
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from dolt_integrations.core.branches.merges.merge import Superseded
    from dolt_integrations.core.provenance.meta import Metas
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.engine import Author, Location


class Transaction(TransactionReads):
    """A block of writes to several tables, which land on a branch together in one commit, or not at all.

    The tables are written on a private branch, on which the block can read them. At its end, they are committed there,
    audited, and merged into `merge_to` by a fast-forward or a merge commit, keeping what others have committed
    there. If the block raises, nothing is kept. If the audit refuses the work or the merge conflicts, the work is
    kept on a branch that the error names.

    Attributes:
        start: The commit that the block started from.
        version: The version that `merge_to` has after the block.

    Example:
        >>> with Transaction(folder, message="Add a shop") as shop:
        ...     shop.write("users", pd.DataFrame({"name": ["Alice"]}))
        ...     shop.table("orders").write(pd.DataFrame({"user": ["Alice"], "item": ["tea"]}))
        ...     shop.sql("select item from users join orders on user = name").to_arrow().to_pylist()
        [{'item': 'tea'}]
        >>> shop.version.branch, shop.version.changed
        ('main', True)
    """

    start = ""
    version: Version | None = None
    _block: Block | None = None
    _is_audited = False
    _began = 0.0

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
        """Configure a block of writes.

        Args:
            db: A directory, a `mysql://` URL, or a `doltcli.Dolt`. A missing or empty directory becomes a database.
            merge_to: The branch to land on, or its config. None is the default branch. A `NewBranch` is created if it
                does not exist. A `MergeBranch` also determines where the work starts.
            branch_from: The branch, tag or commit to start from. None is the head of `merge_to`.
            create: Whether to create `merge_to` if it does not exist. It then starts from `branch_from`, or from the
                default branch.
            message: The commit message.
            author: The commit's author, also as a string `Name <email>`.
            on_conflict: See `MergeBranch`.
            audit: A function that is called with this block after its work is committed on the private branch, where
                `read` reads it. It refuses the work by raising, or by returning anything but None or a true value; a
                column or a frame is neither (return `.all()` of a condition).
            tests: Whether to run Dolt's own tests (the branch's table `dolt_tests`). A failing test refuses the work.
            write_id: See `write_table`. If `merge_to` has a commit with the id, only tables that were taken back since
                are written. If that commit has other rows, the end of the block raises an error.
            meta_conf: A `Meta` or several, which record each table that is saved.
            remote_conf: A remote. `merge_to` is pulled from it before the block, and pushed to it afterwards.
            superseded: Used by adapters: writes of earlier attempts to take back, newest first, by table.

        Raises:
            ConfigError: `on_conflict` is unknown, or an argument has the wrong type.
        """
        target = Branch.parse(merge_to, "merge_to") or SerialBranch()
        self._options = BlockOptions(
            target,
            branch=target.name,
            branch_from=named_branch(branch_from, "branch_from") if branch_from is not None else None,
            create=create,
            message=message,
            author=parse_author(author) if author is not None else None,
            on_conflict=on_conflict or target.resolution,
            write_id=write_id,
            superseded=superseded or {},
        )
        parse_location(db)
        check_flag(tests, "tests")
        check_audit(audit, "the Transaction")
        self.db, self.merge_to, self.message, self.author = db, target.name, message, self._options.author
        self.write_id, self.audit, self.tests = write_id, audit, tests
        self.remote_conf, self._metas = Remote.parse(remote_conf), metas_for_save(meta_conf)
        self._stack = ExitStack()

    def __enter__(self) -> Transaction:
        """Open the database and create the private branch.

        Raises:
            ConfigError: Its `with` block has begun already, maybe in another thread.
            NotFoundError: The database, `merge_to` or `branch_from` does not exist.
            UncommittedChangesError: A merge is in progress on `merge_to`.
            ServerError: The server or the remote cannot be reached, or refuses.
        """
        check_process()
        if self._block is not None:  # a second block would take the place of the first, whose writes would be lost
            raise ConfigError("this Transaction is in a `with` block already", hint="Make another Transaction.")
        self.version, self._is_audited, self._began = None, False, time.monotonic()
        with ExitStack() as stack:
            target = self._options.target if self._options.target.name else SerialBranch(self.merge_to)
            start = self._options.branch_from or ("HEAD" if self._options.create else None)
            stack.enter_context(saving_to(self.remote_conf, self.db, target, self.author, start=start))
            author, carried = self.author or DEFAULT_AUTHOR, self.remote_conf is not None
            database = stack.enter_context(open_database(self.db, create=author, carried=carried))
            self._block = Block(database, replace(self._options, branch=self.merge_to), stack)
            self.merge_to, self.start = self._block.branch, self._block.start
            self._stack = stack.pop_all()
        return self

    def table(self, name: str) -> TransactionTable:
        """Return a handle for a table, which need not exist yet.

        Raises:
            InvalidNameError: Dolt does not accept the name.
        """
        return TransactionTable(self, name)

    def describe(self, message: str) -> None:
        """Set the commit message, which may be known only after the work is done.

        Raises:
            ConfigError: It is not a string, or blank.

        Example:
            >>> with Transaction(folder) as work:
            ...     work.write("users", pd.DataFrame({"id": [1, 2]}))
            ...     work.describe("Add 2 users")
            >>> Repository(folder).history(limit=1)["message"].tolist()
            ['Add 2 users']
        """
        check_text(message, "message")
        self.message, self._options = message, replace(self._options, message=message)
        if self._block is not None:
            self._block.describe(message)

    def write(
        self,
        tablename: str,
        data: Any,
        *,
        primary_key: Key = None,
        mode: str = REPLACE,
        overwrite: bool = False,
    ) -> None:
        """Write a frame or a stream to a table (see `write_table`). Others see it after the block has ended.

        Raises:
            ConfigError: The block has not begun or has ended, or an argument has the wrong type.
            DataError: The frame cannot be stored as it is. If Dolt itself refuses it, or a stream fails after its first
                batch, the block lands nothing even if the error is caught.
        """
        check_table_name(tablename)
        check_mode(mode, overwrite=overwrite)
        check_flag(overwrite, "overwrite")
        key = parse_key(primary_key)
        block = self._open()
        if self._is_audited:
            hint = "Write in the `with` block; an audit accepts by returning None or True, and refuses by raising."
            raise ConfigError("an audit can read the work of its Transaction, but not add to it", hint=hint)
        with first_batch(data, tablename) as (rows, rest):
            rows.schema(key)
            name = name_for_merge(block.work.session, block.database, block.branch, tablename)
            block.write(Save(name, rows, key, block.message, block.author, overwrite, mode, rest=rest))

    def commit_to_read(self) -> str:
        """Return a commit of the private branch with all that was written, as `TransactionReads` describes it."""
        return self._open().commit_to_read()

    def _open(self) -> Block:
        if self._block is None:
            raise ConfigError(
                "a Transaction can be used only inside its `with` block",
                hint="Use: with Transaction(...) as block: ...",
            )
        return self._block

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Audit and land the work, if the block did not raise.

        Raises:
            AuditError: The audit or a test refused the work. The error names the branch that keeps it.
            MergeConflictError: Others changed the same rows or schema. The error names the branch that keeps the work.
            UncommittedChangesError: The merge changes a table with uncommitted work.
            LostRaceError: Other writers kept moving the branch.
            PushError: The work landed, but could not be pushed.
            MetadataError: The work landed, but a hook failed.
        """
        block, self._is_audited = self._block, True
        if error is not None or block is None:
            self._block = None
            self._stack.__exit__(kind, error, traceback)
            return
        with self._stack:
            try:
                audit = None if self.audit is None else partial(self.audit, self)
                where, tables = str(block.database.location), sorted(block.tables)
                with observed("save", where, since=self._began, tables=tables) as observation:
                    self.version = block.land(audit, tests=self.tests)
                    observation.note(**{name: getattr(self.version, name) for name in ("branch", "commit", "changed")})
                self.message = block.message
                for table in block.tables if self._metas else ():
                    record_save(self._metas, block.database, self.version, table, self.message)
            finally:
                self._block = None
