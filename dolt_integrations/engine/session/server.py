"""What a server is and does: its version, its clock, whether it takes files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.wire.answers import text, timestamp

if TYPE_CHECKING:
    import datetime

    from dolt_integrations.engine.session.connection import Connection


def server_version(connection: Connection) -> str:
    """Return the version of Dolt that the server runs."""
    return str(connection.value("SELECT dolt_version()", kind=text))


def server_time(connection: Connection) -> datetime.datetime:
    """Return the server's time in UTC, to the second."""
    found: datetime.datetime = connection.value("SELECT UTC_TIMESTAMP()", kind=timestamp)
    return found


def takes_files(connection: Connection) -> bool:
    """Whether rows may go to the server as a file, which is the fastest way (`LOAD DATA LOCAL`)."""
    return connection.value("SELECT @@local_infile") in (1, "ON")
