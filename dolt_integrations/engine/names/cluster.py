"""Whether this process is a pod of a cluster, where the disk is deleted with the process and no one is watching."""

from __future__ import annotations

import os

_EXECUTION = "FLYTE_INTERNAL_EXECUTION_ID"
"""Set by Flyte in the pods of tasks and nowhere else (flytekit, `bin/entrypoint.py`)."""


def is_on_cluster() -> bool:
    """Whether this process runs a task of a cluster."""
    return bool(os.environ.get(_EXECUTION))
