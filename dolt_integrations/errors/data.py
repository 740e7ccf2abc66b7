"""Errors of frames that cannot be stored as they are."""

from __future__ import annotations

from typing import Any, cast

from dolt_integrations.errors.base import DoltError, rebuilt


class DataError(DoltError, ValueError):
    """A frame cannot be stored as it is."""


class InvalidNameError(DataError):
    """A table, column or branch name that Dolt does not take."""


class UnsupportedTypeError(DataError):
    """A column whose type has no SQL type."""


class UnsupportedValueError(DataError):
    """A value that its column's SQL type cannot hold."""


class ConstraintError(DataError):
    """Rows that break a constraint of their table.

    Attributes:
        constraint: Its name; for those without one `PRIMARY KEY`, `NOT NULL`, `ENUM` or `SET`. None where unknown, as
            are the others.
        column: The column; several are joined by `, `.
        value: The value there; of several columns a tuple.
        row: The first such row of the frame, counted from 0 (of a stream, in its batch).
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
        """Keep what is known of the constraint and the row beside the text."""
        super().__init__(message, hint=hint)
        self.constraint, self.column, self.value, self.row = constraint, column, value, row

    def in_file(self, where: str) -> ConstraintError:
        """Return the same error about a place in a file.

        Example:
            >>> str(ConstraintError("it breaks a CHECK", row=0).in_file("users.csv, line 2"))
            'users.csv, line 2: it breaks a CHECK'
        """
        return cast("ConstraintError", rebuilt(type(self), (f"{where}: {self}",), self.__dict__))


class PrimaryKeyError(ConstraintError):
    """A primary key with NULLs or duplicates, or one that names no column; duplicates in a UNIQUE key."""


class MemberError(ConstraintError, UnsupportedTypeError):
    """A value that the ENUM or SET of its column does not list."""


class FileError(DataError):
    """A file that is missing, empty, ragged, not UTF-8, or not what its suffix says."""
