"""What a table says of its rows beyond their columns: a save of other columns must not take it away unsaid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dolt_integrations.engine.tables.schema import definition
from dolt_integrations.engine.tables.unique_keys import unique_keys
from dolt_integrations.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine import Connection

_CHECK = re.compile(r"^ *CONSTRAINT `(?P<name>.+?)` CHECK (?P<condition>.+?),?$", re.MULTILINE)


def rules(connection: Connection, table: str) -> dict[str, set[str]]:
    """Return a table's CHECKs and UNIQUE keys as SQL says them, with their columns in lower case."""
    create = definition(connection, table)
    found = {
        str(key): {name.lower() for name in key.names} for key in unique_keys(connection, table) if not key.is_primary
    }
    for check in _CHECK.finditer(create):
        names = re.findall(r"`((?:[^`]|``)+)`", check["condition"])
        found[f"CHECK {check['name']} {check['condition']}"] = {name.replace("``", "`").lower() for name in names}
    return found


def check_rules(connection: Connection, table: str, names: Sequence[str] | None) -> None:
    """Refuse to drop columns, or to make a table anew, where a CHECK or a UNIQUE key would go with them.

    Args:
        connection: On the branch.
        table: The table as it is.
        names: The columns that stay; None where the table is made anew, with another key or another order of columns.

    Raises:
        DataError: Naming the rule.
    """
    kept = {name.lower() for name in names or ()}
    for rule, columns in rules(connection, table).items():
        if names is None:
            raise DataError(
                f"the frame for table `{table}` has another key or order of columns, and the table made anew would "
                f"lose {rule}",
                hint='Change the key or order with SQL, or lose it: overwrite=True, or the option schema="overwrite".',
            )
        if not columns <= kept:
            lacked = sorted(columns - kept)[0]
            raise DataError(
                f"the frame for table `{table}` lacks column {lacked!r}, and the table without it would lose {rule}",
                hint="Add the column, drop the rule with SQL, or lose it: overwrite=True, or the option "
                'schema="overwrite".',
            )
