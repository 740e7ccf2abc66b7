"""A part of a table: a selection of its columns, and of its rows by a condition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations import engine
from dolt_integrations.engine.sql.parameters import Params, bind
from dolt_integrations.errors import ColumnNotFoundError, ConfigError

if TYPE_CHECKING:
    from dolt_integrations.engine import Column, Connection, TableSchema


@dataclass(frozen=True)
class Part:
    """The part of a table to read. The default is the whole table.

    Attributes:
        columns: The names of columns in the order wanted; None means all.
        where: A condition in SQL. Dolt evaluates it, and only matching rows are fetched.

    Example:
        >>> Part(columns=("name",)).is_all, Part().is_all
        (False, True)
    """

    columns: tuple[str, ...] | None = None
    where: str | None = None

    @property
    def is_all(self) -> bool:
        """Whether it is the whole table."""
        return self.columns is None and self.where is None

    def columns_of(self, table: str, schema: TableSchema) -> tuple[Column, ...]:
        """Return the columns, found regardless of case.

        Raises:
            ColumnNotFoundError: There is no such column. The hint suggests similar names.
        """
        if self.columns is None:
            return schema.columns
        known = {column.name.lower(): column for column in schema.columns}
        for name in self.columns:
            if name.lower() not in known:
                hint = engine.nearest(name, schema.names)
                raise ColumnNotFoundError(f"table `{table}` has no column {name!r}", hint=hint)
        return tuple(known[name.lower()] for name in self.columns)

    def check(self, session: Connection, table: str, schema: TableSchema) -> None:
        """Check that `where` is one condition.

        It is parsed in two contexts, each of which allows only a condition. Text that closes the parentheses around it
        and goes on with something else fails in one of them.

        Raises:
            QueryError: It does not parse, or writes.
            NotFoundError: It names something that does not exist.
        """
        if self.where is not None:
            engine.check_condition(session, table, self.where, self.query(table, schema), schema.names)

    def query(self, table: str, schema: TableSchema) -> str:
        """Return the query that reads the part."""
        order = schema.primary_key if self.where is not None else ()
        return engine.select_table(table, self.columns_of(table, schema), where=self.where, order=order)


def part_of(columns: str | Iterable[str] | None, where: str | None, params: Params = None) -> Part:
    """Make a part from what users write, with the params in place of the condition's `%s` and `%(name)s`.

    Raises:
        ConfigError: The columns are not names, empty, or named twice; the condition is not a string, is blank, or does
            not match the params.

    Example:
        >>> part_of("name", "count > 3")
        Part(columns=('name',), where='count > 3')
        >>> part_of(None, "name = %s", ["O'Hara"]).where
        "name = 'O''Hara'"
    """
    if where is not None and (not isinstance(where, str) or not where.strip()):
        raise ConfigError(f"where={where!r} is not a condition", hint='Pass one in SQL, such as "count > 3", or None.')
    if where is not None:
        where = bind(where, params)
    elif params is not None:
        raise ConfigError("params were given, but no SQL to use them in", hint="Pass `where` or `sql`.")
    if columns is None:
        return Part(None, where)
    names = [columns] if isinstance(columns, str) else list(columns) if isinstance(columns, Iterable) else [columns]
    if not names or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"columns={columns!r} are not names of columns", hint="Pass a column name or a list of them.")
    if len({name.lower() for name in names}) < len(names):
        raise ConfigError(f"columns={columns!r} name one twice", hint="Name each column once.")
    return Part(tuple(names), where)
