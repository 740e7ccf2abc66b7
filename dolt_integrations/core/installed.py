"""Checks that the framework of an adapter is installed, and new enough."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from dolt_integrations.errors import FrameworkNotInstalledError


def check_installed(package: str, oldest: tuple[int, int], adapter: str, extra: str) -> None:
    """Refuse to import an adapter without a framework that is new enough.

    Args:
        package: The framework's distribution package.
        oldest: Its oldest version, as (major, minor).
        adapter: The module that needs it, for the message.
        extra: Our extra that installs it, for the hint.

    Raises:
        FrameworkNotInstalledError: It is not installed, or too old.

    Example:
        >>> check_installed("pandas", (2, 0), "dolt_integrations.core", "test")
    """
    hint = f"pip install 'flytekitplugins-dolt[{extra}]'"
    try:
        installed = version(package)
    except PackageNotFoundError as error:
        problem = f"{adapter} needs {package}, which is not installed"
        raise FrameworkNotInstalledError(problem, hint=hint) from error
    if tuple(int(number) for number in re.findall(r"\d+", installed)[:2]) < oldest:
        wanted = ".".join(map(str, oldest))
        problem = f"{adapter} needs {package} {wanted} or newer, and {installed} is installed"
        raise FrameworkNotInstalledError(problem, hint=hint)
