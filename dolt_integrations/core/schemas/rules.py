"""CHECKs and UNIQUE keys of a table, which a save of other columns must not drop silently."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dolt_integrations.engine.tables.definitions.schema import definition
from dolt_integrations.engine.tables.definitions.unique_keys import unique_keys
from dolt_integrations.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine import Connection

_CHECK = re.compile(r"^ *CONSTRAINT `(?P<name>.+?)` CHECK (?P<condition>.+?),?$", re.MULTILINE)


def rules(connection: Connection, table: str) -> dict[str, set[str]]:
    """Return the SQL of a table's CHECKs and UNIQUE keys, and the columns of each in lower case."""
    create = definition(connection, table)
    found = {
        str(key): {name.lower() for name in key.names} for key in unique_keys(connection, table) if not key.is_primary
    }
    for check in _CHECK.finditer(create):
        names = re.findall(r"`((?:[^`]|``)+)`", check["condition"])
        found[f"CHECK {check['name']} {check['condition']}"] = {name.replace("``", "`").lower() for name in names}
    return found


def check_rules(connection: Connection, table: str, names: Sequence[str] | None) -> None:
    """Refuse to drop columns, or to recreate a table, if that would drop a CHECK or a UNIQUE key.

    Args:
        connection: A session on the branch.
        table: The table.
        names: The columns that stay. None if the table is recreated with another key or column order.

    Raises:
        DataError: It would. The message names the CHECK or key.
    """
    kept = {name.lower() for name in names or ()}
    for rule, columns in rules(connection, table).items():
        if names is None:
            raise DataError(
                f"the frame for table `{table}` has another key or column order, and recreating the table would lose "
                f"{rule}",
                hint="Change the key or order with SQL, or accept the loss: overwrite=True, or the option "
                'schema="overwrite".',
            )
        if not columns <= kept:
            lacked = sorted(columns - kept)[0]
            raise DataError(
                f"the frame for table `{table}` lacks column {lacked!r}, and the table without it would lose {rule}",
                hint="Add the column, drop the rule with SQL, or accept the loss: overwrite=True, or the option "
                'schema="overwrite".',
            )
