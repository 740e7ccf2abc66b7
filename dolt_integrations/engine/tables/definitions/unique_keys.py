"""The primary key and the UNIQUE indexes of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import quote

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class UniqueKey:
    """A key whose values are unique: the primary key, or a UNIQUE index.

    Attributes:
        parts: Each column, with the length of the indexed prefix in characters; None for the whole value.
    """

    name: str
    parts: tuple[tuple[str, int | None], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(name for name, _ in self.parts)

    def __str__(self) -> str:
        """Return the key as SQL, for error messages."""
        kind = self.name if self.is_primary else f"UNIQUE {self.name}"
        return f"{kind} ({', '.join(self.names)})"

    @property
    def is_primary(self) -> bool:
        """Whether it is the primary key."""
        return self.name == "PRIMARY KEY"

    def parts_of(self, table: str) -> list[str]:
        """Return the indexed part of each column as SQL."""
        columns = [(f"{table}.{quote(name)}", length) for name, length in self.parts]
        return [column if length is None else f"LEFT({column}, {length})" for column, length in columns]


def unique_keys(connection: Connection, table: str) -> list[UniqueKey]:
    """Return a table's primary key and its unique indexes."""
    found: dict[str, list[tuple[str, int | None]]] = {}
    rows = connection.dictionaries(f"SHOW KEYS FROM {quote(table)}")
    with connection.understood(f"the list of the indexes of `{table}`"):
        for row in rows:
            if not int(row["Non_unique"]):
                length = row.get("Sub_part")
                part = (str(row["Column_name"]), int(length) if length else None)
                found.setdefault(str(row["Key_name"]), []).append(part)
    named = {"PRIMARY": "PRIMARY KEY"}
    return [UniqueKey(named.get(name, name), tuple(parts)) for name, parts in found.items()]
