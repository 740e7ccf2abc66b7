"""Reading in a `Transaction`: the commit that it started from, plus what it has written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from dolt_integrations.core.reads.scan import Scan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dolt_integrations.core.reads.read import Loaded
    from dolt_integrations.engine import Location
    from dolt_integrations.engine.sql.parameters import Params


class TransactionReads(ABC):
    """The reads of a `Transaction`."""

    db: Location

    def read(
        self,
        tablename: str | None = None,
        sql: str | None = None,
        *,
        columns: str | Iterable[str] | None = None,
        where: str | None = None,
        params: Params = None,
    ) -> Loaded:
        """Read a table or run a query, including what the block has written.

        The arguments are those of `read_table`. The commit of the returned version is on the private branch.

        Raises:
            ConfigError: The block has not begun or has ended.
            DoltError: As `read_table` does; or the error of an earlier write of the block that failed.
        """
        return self.scan(tablename=tablename, sql=sql, columns=columns, where=where, params=params).load()

    def sql(self, query: str, params: Params = None) -> Scan:
        """Describe a query, which includes what the block has written. The methods of the `Scan` run it.

        Args:
            query: A read-only query, with `%s` or `%(name)s` for values.
            params: The values, as a list or a dict.
        """
        return self.scan(sql=query, params=params)

    def scan(
        self,
        tablename: str | None = None,
        sql: str | None = None,
        *,
        columns: str | Iterable[str] | None = None,
        where: str | None = None,
        params: Params = None,
    ) -> Scan:
        """Describe a read of the private branch, with arguments of `read_table`.

        Raises:
            ConfigError: An argument has the wrong type, or contradicts another.
            QueryError: The SQL is not a query.
        """
        what = {"tablename": tablename, "sql": sql, "columns": columns, "where": where, "params": params}
        return Scan({"db": self.db, **what}, commit=self.commit_to_read)

    @abstractmethod
    def commit_to_read(self) -> str:
        """Return the hash of a commit on the private branch: what the block started from, plus what it has written.

        The commit stays readable as long as the block runs.

        Raises:
            ConfigError: The block has not begun or has ended.
            DoltError: The error of an earlier write of the block that failed.
        """
