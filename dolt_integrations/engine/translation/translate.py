"""Translates errors of pymysql and Dolt into ours."""

from __future__ import annotations

import pymysql

from dolt_integrations.engine.translation.rules import RULES
from dolt_integrations.errors import DoltError, QueryError, shortened


def translate(error: BaseException, *, where: str, fallback: type[DoltError] = QueryError) -> DoltError:
    """Translate an error of pymysql, or of the socket below it, into a `DoltError`.

    Args:
        error: The error that was raised.
        where: The database and its branch or commit, for the message.
        fallback: The class to use if no rule matches.
    """
    code, message = _code_and_message(error)
    for rule in RULES:
        if rule.fits(code, message):
            return rule.error(f"{message} ({where})", hint=rule.hint)
    return fallback(f"{message} ({where})")


def _code_and_message(error: BaseException) -> tuple[int, str]:
    # A server's message may be of any length, and tracebacks show the original error as the cause.
    error.args = tuple(shortened(arg) if isinstance(arg, str) else arg for arg in error.args)
    if isinstance(error, pymysql.err.InterfaceError) or isinstance(error, OSError):
        return 2013, f"lost connection: {error}"
    if len(error.args) >= 2 and isinstance(error.args[0], int):
        return error.args[0], shortened(str(error.args[1])).strip()
    return 0, shortened(str(error)).strip()
