"""What is imported of Kedro, or the error that says what to install."""

from __future__ import annotations

import re
from importlib.metadata import version

from dolt_integrations.errors import FrameworkNotInstalledError

OLDEST = (1, 0)
"""The oldest Kedro whose hooks have a `run_id`; 0.19 calls it `session_id`, and its catalog is another one."""

_INSTALL = "pip install 'flytekitplugins-dolt[kedro]'"


def check_version(installed: str) -> None:
    """Refuse a Kedro that is too old.

    Raises:
        FrameworkNotInstalledError: It is.

    Example:
        >>> check_version("1.7.0")
    """
    numbers = tuple(int(number) for number in re.findall(r"\d+", installed)[:2])
    if numbers < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise FrameworkNotInstalledError(
            f"dolt_integrations.kedro needs kedro {oldest} or newer, and {installed} is installed", hint=_INSTALL
        )


try:
    check_version(version("kedro"))
    from kedro.framework.hooks import hook_impl
    from kedro.io.core import AbstractDataset, AbstractVersionedDataset, DatasetError, Version, VersionNotFoundError
    from kedro.runner.task import Task
    from kedro.utils import find_kedro_project
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "kedro":
        raise
    raise FrameworkNotInstalledError(
        "dolt_integrations.kedro needs kedro, which is not installed", hint=_INSTALL
    ) from error

__all__ = [
    "AbstractDataset",
    "AbstractVersionedDataset",
    "DatasetError",
    "Task",
    "Version",
    "VersionNotFoundError",
    "check_version",
    "find_kedro_project",
    "hook_impl",
]
