"""Directories in which Dolt cannot have a database, or would use the database of another directory instead.

Dolt (1.83 and 2.3) opens a directory's files by a URL. It decodes `%41` in the path to `A`, and turns a backslash into
a slash, so that a save to `shop%41` would go into `shopA`.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

SYSTEM_DATABASES = frozenset({"information_schema", "mysql", "performance_schema", "sys"})


def check_servable(path: Path) -> None:
    """Refuse a directory that Dolt cannot serve as a database, or that it takes for another one.

    Args:
        path: The absolute path of the directory, which need not exist.

    Raises:
        ConfigError: `%` or a backslash is in its path, or in that without symbolic links; or its name has `@` or `:`,
            or is that of a system database.
    """
    for each in (str(path), os.path.realpath(path)):
        found = re.search(r"[%\\]", each)
        if found is not None:
            raise ConfigError(
                f"the path {each} of the database has a {found.group()!r}, by which Dolt would find another directory",
                hint="Rename the directory, or use another one.",
            )
    name = os.path.basename(os.path.realpath(path))
    if name.lower() in SYSTEM_DATABASES or re.search("[@:]", name):
        raise ConfigError(
            f"Dolt cannot serve a database in a directory of the name {name!r} ({path})",
            hint="Rename the directory: without `@` and `:`, and not as a system database of MySQL.",
        )
