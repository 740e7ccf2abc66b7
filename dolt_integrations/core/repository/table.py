"""`Table`: one table of a repository, on one branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.core.cards.diff import compare_card
from dolt_integrations.core.cards.table import table_card
from dolt_integrations.core.inspect.added import added_rows
from dolt_integrations.core.inspect.blame import blame
from dolt_integrations.core.inspect.diff import diff
from dolt_integrations.core.inspect.history import history
from dolt_integrations.core.manage.summary import summary
from dolt_integrations.core.origins.row import who_wrote
from dolt_integrations.core.origins.walk import lineage
from dolt_integrations.core.reads.scan import Scan
from dolt_integrations.core.writes.write import write_table
from dolt_integrations.engine import check_table_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.core.configs.key import Key
    from dolt_integrations.core.manage.summary import Summary
    from dolt_integrations.core.origins.graph import Lineage
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.core.repository.repository import Repository
    from dolt_integrations.engine.sql.parameters import Params
    from dolt_integrations.render import Card


class Table:
    """One table of a repository, on one branch. Nothing is opened before a method is called.

    Created by `Repository.table`.

    Attributes:
        repository: The database.
        name: The table's name.
        branch: The branch config; None is the default branch.

    Example:
        >>> users = Repository(folder).table("users")
        >>> version = users.write(pd.DataFrame({"id": [1], "name": ["Ann"]}), key="id", message="Add Ann")
        >>> users.read()
           id name
        0   1  Ann
    """

    def __init__(self, repository: Repository, name: str, branch: Branch | None = None) -> None:
        """Name a table, which need not exist yet.

        Raises:
            InvalidNameError: Dolt does not accept the name for a table.
        """
        check_table_name(name)
        self.repository, self.name, self.branch = repository, name, branch

    def __repr__(self) -> str:
        """Return the expression that creates the table."""
        branch = f", branch={self.branch!r}" if self.branch is not None else ""
        return f"{self.repository!r}.table({self.name!r}{branch})"

    def _repr_html_(self) -> str:
        return self.card().html()

    def card(self, as_of: AsOf | None = None) -> Card:
        """Return a card of the table: columns, first rows, last changes, commits. See `table_card`.

        A notebook displays a table as the card of its newest version.
        """
        return table_card(self.repository.location, self.name, branch_conf=self.branch, as_of=as_of)

    def changes(self, from_: AsOf, to: AsOf = "HEAD") -> Card:
        """Return a card of the differences between two versions, for tables of any size. See `compare_card`.

        It never raises: what cannot be looked up is a line of the card.
        """
        return compare_card(self.repository.location, self.name, from_, to, branch_conf=self.branch)

    def write(
        self,
        data: Any,
        *,
        key: Key = None,
        mode: str = "replace",
        overwrite: bool = False,
        message: str = "Automated commit",
        author: str | None = None,
        write_id: str | None = None,
    ) -> Version:
        """Write rows and commit them; see `write_table`.

        Args:
            data: A pandas or polars DataFrame, a pyarrow Table, or a stream of them.
            key: The column or columns of the primary key. None keeps the table's key.
            mode: `replace`, `append` or `upsert`.
            overwrite: Whether to recreate the table if the types of its columns do not fit.
            message: The commit's message.
            author: `Name <email>`; None is the repository's author.
            write_id: An identifier for the write: another write with the same id finds the commit of the first.

        Returns:
            The new version of the branch. A write that changes nothing makes no commit.

        Raises:
            DoltError: As for `write_table`; the table is unchanged.
        """
        repository = self.repository
        return write_table(
            repository.location,
            self.name,
            data,
            branch_conf=self.branch,
            primary_key=key,
            mode=mode,
            overwrite=overwrite,
            message=message,
            author=author or repository.author,
            write_id=write_id,
            meta_conf=repository.hooks,
            remote_conf=repository.remote,
        )

    def scan(
        self,
        columns: str | Iterable[str] | None = None,
        where: str | None = None,
        params: Params = None,
        as_of: AsOf | None = None,
    ) -> Scan:
        """Return a `Scan` of the table, whose methods read the rows.

        Args:
            columns: The columns to read; None is all.
            where: A SQL condition, with `%s` or `%(name)s` for values.
            params: The values, in a list or a dict.
            as_of: A commit, tag, branch, `HEAD~2` or timestamp; None is the newest commit.

        Raises:
            ConfigError: An argument has the wrong type, or the params do not match the condition.
        """
        part = {"columns": columns, "where": where, "params": params, "as_of": as_of}
        return Scan({**self._source(), "tablename": self.name, "meta_conf": self.repository.hooks, **part})

    def read(self, as_of: AsOf | None = None) -> pd.DataFrame:
        """Return the whole table as a pandas DataFrame with the dtypes that were saved.

        Raises:
            DoltError: As for `read_table`.
        """
        return self.scan(as_of=as_of).to_pandas()

    def summary(self, as_of: AsOf | None = None, first: int = 10) -> Summary:
        """Return the table's columns, its number of rows and its first rows, without fetching all of it.

        Raises:
            NotFoundError: No such database, branch, version or table.
        """
        branch = self.branch.name if self.branch is not None else None
        return summary(self.repository._place, self.name, branch, as_of, first)

    def history(self, as_of: AsOf | None = None, limit: int | None = None) -> pd.DataFrame:
        """Return the commits that changed the table, newest first; see `history`.

        Raises:
            DoltError: As `history`.
        """
        return history(**self._named(), as_of=as_of, limit=limit)

    def diff(self, from_: AsOf, to: AsOf = "HEAD", *, limit: int | None = None, offset: int = 0) -> pd.DataFrame:
        """Return the rows that differ between two versions, before and after; see `diff`.

        Raises:
            DoltError: As `diff`.
        """
        return diff(**self._named(), from_=from_, to=to, limit=limit, offset=offset)

    def added(self, commit: AsOf = "HEAD") -> pd.DataFrame:
        """Return the rows that a commit added to the table; see `added_rows`.

        Raises:
            DoltError: As `added_rows`.
        """
        return added_rows(**self._named(), commit=commit)

    def blame(self, as_of: AsOf | None = None) -> pd.DataFrame:
        """Return the commit that wrote each row; see `blame`.

        Raises:
            PrimaryKeyError: The table has no primary key.
            DoltError: As `blame`.
        """
        return blame(**self._named(), as_of=as_of)

    def lineage(self, as_of: AsOf | None = None, **options: Any) -> Lineage:
        """Return the executions that wrote the table, what they read, and who wrote that; see `lineage`.

        Args:
            as_of: The version; None is the newest.
            **options: Options of `lineage`: `depth`, `commits`, `databases`.

        Raises:
            DoltError: As `lineage`.
        """
        return lineage(**self._named(), as_of=as_of, **options)

    def who_wrote(self, key: Any, as_of: AsOf | None = None) -> pd.DataFrame:
        """Return the commits and executions that changed a row, newest first; see `who_wrote`.

        Args:
            key: The row's key: a value, a tuple, or a dict by column name.
            as_of: The newest commit to look at; None is the branch's head.

        Raises:
            DoltError: As `who_wrote`.
        """
        return who_wrote(**self._named(), key=key, as_of=as_of)

    def _source(self) -> dict[str, Any]:
        return {"db": self.repository.location, "branch_conf": self.branch, "remote_conf": self.repository.remote}

    def _named(self) -> dict[str, Any]:
        return {**self._source(), "tablename": self.name}
