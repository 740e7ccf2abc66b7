"""Reading a column as its comment says, or by its SQL type alone if the comment cannot be right."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.core.columns.mark import is_damaged, mark_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.core.columns.mark import Mark
    from dolt_integrations.engine import Column

logger = logging.getLogger(__name__)

_Read = TypeVar("_Read")


def read_as_commented(
    column: Column, read: Callable[[Mark], _Read], plain: Callable[[], _Read], warned: set[str] | None = None
) -> _Read:
    """Read a column's values as its comment says. If that fails, log one warning and read them by the SQL type.

    Args:
        column: The column as its table declares it.
        read: Reads the values as a mark says. Any exception means that they are not of that dtype.
        plain: Reads them by the SQL type.
        warned: The columns that were already warned about. This column is added.
    """
    mark, problem = mark_of(column.comment), ""
    if mark.dtype or mark.arrow is not None:
        try:
            return read(mark)
        except Exception as error:  # noqa: BLE001 - anyone may write the comment, and pandas may raise any exception
            problem = str(error)
    elif is_damaged(column.comment):
        problem = f"{shown(column.comment)} does not name a dtype"
    if problem and (warned is None or column.name not in warned):
        logger.warning("column %s is not read as its comment says: %s", shown(column.name), problem[:_LONGEST])
        if warned is not None:
            warned.add(column.name)
    return plain()


_LONGEST = 300
