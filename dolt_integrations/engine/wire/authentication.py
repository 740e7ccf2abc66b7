"""Authentication methods that would send a password in clear, which a session refuses unless it is encrypted."""

from __future__ import annotations

from typing import Any, NoReturn

import pymysql

NEEDS_ENCRYPTION = 2061
"""The client library's number for an authentication that requires a secure connection (CR_AUTH_PLUGIN_ERR)."""


def refuse(what: str) -> NoReturn:
    """Raise the error for a password that is not sent, because others could read it."""
    raise pymysql.OperationalError(NEEDS_ENCRYPTION, f"{what}; it was not sent")


class Refused:
    """An authentication method that sends the password in clear, or as good as that."""

    def __init__(self, session: Any) -> None:
        self.session = session

    def authenticate(self, packet: Any) -> Any:
        """Send nothing."""
        refuse("the server asks for the password by a method that is not secure")


class ClearPassword(Refused):
    """`mysql_clear_password`, allowed if the server's certificate is verified or the user asked not to verify it."""

    def authenticate(self, packet: Any) -> Any:
        """Send the password if no one else can read it."""
        session = self.session
        if not (session.is_encrypted and session._tls.is_required):
            refuse("the server asks for the plain password, and encryption is not required")
        session.write_packet(session.password + b"\0")
        answer = session._read_packet()
        answer.check_error()
        return answer
