"""The plain inputs of a task for its commit messages: short values that cannot be secrets."""

from __future__ import annotations

import datetime
import json
import os
import re
from typing import TYPE_CHECKING

from dolt_integrations.adapters import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

ARGUMENTS = "Flyte-Arguments"
"""The trailer."""

SWITCH = "DOLT_INTEGRATIONS_ARGUMENTS"
"""The environment variable that leaves them out if it is `off`."""

_MOST = 10
_LONGEST = 60
_SECRET_NAME = re.compile(r"(?i)pass|pwd|secret|token|credential|auth|key|dsn|private|salt|signature|cookie|session")
_SECRET_VALUE = re.compile(r"[A-Za-z0-9+/_=.-]{20,}|-----BEGIN|(?i:password|secret|bearer)")
"""Long words without spaces may be keys; paths and sentences contain other characters."""


def shown_arguments(inputs: Mapping[str, object]) -> str | None:
    """Return the plain inputs of a task as `name=value` in one line, or None if there are none.

    Numbers, booleans, dates and short strings are plain. Values whose name or form suggests a secret are left out, and
    so are the passwords of URLs.

    Example:
        >>> shown_arguments({"a": 2, "day": "2026-11-26", "api_key": "abc", "frame": object()})
        'a=2, day="2026-11-26"'
    """
    if os.environ.get(SWITCH, "").lower() in ("off", "0", "false", "no"):
        return None
    shown = [f"{name}={text}" for name, value in inputs.items() if (text := _shown(name, value)) is not None]
    return ", ".join(shown[:_MOST]) or None


def _shown(name: str, value: object) -> str | None:
    if _SECRET_NAME.search(name):
        return None
    if isinstance(value, (bool, int, float)):
        text = json.dumps(value)
    elif isinstance(value, (datetime.datetime, datetime.date)):
        text = value.isoformat()
    elif isinstance(value, str) and not _SECRET_VALUE.search(value):
        text = json.dumps(redact(value), ensure_ascii=False)
    else:
        return None
    return text if len(text) <= _LONGEST else None
