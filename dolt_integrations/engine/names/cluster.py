"""Whether this process is a pod of a cluster, where the disk is deleted with the process and no one is watching."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_EXECUTION = "FLYTE_INTERNAL_EXECUTION_ID"
"""Set by Flyte in the pods of tasks and nowhere else (flytekit, `bin/entrypoint.py`)."""

_KUBERNETES = "KUBERNETES_SERVICE_HOST"
"""What Kubernetes sets in every container."""

_OUTPUTS = "--output-prefix"
"""The argument of `pyflyte-execute` for where a task's outputs go: an object store, on a cluster."""


_SECRETS, _DEFAULT_SECRETS = "FLYTE_SECRETS_DEFAULT_DIR", "/etc/flyte/secrets"
"""The folder that Flyte mounts secrets in; a file of one that does not exist is named all the same, and missing."""


def is_on_cluster() -> bool:
    """Whether this process runs a task of a cluster."""
    return bool(os.environ.get(_EXECUTION))


def keeps_outputs_here() -> bool:
    """Whether the task's outputs are files below the working directory, as where a task is run by hand or by a test.

    Then what lies beside them lasts as long as they do. In a pod of Kubernetes nothing below that directory does.
    """
    if os.environ.get(_KUBERNETES) or _OUTPUTS not in sys.argv[:-1]:
        return False
    outputs = Path(sys.argv[sys.argv.index(_OUTPUTS) + 1])
    return outputs.is_absolute() and outputs.resolve().is_relative_to(Path.cwd())


def is_secret_path(text: str) -> bool:
    """Whether a text is the path that Flyte mounts a secret at, whether that is there or not."""
    folder = os.environ.get(_SECRETS) or _DEFAULT_SECRETS
    return text.startswith(folder.rstrip("/") + "/")
