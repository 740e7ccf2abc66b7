"""The names imported from Kedro, or an error that says what to install."""

from __future__ import annotations

from dolt_integrations.adapters import check_installed

OLDEST = (1, 0)
"""The oldest Kedro whose hooks have a `run_id`. 0.19 calls it `session_id` and has another catalog class."""

check_installed("kedro", OLDEST, "dolt_integrations.kedro", "kedro")

from kedro.framework.hooks import hook_impl  # noqa: E402 - only once it is known to be there
from kedro.io.core import (  # noqa: E402
    AbstractDataset,
    AbstractVersionedDataset,
    DatasetError,
    Version,
    VersionNotFoundError,
)
from kedro.runner.task import Task  # noqa: E402
from kedro.utils import find_kedro_project  # noqa: E402

__all__ = [
    "AbstractDataset",
    "AbstractVersionedDataset",
    "DatasetError",
    "Task",
    "Version",
    "VersionNotFoundError",
    "find_kedro_project",
    "hook_impl",
]
