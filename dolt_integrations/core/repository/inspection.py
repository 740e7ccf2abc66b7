"""Looking at a `Table`: its history, the changes between versions, and who wrote which row."""

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

if TYPE_CHECKING:
    import pandas as pd

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.core.manage.summary import Summary
    from dolt_integrations.core.origins.graph import Lineage
    from dolt_integrations.render import Card


class Inspection:
    """The methods of a `Table` that look at it and change nothing."""

    name: str
    branch: Branch | None

    @property
    def _place(self) -> Place:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return self.card().html()

    def card(self, as_of: AsOf | None = None) -> Card:
        """Return a card of the table: columns, first rows, last changes, commits. See `table_card`.

        A notebook displays a table as the card of its newest version.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"name": ["Ann"]}))
            >>> "Ann" in users.card().html()
            True
        """
        return table_card(self._place.location, self.name, branch_conf=self.branch, as_of=as_of)

    def changes(self, from_: AsOf, to: AsOf = "HEAD") -> Card:
        """Return a card of the differences between two versions, for tables of any size. See `compare_card`.

        It never raises: what cannot be looked up is a line of the card.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1], "name": ["Bo"]}), key="id")
            >>> _ = users.write(pd.DataFrame({"id": [1], "name": ["Bob"]}))
            >>> "Bob" in users.changes("HEAD~1").html()
            True
        """
        return compare_card(self._place.location, self.name, from_, to, branch_conf=self.branch)

    def summary(self, as_of: AsOf | None = None, first: int = 10) -> Summary:
        """Return the table's columns, its number of rows and its first rows, without fetching all of it.

        Raises:
            NotFoundError: No such database, branch, version or table.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]}), key="id")
            >>> summary = users.summary(first=1)
            >>> summary.rows, summary.columns["type"].tolist(), len(summary.first)
            (2, ['bigint', 'varchar(255)'], 1)
        """
        branch = self.branch.name if self.branch is not None else None
        return summary(self._place, self.name, branch, as_of, first)

    def history(self, as_of: AsOf | None = None, limit: int | None = None) -> pd.DataFrame:
        """Return the commits that changed the table, newest first; see `history`.

        Raises:
            DoltError: As `history`.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1]}), message="Add users")
            >>> users.history()["message"].tolist()
            ['Add users']
        """
        return history(**self._named(), as_of=as_of, limit=limit)

    def diff(self, from_: AsOf, to: AsOf = "HEAD", *, limit: int | None = None, offset: int = 0) -> pd.DataFrame:
        """Return the rows that differ between two versions, before and after; see `diff`.

        Raises:
            DoltError: As `diff`.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1], "name": ["Bo"]}), key="id")
            >>> _ = users.write(pd.DataFrame({"id": [1], "name": ["Bob"]}))
            >>> users.diff("HEAD~1")[["diff_type", "from_name", "to_name"]]
              diff_type from_name to_name
            0  modified        Bo     Bob
        """
        return diff(**self._named(), from_=from_, to=to, limit=limit, offset=offset)

    def added(self, commit: AsOf = "HEAD") -> pd.DataFrame:
        """Return the rows that a commit added to the table; see `added_rows`.

        Raises:
            DoltError: As `added_rows`.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1]}), key="id")
            >>> _ = users.write(pd.DataFrame({"id": [2]}), mode="append")
            >>> users.added()["id"].tolist()
            [2]
        """
        return added_rows(**self._named(), commit=commit)

    def blame(self, as_of: AsOf | None = None) -> pd.DataFrame:
        """Return the commit that wrote each row; see `blame`.

        Raises:
            PrimaryKeyError: The table has no primary key.
            DoltError: As `blame`.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1]}), key="id", message="Run: flows/7")
            >>> users.blame()["execution_id"].to_dict()
            {1: 'flows/7'}
        """
        return blame(**self._named(), as_of=as_of)

    def lineage(self, as_of: AsOf | None = None, **options: Any) -> Lineage:
        """Return the executions that wrote the table, what they read, and who wrote that; see `lineage`.

        Args:
            as_of: The version; None is the newest.
            **options: Options of `lineage`: `depth`, `commits`, `databases`.

        Raises:
            DoltError: As `lineage`.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1]}), message="Run: flows/7")
            >>> users.lineage().to_pandas()["execution_id"].tolist()
            ['flows/7']
        """
        return lineage(**self._named(), as_of=as_of, **options)

    def who_wrote(self, key: Any, as_of: AsOf | None = None) -> pd.DataFrame:
        """Return the commits and executions that changed a row, newest first; see `who_wrote`.

        Args:
            key: The row's key: a value, a tuple, or a dict by column name.
            as_of: The newest commit to look at; None is the branch's head.

        Raises:
            DoltError: As `who_wrote`.

        Example:
            >>> users = Repository(folder).table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1], "name": ["Bo"]}), key="id")
            >>> _ = users.write(pd.DataFrame({"id": [1], "name": ["Bob"]}))
            >>> users.who_wrote(1)["diff_type"].tolist()
            ['modified', 'added']
        """
        return who_wrote(**self._named(), key=key, as_of=as_of)

    def _named(self) -> dict[str, Any]:
        place = self._place
        return {
            "db": place.location, "tablename": self.name, "branch_conf": self.branch, "remote_conf": place.remote,
        }  # fmt: skip
