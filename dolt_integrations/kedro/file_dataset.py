"""`DoltFileDataset`: a table that nodes read and write as a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import check_as_of, check_table_name, options_of, shown_kind
from dolt_integrations.core import load, save
from dolt_integrations.errors import ConfigError, with_article
from dolt_integrations.kedro.chunks import check_chunks
from dolt_integrations.kedro.writable import WritableDataset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dolt_integrations.adapters import Metas, RemoteConf
    from dolt_integrations.core import Location
    from dolt_integrations.kedro.framework import Version as KedroVersion
    from dolt_integrations.kedro.place import BranchEntry


class DoltFileDataset(WritableDataset):
    """A table that nodes exchange as a CSV file, or in another format: a load writes the file, a save reads one.

    Example:
        ```yaml
        bar:
          type: dolt_integrations.kedro.DoltFileDataset
          database: data/doltdb
          table: bar
          filepath: data/02_intermediate/bar.csv
          branch: {type: MergeBranch, branch_from: c2, merge_to: master}
          save_args: {primary_key: c}
        ```

        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Ann"], "count": [4]}))
        >>> path = DoltFileDataset(folder, "users", folder + ".csv").load()
        >>> print(path.read_text())
        name,count
        Ann,4
    """

    def __init__(
        self,
        database: Location | None = None,
        table: str = "",
        filepath: str | os.PathLike[str] = "",
        *,
        branch: BranchEntry = None,
        load_args: Mapping[str, Any] | None = None,
        save_args: Mapping[str, Any] | None = None,
        credentials: Mapping[str, Any] | None = None,
        remote: RemoteConf = None,
        hooks: Metas = None,
        metadata: Mapping[str, Any] | None = None,
        version: KedroVersion | None = None,
    ) -> None:
        """Set the table and its file.

        Args:
            database: See `DoltTableDataset`.
            table: See `DoltTableDataset`.
            filepath: The file that a load writes. Its suffix names the format.
            branch: See `DoltTableDataset`.
            load_args: `as_of`, and other arguments of `dolt_integrations.core.load`.
            save_args: The arguments of `dolt_integrations.core.save`, and `message`.
            credentials: See `DoltTableDataset`.
            remote: See `DoltTableDataset`.
            hooks: See `DoltTableDataset`.
            metadata: See `DoltTableDataset`.
            version: See `DoltTableDataset`.

        Raises:
            ConfigError: An argument has the wrong type, or there is no filepath.
            InvalidNameError: Dolt does not accept the name for a table.
        """
        check_table_name(table)
        _check_path(filepath)
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
        self._name, self._file = table, Path(filepath)
        self._reading = options_of(load_args, "load_args")
        self._as_of = self._reading.pop("as_of", None)
        check_as_of(self._as_of)
        self._write = options_of(save_args, "save_args")

    def load(self) -> Path:
        """Write the table to the file.

        Returns:
            The file's path.

        Raises:
            VersionNotFoundError: There is no such load version.
            DatasetError: As `dolt_integrations.core.load`; its cause is the `DoltError`.
        """
        source = self._source()
        as_of = source.pop("as_of")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        version = load(filename=self._file, tablename=self._name, load_args={**self._reading, "as_of": as_of}, **source)
        self._note(version.commit, self._name)
        return self._file

    def save(self, data: Any) -> None:
        """Write a file to the table, in one commit.

        Args:
            data: The path of the file that a node has written.

        Raises:
            DatasetError: As for `dolt_integrations.core.save`. Its cause is the `DoltError`; the table is unchanged.
        """
        if not isinstance(data, (str, os.PathLike)):
            raise self._not_a_path(data)
        self._warn_of_pinned()
        if self.work is not None:
            self.work.write_file(self.origin, self._name, data, self._write)
            return
        options = dict(self._write)
        message = self._message(self._name, options.pop("message", None))
        check_chunks(self._name, str(options.get("mode", "replace")))
        self._saved = save(
            self._location,
            self._name,
            data,
            save_args=options,
            branch_conf=self._branch,
            meta_conf=self._hooks,
            remote_conf=self._remote,
            commit_message=message,
        )

    def _not_a_path(self, data: object) -> ConfigError:
        kind = with_article(type(data).__name__)
        hint = "Return the path of a file, or use a DoltTableDataset for frames."
        return ConfigError(f"a DoltFileDataset ({self._file}) saves the path of a file, not {kind}", hint=hint)

    def _describe(self) -> dict[str, Any]:
        return {"table": self._name, "filepath": self._file, **super()._describe()}


def _check_path(filepath: object) -> None:
    if not isinstance(filepath, (str, os.PathLike)) or not str(filepath):
        hint = "Set a path with a suffix: data/02_intermediate/users.csv."
        raise ConfigError(f"filepath of a DoltFileDataset is {shown_kind(filepath)}", hint=hint)
