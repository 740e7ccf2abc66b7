"""What a MySQL client or Dolt says went wrong, as an error of ours."""

from __future__ import annotations

import pymysql

from dolt_integrations.engine.session.rules import RULES
from dolt_integrations.errors import DoltError, QueryError, shortened


def translate(error: BaseException, *, where: str, fallback: type[DoltError] = QueryError) -> DoltError:
    """Make an error of ours of one of pymysql's (or of the socket below it).

    Args:
        error: What was raised.
        where: The database, and its branch or commit, for the text.
        fallback: The class where no rule fits.
    """
    code, message = _code_and_message(error)
    for rule in RULES:
        if rule.fits(code, message):
            return rule.error(f"{message} ({where})", hint=rule.hint)
    return fallback(f"{message} ({where})")


def _code_and_message(error: BaseException) -> tuple[int, str]:
    # What a server says is of any length; the error itself is shown too, as the cause of ours.
    error.args = tuple(shortened(arg) if isinstance(arg, str) else arg for arg in error.args)
    if isinstance(error, pymysql.err.InterfaceError) or isinstance(error, OSError):
        return 2013, f"lost connection: {error}"
    if len(error.args) >= 2 and isinstance(error.args[0], int):
        return error.args[0], shortened(str(error.args[1])).strip()
    return 0, shortened(str(error)).strip()
