"""The base class of the datasets that nodes save: each is a table."""

from __future__ import annotations

from typing import Any

from dolt_integrations.errors import NotFoundError
from dolt_integrations.kedro.dataset import DoltDataset
from dolt_integrations.kedro.frames import read_frame


class WritableDataset(DoltDataset):
    """A dataset that is a table. Subclasses set its name and the options of its saves."""

    _name: str
    _write: dict[str, Any]

    def _exists(self) -> bool:
        """Whether the version that a load reads has the table."""
        try:
            read_frame("arrow", {**self._source(), "tablename": self._name, "where": "1 = 0"})
        except NotFoundError:
            return False
        return True

    def _table(self) -> str:
        return self._name

    def transaction_options(self) -> dict[str, Any]:
        """Return the arguments for a Transaction on the database and the branch."""
        return {**super().transaction_options(), **{name: self._write.get(name) for name in ("author", "write_id")}}
