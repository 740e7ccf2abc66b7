"""Write modes: what a save does with the table's existing rows."""

from __future__ import annotations

from dolt_integrations.engine import nearest
from dolt_integrations.errors import ConfigError

REPLACE = "replace"
APPEND = "append"
UPSERT = "upsert"

MODES = {
    REPLACE: "the table has the frame's rows and no others",
    APPEND: "the frame's rows are added; a key that exists already is an error",
    UPSERT: "rows whose key exists are changed in the frame's columns, others are added",
}


def check_mode(mode: str, *, overwrite: bool) -> None:
    """Check the mode of a save.

    Raises:
        ConfigError: There is no such mode, or it contradicts `overwrite`. The hint lists the modes.

    Example:
        >>> check_mode("append", overwrite=False)
    """
    if not isinstance(mode, str) or mode not in MODES:
        hint = nearest(str(mode), MODES)
        raise ConfigError(f"write mode {mode!r} is unknown", hint=hint)
    if overwrite and mode != REPLACE:
        raise ConfigError(
            f"mode {mode!r} keeps the table's rows, and `overwrite` recreates the table", hint="Remove one of them."
        )
