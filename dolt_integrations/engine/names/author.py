"""Who a commit is by."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from dolt_integrations import conventions
from dolt_integrations.errors import ConfigError


@dataclass(frozen=True)
class Author:
    """A name and an email address, as Dolt writes them into a commit.

    Example:
        >>> str(Author("Ann", "ann@example.com"))
        'Ann <ann@example.com>'
    """

    name: str
    email: str

    def __str__(self) -> str:
        """Return the form that `dolt_commit('--author', ...)` takes."""
        return f"{self.name} <{self.email}>"


DEFAULT_AUTHOR = Author(*conventions.DEFAULT_AUTHOR)
"""The author if none is named."""


def parse_author(text: str | Author) -> Author:
    """Read `Name <email>`; an author is one already.

    Raises:
        ConfigError: The text is not of that form.

    Example:
        >>> parse_author("Bojack Horseman <bojack@horseman.com>").email
        'bojack@horseman.com'
    """
    shown = str(text).strip() if isinstance(text, (str, Author)) else ""
    name, _, rest = shown.partition("<")
    email, end, behind = rest.partition(">")
    if not name.strip() or ">" in name or not end or behind or email.split() != [email] or "<" in email:
        hint = "Pass 'Ann <ann@example.org>'."
        raise ConfigError(f"author {text!r} is not of the form 'Name <email>'", hint=hint)
    return Author(name.strip(), email)


def configured_author(directory: Path) -> Author | None:
    """Return whom `dolt config` names for a database's directory: its own config first, then the global one.

    The two files are those that `dolt config --local` and `--global` write; they are read, never written.
    """
    home = Path(os.environ.get("DOLT_ROOT_PATH") or Path.home())
    config = {**_read(home / ".dolt" / "config_global.json"), **_read(directory / ".dolt" / "config.json")}
    name, email = config.get("user.name"), config.get("user.email")
    return Author(name, email) if name and email else None


def _read(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
