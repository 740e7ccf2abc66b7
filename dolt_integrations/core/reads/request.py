"""What to read: a table or the result of a query, and of which version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.as_of import AsOf, check_as_of
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.options import check_source
from dolt_integrations.core.configs.selection import Part, part_of
from dolt_integrations.engine import parse_location
from dolt_integrations.engine.sql.parameters import Params, bind, check_params
from dolt_integrations.engine.tables.query import looks_back
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dolt_integrations.engine import Location


@dataclass(frozen=True)
class Request:
    """What `read_table` was asked for.

    Attributes:
        tablename: The table, or None for a query.
        sql: The query with its params inserted, or None for a table.
        part: The columns and rows of the table.
        branch: The branch config. None is the default branch.
        as_of: The version. None is the newest commit of the branch.
    """

    tablename: str | None
    sql: str | None
    part: Part
    branch: Branch | None
    as_of: AsOf | None

    @property
    def needs_newest_only(self) -> bool:
        """Whether the newest commit of the default branch is enough to answer it."""
        return self.branch is None and self.as_of is None and not (self.sql and looks_back(self.sql))


def request_of(
    db: Location,
    tablename: str | None = None,
    sql: str | None = None,
    *,
    branch_conf: BranchConf = None,
    as_of: AsOf | None = None,
    columns: str | Iterable[str] | None = None,
    where: str | None = None,
    params: Params = None,
) -> Request:
    """Make a request from the arguments of `read_table`, checking them as far as that needs no database.

    Raises:
        ConfigError: An argument has the wrong type, or contradicts another.
    """
    check_params(params)
    if isinstance(sql, str) and where is None:
        part, sql = part_of(columns, None), bind(sql, params)
    else:
        part = part_of(columns, where, params)
    check_source(parse_location(db), tablename, sql)
    if sql is not None and not part.is_all:
        raise ConfigError("`columns` and `where` are for a table, but this is a query", hint="Put them into the SQL.")
    check_as_of(as_of)
    return Request(tablename, sql, part, Branch.parse(branch_conf), as_of)
