"""Checks that the framework of an adapter is installed, and new enough."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from dolt_integrations.errors import FrameworkNotInstalledError


def check_installed(package: str, oldest: tuple[int, int], adapter: str, extra: str) -> None:
    """Refuse to import an adapter without a framework that is new enough.

    Args:
        package: The framework: its distribution package, and the module of that name.
        oldest: Its oldest version, as (major, minor).
        adapter: The module that needs it, for the message.
        extra: Our extra that installs it, for the hint.

    Raises:
        FrameworkNotInstalledError: It is not installed, cannot be found by an import, or is too old.

    Example:
        >>> check_installed("pandas", (2, 0), "dolt_integrations.core", "test")
    """
    hint = f"pip install 'flytekitplugins-dolt[{extra}]'"
    installed = _installed(package)
    if installed is None:
        raise FrameworkNotInstalledError(f"{adapter} needs {package}, which is not installed", hint=hint)
    if tuple(int(number) for number in re.findall(r"\d+", installed)[:2]) < oldest:
        wanted = ".".join(map(str, oldest))
        problem = f"{adapter} needs {package} {wanted} or newer, and {installed} is installed"
        raise FrameworkNotInstalledError(problem, hint=hint)


def _installed(package: str) -> str | None:
    """Return the version of a package, or None if its metadata or its module is missing."""
    try:
        return version(package) if find_spec(package) is not None else None
    except PackageNotFoundError:
        return None
