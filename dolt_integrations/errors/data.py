"""Errors of frames that cannot be stored as they are."""

from __future__ import annotations

from typing import Any, cast

from dolt_integrations.errors.base import DoltError, rebuilt


class DataError(DoltError, ValueError):
    """A frame cannot be stored as it is."""


class InvalidNameError(DataError):
    """Dolt does not accept the name of a table, column or branch, or cannot distinguish it from another one."""


class UnsupportedTypeError(DataError):
    """A column's type has no SQL type, or none that the table's column can be changed to without losing data."""


class UnsupportedValueError(DataError):
    """A column's SQL type cannot hold a value."""


class ConstraintError(DataError):
    """Rows break a constraint of their table. Attributes that are not known are None.

    Attributes:
        constraint: The constraint's name, or `PRIMARY KEY`, `NOT NULL`, `ENUM` or `SET` if it has none.
        column: The column. Several are joined by `, `.
        value: The value; for several columns, a tuple.
        row: The first such row of the frame, or of the batch of a stream, counted from 0.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        constraint: str | None = None,
        column: str | None = None,
        value: Any = None,
        row: int | None = None,
    ) -> None:
        """Keep what is known about the constraint and the row as attributes."""
        super().__init__(message, hint=hint)
        self.constraint, self.column, self.value, self.row = constraint, column, value, row

    def in_file(self, where: str) -> ConstraintError:
        """Return the same error with a position in a file before its message.

        Example:
            >>> str(ConstraintError("it breaks a CHECK", row=0).in_file("users.csv, line 2"))
            'users.csv, line 2: it breaks a CHECK'
        """
        return cast("ConstraintError", rebuilt(type(self), (f"{where}: {self}",), self.__dict__))


class PrimaryKeyError(ConstraintError):
    """A primary key has NULLs or duplicates or names no column, or a UNIQUE key has duplicates."""


class MemberError(ConstraintError, UnsupportedTypeError):
    """The ENUM or SET of a column does not list a value."""


class FileError(DataError):
    """A file is missing, empty, ragged, not UTF-8, or not in the format that its suffix says."""
