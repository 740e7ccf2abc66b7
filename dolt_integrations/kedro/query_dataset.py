"""`DoltQueryDataset`: the result of a query in a catalog."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import bind, check_as_of, check_text, without_rows
from dolt_integrations.errors import ConfigError, FileError, NotFoundError
from dolt_integrations.kedro.dataset import DoltDataset
from dolt_integrations.kedro.frames import check_library, read_frame
from dolt_integrations.kedro.framework import DatasetError

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from dolt_integrations.adapters import Metas, RemoteConf
    from dolt_integrations.core import Location
    from dolt_integrations.kedro.framework import Version as KedroVersion
    from dolt_integrations.kedro.place import BranchEntry


class DoltQueryDataset(DoltDataset):
    """The result of a query on one version of a Dolt database, for loading only.

    Example:
        ```yaml
        big_users:
          type: dolt_integrations.kedro.DoltQueryDataset
          database: data/shop
          sql: select name from users where `count` > %s
          load_args: {params: [5], as_of: v1.2}
        ```

        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Ann", "Bob"], "count": [4, 6]}))
        >>> DoltQueryDataset(folder, "select name from users where `count` > 5").load()["name"].tolist()
        ['Bob']
    """

    def __init__(
        self,
        database: Location | None = None,
        sql: str | None = None,
        *,
        filepath: str | os.PathLike[str] | None = None,
        branch: BranchEntry = None,
        dataframe: str = "pandas",
        load_args: Mapping[str, Any] | None = None,
        credentials: Mapping[str, Any] | None = None,
        remote: RemoteConf = None,
        hooks: Metas = None,
        metadata: Mapping[str, Any] | None = None,
        version: KedroVersion | None = None,
    ) -> None:
        """Set the query and the database.

        Args:
            database: See `DoltTableDataset`.
            sql: A read-only query. It may use `AS OF`. Give either `sql` or `filepath`.
            filepath: A file that contains the query.
            branch: See `DoltTableDataset`.
            dataframe: See `DoltTableDataset`.
            load_args: `params` for the query's `%s` or `%(name)s`, `as_of` for an old version.
            credentials: See `DoltTableDataset`.
            remote: See `DoltTableDataset`.
            hooks: See `DoltTableDataset`.
            metadata: See `DoltTableDataset`.
            version: See `DoltTableDataset`.

        Raises:
            ConfigError: Both or neither of `sql` and `filepath` are given, or an argument has the wrong type.
        """
        _check_query(sql, filepath)
        check_library(dataframe)
        super().__init__(
            "query",
            database,
            branch=branch,
            credentials=credentials,
            remote=remote,
            hooks=hooks,
            metadata=metadata,
            version=version,
        )
        self._sql, self._file, self._dataframe = sql, Path(filepath) if filepath is not None else None, dataframe
        self._params = self._load_args(load_args, ("params",)).get("params")
        check_as_of(self._as_of)
        if sql is not None:
            bind(sql, self._params)

    @property
    def sql(self) -> str:
        """The query.

        Raises:
            FileError: Its file cannot be read.
        """
        if self._file is None:
            return str(self._sql)
        try:
            return self._file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            hint = "Check the path; the file has to be UTF-8 text with one SELECT."
            raise FileError(f"the query file {self._file} cannot be read: {error}", hint=hint) from error

    def load(self) -> Any:
        """Return the result.

        Raises:
            VersionNotFoundError: There is no such load version.
            DatasetError: As for `read_table`. Its cause is the `DoltError`.
        """
        frame, version = self._read(self.sql, self._dataframe)
        self._note(version.commit, " ".join(self.sql.split()))
        return frame

    def save(self, data: Any) -> None:
        """Refuse to save, because a query is read-only.

        Raises:
            DatasetError: Always.
        """
        raise DatasetError(f"{self} is a query, which is read-only. Save to a DoltTableDataset.")

    def _read(self, sql: str, dataframe: str) -> tuple[Any, Any]:
        return read_frame(dataframe, {**self._source(), "sql": sql, "params": self._params})

    def _exists(self) -> bool:
        """Whether the version that a load reads has all that the query names."""
        try:
            self._read(without_rows(self.sql), "arrow")
        except NotFoundError:
            return False
        return True

    def _describe(self) -> dict[str, Any]:
        return {"sql": self._sql, "filepath": self._file, **super()._describe()}


def _check_query(sql: object, filepath: object) -> None:
    if (sql is None) == (filepath is None):
        which = "both `sql` and `filepath`" if sql is not None else "neither `sql` nor `filepath`"
        raise ConfigError(f"a DoltQueryDataset has {which}", hint="Set exactly one of them.")
    if sql is not None:
        check_text(sql, "sql of a DoltQueryDataset")
