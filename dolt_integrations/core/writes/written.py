"""What a save has written, and how the table was then."""

from __future__ import annotations

from dataclasses import dataclass

from dolt_integrations.core.provenance.version import Version
from dolt_integrations.engine import TableSchema


@dataclass(frozen=True)
class Written:
    """A version that a save has made.

    Attributes:
        version: The version.
        plain: The columns and the key of the table that holds exactly the rows that were written: no trigger changes
            them, and its texts compare by their bytes. None where that is not so, or not known.
    """

    version: Version
    plain: TableSchema | None = None
