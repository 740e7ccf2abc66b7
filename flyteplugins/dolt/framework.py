"""The Flyte that is installed, or the error that says what to install."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from dolt_integrations.errors import FrameworkNotInstalledError

OLDEST = (2, 12)
"""The oldest Flyte that says which task begins, and whose frames are handed on as this package hands them on."""

_INSTALL = "pip install 'flytekitplugins-dolt[flyte2]'"


def check_version() -> None:
    """Refuse to go on without a Flyte that is new enough.

    Raises:
        FrameworkNotInstalledError: It is not installed, or too old.
    """
    try:
        installed = version("flyte")
    except PackageNotFoundError as error:
        what = "flyteplugins.dolt needs flyte, which is not installed"
        raise FrameworkNotInstalledError(what, hint=_INSTALL) from error
    if tuple(int(number) for number in re.findall(r"\d+", installed)[:2]) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        what = f"flyteplugins.dolt needs flyte {oldest} or newer, and {installed} is installed"
        raise FrameworkNotInstalledError(what, hint=_INSTALL)
