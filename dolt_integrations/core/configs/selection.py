"""A part of a table: some of its columns, those of its rows that a condition lets pass."""

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
    """What is read of a table; all of it unless said otherwise.

    Attributes:
        columns: Names of columns, in the order wanted; None is all.
        where: A condition in SQL; Dolt evaluates it, and only the rows that pass are fetched.
    """

    columns: tuple[str, ...] | None = None
    where: str | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.columns is None and self.where is None

    def columns_of(self, table: str, schema: TableSchema) -> tuple[Column, ...]:
        """Return the columns, which are found in any case.

        Raises:
            ColumnNotFoundError: With the nearest name.
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
        """Refuse a condition that is none.

        It is parsed in two places, in both of which only a condition can stand: one that ends the parentheses around it
        to go on with something else fails in one of them.

        Raises:
            QueryError: It does not parse, or writes.
            NotFoundError: It names what is not there.
        """
        if self.where is not None:
            engine.check_condition(session, table, self.where)
            engine.check_query(session, self.query(table, schema))

    def query(self, table: str, schema: TableSchema) -> str:
        """Return the query for the part."""
        order = schema.primary_key if self.where is not None else ()
        return engine.select_table(table, self.columns_of(table, schema), where=self.where, order=order)


def part_of(columns: str | Iterable[str] | None, where: str | None, params: Params = None) -> Part:
    """Make a part of what a user says, with the params in the places of the condition's `%s` and `%(name)s`.

    Raises:
        ConfigError: The columns are no names, none, or named twice; the condition is no text, or blank, or does not go
            with the params.

    Example:
        >>> part_of("name", "count > 3")
        Part(columns=('name',), where='count > 3')
        >>> part_of(None, "name = %s", ["O'Hara"]).where
        "name = 'O''Hara'"
    """
    if where is not None and (not isinstance(where, str) or not where.strip()):
        raise ConfigError(f"where={where!r} is no condition", hint='Give one in SQL, such as "count > 3", or None.')
    if where is not None:
        where = bind(where, params)
    elif params is not None:
        raise ConfigError("params are given, and there is no SQL that they are for", hint="Give `where` or `sql`.")
    if columns is None:
        return Part(None, where)
    names = [columns] if isinstance(columns, str) else list(columns) if isinstance(columns, Iterable) else [columns]
    if not names or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"columns={columns!r} are no names of columns", hint="Give a name or a list of them.")
    if len({name.lower() for name in names}) < len(names):
        raise ConfigError(f"columns={columns!r} name one twice", hint="Name each once.")
    return Part(tuple(names), where)
