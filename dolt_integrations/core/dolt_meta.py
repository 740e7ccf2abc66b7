"""`DoltMeta`: recording saves and loads as rows of a Dolt table."""

from __future__ import annotations

import dataclasses
import uuid
from dataclasses import dataclass
from typing import Any

from dolt_integrations.core.configs.branch import NewBranch, SerialBranch, named_branch
from dolt_integrations.core.configs.mode import APPEND
from dolt_integrations.core.provenance.meta import Action, Meta
from dolt_integrations.engine import check_table_name, parse_location, redact
from dolt_integrations.engine.names.server_url import without_password
from dolt_integrations.engine.names.trust import from_literal

_DTYPES = {
    "id": "str",
    "timestamp": "datetime64[us, UTC]",
    "rows_added": "Int64",
    "rows_modified": "Int64",
    "rows_deleted": "Int64",
}


@dataclass(frozen=True, repr=False)
class DoltMeta(Meta):
    """Appends each action as a row to a table, in a commit of its own, separate from the data's.

    Attributes:
        db: A directory or a `mysql://` URL: the data's database or another.
        tablename: The table. Its columns are the fields of an `Action` and the key `id`.
        branch: Its branch, created if it does not exist. None is the default branch.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Alice"]}), meta_conf=DoltMeta(folder, "actions"))
        >>> read_table(folder, "actions").data[["kind", "tablename", "rows_added"]].to_dict("records")
        [{'kind': 'save', 'tablename': 'users', 'rows_added': 1}]
    """

    db: str
    tablename: str
    branch: str | None = None

    def __post_init__(self) -> None:
        """Accept a path object or a `doltcli.Dolt`, and the config of a branch.

        Raises:
            ConfigError: The database, the table or the branch is not of a valid type or form.
            InvalidNameError: Dolt does not accept the table's name.
        """
        parse_location(self.db)
        check_table_name(self.tablename)
        object.__setattr__(self, "db", str(getattr(self.db, "repo_dir", self.db)))
        if self.branch is not None:
            object.__setattr__(self, "branch", named_branch(self.branch, "branch of a DoltMeta"))

    def record(self, action: Action) -> None:
        """Append the action to the table.

        Raises:
            DoltError: As `write_table` does.
        """
        import pandas as pd

        from dolt_integrations.core.writes.write import write_table

        row = {"id": uuid.uuid4().hex, **dataclasses.asdict(action)}
        frame = pd.DataFrame([row]).astype({name: _DTYPES.get(name, "str") for name in row})
        frame = frame.where(frame.notna(), None).astype(frame.dtypes)
        write_table(
            self.db,
            self.tablename,
            frame,
            branch_conf=NewBranch(self.branch) if self.branch else SerialBranch(),
            primary_key="id",
            mode=APPEND,
            message=f"Record a {action.kind} of {action.tablename or 'a query'}",
            write_id=row["id"],
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for a literal, without the password of the URL.

        Example:
            >>> DoltMeta("mysql://me:secret@db/meta", "actions").to_dict()["db"]
            'mysql://me@db/meta'
        """
        return {
            "_type": "DoltMeta",
            "db": without_password(self.db),
            "tablename": self.tablename,
            "branch": self.branch,
        }

    def __getstate__(self) -> dict[str, Any]:
        """Pickle without the password of the URL."""
        return {**self.__dict__, "db": from_literal(without_password(self.db))}

    def __repr__(self) -> str:
        """Show the fields without the password of the URL."""
        return f"DoltMeta(db={redact(self.db)!r}, tablename={self.tablename!r}, branch={self.branch!r})"
