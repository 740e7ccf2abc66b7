"""What a save has written, and whether the table holds exactly that."""

from __future__ import annotations

from dataclasses import dataclass

from dolt_integrations.core.provenance.version import Version
from dolt_integrations.engine import TableSchema


@dataclass(frozen=True)
class Written:
    """The result of a save.

    Attributes:
        version: The version.
        plain: The table's schema, if it is known to hold exactly the written rows: no trigger changes them, and its
            strings compare by their bytes. Otherwise None.
    """

    version: Version
    plain: TableSchema | None = None
