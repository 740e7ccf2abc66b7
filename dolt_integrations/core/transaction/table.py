"""`TransactionTable`: one table in a `Transaction`, including what the transaction has written so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.engine import check_table_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from dolt_integrations.core.configs.key import Key
    from dolt_integrations.core.reads.scan import Scan
    from dolt_integrations.core.transaction.transaction import Transaction
    from dolt_integrations.engine.sql.parameters import Params


class TransactionTable:
    """One table of a `Transaction`, as `Transaction.table` returns it.

    The transaction sees its own writes immediately. Others see them when the transaction has landed.

    Attributes:
        name: The table's name.

    Example:
        >>> with Repository(folder).transaction() as work:
        ...     users = work.table("users")
        ...     users.write(pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]}), key="id")
        ...     users.write(pd.DataFrame({"id": [2], "name": ["Bea"]}), mode="upsert")
        ...     users.scan(where="id > %s", params=[1]).to_arrow().to_pylist()
        [{'id': 2, 'name': 'Bea'}]
    """

    def __init__(self, transaction: Transaction, name: str) -> None:
        """Name a table, which need not exist yet.

        Raises:
            InvalidNameError: Dolt does not accept the name.
        """
        check_table_name(name)
        self._transaction, self.name = transaction, name

    def __repr__(self) -> str:
        """Show the transaction and the table."""
        return f"{self._transaction!r}.table({self.name!r})"

    def write(self, data: Any, *, key: Key = None, mode: str = REPLACE, overwrite: bool = False) -> None:
        """Write rows (see `Transaction.write`).

        Args:
            data: A pandas or polars DataFrame, a pyarrow Table, or a stream of them.
            key: The primary key column, or several. None uses the named index, or else the key that the table has.
            mode: `replace`, `append` or `upsert`.
            overwrite: Whether to recreate the table if its columns differ.

        Raises:
            DoltError: As `Transaction.write` does.
        """
        self._transaction.write(self.name, data, primary_key=key, mode=mode, overwrite=overwrite)

    def scan(self, columns: str | Iterable[str] | None = None, where: str | None = None, params: Params = None) -> Scan:
        """Describe a read of the table. The methods of the `Scan` read it in its state at that point.

        Args:
            columns: The columns to read. None reads all.
            where: An SQL condition, with `%s` or `%(name)s` for values.
            params: The values, as a list or a dict.
        """
        return self._transaction.scan(tablename=self.name, columns=columns, where=where, params=params)

    def read(self) -> pd.DataFrame:
        """Return the whole table as it is in the transaction, as a pandas DataFrame.

        Raises:
            DoltError: As `read_table` does.
        """
        return self.scan().to_pandas()
