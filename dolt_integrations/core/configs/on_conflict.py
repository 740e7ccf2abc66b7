"""`on_conflict`: whose version of a row wins where both sides of a merge changed it."""

from __future__ import annotations

from dolt_integrations.errors import ConfigError
from dolt_integrations.redaction import shown

SIDES = ("ours", "theirs")
"""How a conflict is resolved: with the version of the target branch, or with that of the merged one."""


def check_on_conflict(on_conflict: str | None) -> None:
    """Check the value of `on_conflict`.

    Raises:
        ConfigError: It is neither None nor one of `SIDES`.
    """
    if on_conflict is not None and on_conflict not in SIDES:
        raise ConfigError(f"on_conflict is {shown(on_conflict)}", hint="Pass 'ours', 'theirs' or None.")
