"""`Table`: one table of a repository, on one branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.core.reads.scan import Scan
from dolt_integrations.core.repository.inspection import Inspection
from dolt_integrations.core.writes.write import write_table
from dolt_integrations.engine import check_table_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.core.configs.key import Key
    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.core.repository.repository import Repository
    from dolt_integrations.engine.sql.parameters import Params


class Table(Inspection):
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

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1], "name": ["Ann"]}), key="id")
            >>> users.write(pd.DataFrame({"id": [2], "name": ["Bob"]}), mode="upsert").changed
            True
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

        Example:
            >>> users = Repository("mysql://me@db/shop").table("users")
            >>> users.scan(columns=["name"], where="id > %s", params=[1])
            Scan(db='mysql://me@db:3306/shop', tablename='users', columns=['name'], where='id > %s', params=[1])
        """
        part = {"columns": columns, "where": where, "params": params, "as_of": as_of}
        return Scan({**self._named(), "meta_conf": self.repository.hooks, **part})

    def read(self, as_of: AsOf | None = None) -> pd.DataFrame:
        """Return the whole table as a pandas DataFrame with the dtypes that were saved.

        Raises:
            DoltError: As for `read_table`.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1]}))
            >>> _ = users.write(pd.DataFrame({"id": [2]}))
            >>> users.read(as_of="HEAD~1")["id"].tolist()
            [1]
        """
        return self.scan(as_of=as_of).to_pandas()

    @property
    def _place(self) -> Place:
        return self.repository._place
