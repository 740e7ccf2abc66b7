"""`Scan`: a read that is described but not run yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.configs.options import BATCH_ROWS
from dolt_integrations.core.reads.batches import read_batches
from dolt_integrations.core.reads.read import read_arrow, read_table
from dolt_integrations.core.reads.request import request_of
from dolt_integrations.engine import check_statement, parse_location, with_connect_args
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from dolt_integrations.core.reads.read import Loaded


_NOT_OF_REQUESTS = ("meta_conf", "remote_conf")
_SHOWN = ("tablename", "sql", "columns", "where", "params", "branch_conf", "as_of")


@dataclass(frozen=True)
class Scan:
    """A read of a table or a query. Each method runs it, on the newest commit or the one that `as_of` names.

    `Table.scan` and `Repository.sql` return it. Those of a `Transaction` also see what the transaction has written.

    Example:
        >>> users = Repository(folder).table("users")
        >>> _ = users.write(pd.DataFrame({"id": [1, 2, 3], "name": ["Ann", "Bob", "Cy"]}), key="id")
        >>> users.scan(columns=["name"], where="id > %s", params=[1]).to_arrow().to_pylist()
        [{'name': 'Bob'}, {'name': 'Cy'}]
    """

    arguments: Mapping[str, Any]
    commit: Callable[[], str] | None = None

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            ConfigError: An argument has the wrong type, or contradicts another.
            QueryError: The SQL is not a query.
        """
        request = request_of(**{name: value for name, value in self.arguments.items() if name not in _NOT_OF_REQUESTS})
        if request.sql is not None:
            check_statement(request.sql, parse_location(self.arguments["db"]))
        own = {**self.arguments, "db": with_connect_args(self.arguments["db"], None)}  # whose pickle has no password
        object.__setattr__(self, "arguments", own)

    def __repr__(self) -> str:
        """Return what is read, and from where, without the password of a URL."""
        what = {"db": str(parse_location(self.arguments["db"]))}
        what |= {name: value for name, value in self.arguments.items() if name in _SHOWN and value is not None}
        return f"Scan({', '.join(f'{name}={value!r}' for name, value in what.items())})"

    def _now(self) -> dict[str, Any]:
        """Return the arguments, with the commit to read if that is known only now."""
        return {**self.arguments, **({"as_of": self.commit()} if self.commit is not None else {})}

    def load(self) -> Loaded:
        """Return the rows as a pandas DataFrame, together with the version that they were read from.

        Raises:
            DoltError: As `read_table` does.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}))
            >>> loaded = Repository(folder).table("users").scan().load()
            >>> loaded.data["id"].tolist(), loaded.version.branch
            ([1], 'main')
        """
        return read_table(**self._now())

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame, with the dtypes that were saved.

        Raises:
            DoltError: As `read_table` does.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1], "name": ["Ann"]}))
            >>> Repository(folder).table("users").scan(columns="name").to_pandas()
              name
            0  Ann
        """
        return self.load().data

    def to_arrow(self) -> pa.Table:
        """Return the rows as a pyarrow Table, without going through pandas.

        Raises:
            DoltError: As `read_table` does.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}))
            >>> Repository(folder).sql("select id from users").to_arrow().to_pylist()
            [{'id': 1}]
        """
        return read_arrow(**self._now())[0]

    def to_polars(self) -> pl.DataFrame:
        """Return the rows as a polars DataFrame, without going through pandas.

        Raises:
            UnsupportedTypeError: A column of a type that polars does not have.
            DoltError: As `read_table`.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1, 2]}))
            >>> Repository(folder).table("users").scan().to_polars().height
            2
        """
        from dolt_integrations.core.arrow.polars import to_polars

        return to_polars(self.to_arrow())

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pd.DataFrame]:
        """Read a table in batches, in bounded memory.

        Args:
            rows: The most rows per batch.

        Raises:
            ConfigError: The scan is of a query.
            DoltError: As `read_batches` does.

        Example:
            >>> _ = write_table(folder, "numbers", pd.DataFrame({"n": range(5)}), primary_key="n")
            >>> [len(frame) for frame in Repository(folder).table("numbers").scan().batches(2)]
            [2, 2, 1]
        """
        arguments = self._now()
        if arguments.pop("sql", None) is not None:
            raise ConfigError(
                "only a table can be read in batches, but this is a scan of a query", hint="Scan a table."
            )
        return read_batches(**arguments, rows=rows)
