"""Reading what a `Transaction` began at, with what it has written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

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

    @abstractmethod
    def _commit_to_read(self) -> str:
        """Return a commit that has all that was written so far."""
