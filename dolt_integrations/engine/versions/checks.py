"""Dolt's own tests: the queries and expectations in the table `dolt_tests` (Dolt manual, "Tests")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.wire.answers import anything, text

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


def failed_checks(connection: Connection) -> list[str]:
    """Run the tests of the session's branch; return a message for each that fails. A branch without tests passes."""
    if not connection.rows("SELECT 1 FROM dolt_tests LIMIT 1"):
        return []
    if connection.revision is not None:
        connection.stand_on(connection.revision)  # otherwise Dolt 1.83 checks other rights
    statement = "SELECT test_name, status, message FROM DOLT_TEST_RUN('*')"
    rows = connection.rows(statement, kinds=(anything, text, anything))
    return [f"test {name!r} failed: {message}" for name, status, message in rows if status.upper() != "PASS"]
