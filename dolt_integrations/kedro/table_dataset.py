"""`DoltTableDataset`: a table of a Dolt database in a catalog."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, NewType

from dolt_integrations.adapters import (
    REPLACE,
    check_as_of,
    check_flag,
    check_mode,
    check_options,
    check_table_name,
    check_text,
    check_write_id,
    options_of,
    parse_author,
    parse_key,
    part_of,
)
from dolt_integrations.core import read_batches, write_table
from dolt_integrations.kedro.chunks import check_chunks
from dolt_integrations.kedro.frames import check_library, read_frame
from dolt_integrations.kedro.writable import WritableDataset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dolt_integrations.adapters import Metas, RemoteConf
    from dolt_integrations.core import Location
    from dolt_integrations.kedro.framework import Version as KedroVersion
    from dolt_integrations.kedro.place import BranchEntry

TablePreview = NewType("TablePreview", dict)  # type: ignore[type-arg]
"""The type by which Kedro-Viz recognises a preview of rows; kedro-datasets has a type with this name as well."""

logger = logging.getLogger(__name__)

_SAVE_ARGS = ("author", "message", "mode", "overwrite", "primary_key", "write_id")


class DoltTableDataset(WritableDataset):
    """A table of a Dolt database. Each save is a commit; a load reads one version of the table.

    Example:
        ```yaml
        users:
          type: dolt_integrations.kedro.DoltTableDataset
          database: mysql://flyte@dolt.internal:3306/shop
          table: users
          branch: main
          load_args: {columns: [id, name], where: "id > %s", params: [3]}
          save_args: {primary_key: id, mode: upsert}
          credentials: dolt
        ```

        >>> users = DoltTableDataset(folder, "users", save_args={"primary_key": "id"})
        >>> users.save(pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]}))
        >>> users.load()["name"].tolist()
        ['Ann', 'Bob']
    """

    def __init__(
        self,
        database: Location | None = None,
        table: str = "",
        *,
        branch: BranchEntry = None,
        dataframe: str = "pandas",
        load_args: Mapping[str, Any] | None = None,
        save_args: Mapping[str, Any] | None = None,
        credentials: Mapping[str, Any] | None = None,
        remote: RemoteConf = None,
        hooks: Metas = None,
        metadata: Mapping[str, Any] | None = None,
        version: KedroVersion | None = None,
    ) -> None:
        """Set the location of the table, and how it is read and written.

        Args:
            database: A directory, relative to the Kedro project, or `mysql://user@host:port/database`; None if the
                credentials have a `url`. The first save creates the database in a missing or empty directory.
            table: The table. The first save creates it.
            branch: A name, or a mapping with the `type` of a branch config: `{type: NewBranch, branch: run/1}`. None is
                the database's default branch.
            dataframe: What a load returns: `pandas`, `polars` or `arrow`. A save accepts all of them.
            load_args: `columns`, `where` and `params` for a part of the table, `as_of` for an old version.
            save_args: Arguments of `dolt_integrations.core.write_table`: `primary_key`, `mode` (`replace`, `append`,
                `upsert`), `overwrite`, `author`, `message` and `write_id`.
            credentials: An entry in credentials.yml: `user`, `password`, `url`, and connection options.
            remote: The remote to pull from before a save or load, and to push to after a save.
            hooks: Hooks that record every save and load: `{_type: DoltMeta, db: ..., tablename: actions}`.
            metadata: Ignored; for other Kedro plugins.
            version: Set by Kedro.

        Raises:
            ConfigError: An argument has the wrong type, or an option is unknown.
            InvalidNameError: Dolt does not accept the name for a table.
        """
        check_table_name(table)
        check_library(dataframe)
        super().__init__(
            table,
            database,
            branch=branch,
            credentials=credentials,
            remote=remote,
            hooks=hooks,
            metadata=metadata,
            version=version,
        )
        self._name, self._dataframe = table, dataframe
        self._part = self._load_args(load_args, ("columns", "where", "params"))
        check_as_of(self._as_of)
        part_of(self._part.get("columns"), self._part.get("where"), self._part.get("params"))
        self._write = _checked(save_args)

    def load(self) -> Any:
        """Return the rows with the types that were saved.

        Raises:
            VersionNotFoundError: There is no such load version.
            DatasetError: As `read_table`; its cause is the `DoltError`.
        """
        arguments = {**self._source(), "tablename": self._name, **self._part}
        frame, version = read_frame(self._dataframe, arguments)
        self._note(version.commit, self._name)
        return frame

    def save(self, data: Any) -> None:
        """Write the rows in one commit. If they are equal to the table, nothing is written.

        Args:
            data: A pandas or polars DataFrame, a pyarrow Table, or a stream of them.

        Raises:
            DatasetError: As for `write_table`. Its cause is the `DoltError`; the table is unchanged.
        """
        self._warn_of_pinned()
        if self.work is not None:
            self.work.write(self.origin, self._name, data, self._write)
            return
        options = {**self._write, "message": self._message(self._name, self._write.get("message"))}
        check_chunks(self._name, str(options["mode"]))
        self._saved = write_table(
            self._location,
            self._name,
            data,
            branch_conf=self._branch,
            meta_conf=self._hooks,
            remote_conf=self._remote,
            **options,
        )

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows for Kedro-Viz, as `{"index": [...], "columns": [...], "data": [...]}`.

        Args:
            nrows: How many.

        Example:
            >>> users = DoltTableDataset(folder, "users", save_args={"primary_key": "id"})
            >>> users.save(pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]}))
            >>> users.preview(nrows=1)["data"]
            [[1, 'Ann']]
        """
        source = {**self._source(), "tablename": self._name, **self._part}
        frame = next(read_batches(rows=nrows, **source))
        text = frame.to_json(orient="split", date_format="iso", default_handler=str)
        return TablePreview(json.loads(text))

    def _describe(self) -> dict[str, Any]:
        return {"table": self._name, **super()._describe(), "mode": self._write["mode"]}


def _checked(save_args: object) -> dict[str, Any]:
    """Check and return the options of a save, before anything is opened.

    Raises:
        ConfigError: An option is unknown or has the wrong type.
    """
    options = {"mode": REPLACE, **options_of(save_args, "save_args")}
    check_options(options, _SAVE_ARGS, "save_args")
    check_flag(options.setdefault("overwrite", False), "overwrite of save_args")
    check_mode(options["mode"], overwrite=options["overwrite"])
    parse_key(options.get("primary_key"), "primary_key of save_args")
    check_write_id(options.get("write_id"))
    if options.get("author") is not None:
        parse_author(options["author"])
    if options.get("message") is not None:
        check_text(options["message"], "message of save_args")
    return options
