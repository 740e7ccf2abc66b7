"""Whether this process is a pod of a cluster, where the disk is deleted with the process and no one is watching."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dolt_integrations import conventions

_KUBERNETES = "KUBERNETES_SERVICE_HOST"
"""What Kubernetes sets in every container."""


def is_on_cluster() -> bool:
    """Whether this process runs a task of a cluster.

    Example:
        >>> is_on_cluster()
        False
    """
    return bool(os.environ.get(conventions.EXECUTION_VARIABLE))


def keeps_outputs_here() -> bool:
    """Whether the task's outputs are files below the working directory, as where a task is run by hand or by a test.

    Then what lies beside them lasts as long as they do. In a pod of Kubernetes nothing below that directory does.
    """
    argument = conventions.OUTPUTS_ARGUMENT
    if os.environ.get(_KUBERNETES) or argument not in sys.argv[:-1]:
        return False
    outputs = Path(sys.argv[sys.argv.index(argument) + 1])
    return outputs.is_absolute() and outputs.resolve().is_relative_to(Path.cwd())


def is_secret_path(text: str) -> bool:
    """Whether a string is a path at which a workflow manager mounts a secret, even if nothing is there."""
    folder = os.environ.get(conventions.SECRETS_VARIABLE) or conventions.SECRETS_FOLDER
    return text.startswith(folder.rstrip("/") + "/")
