"""Makes Flyte retry a task after transient errors, wherever in the task they are raised."""

from __future__ import annotations

from flytekit.exceptions.system import FlyteUploadDataException
from flytekit.exceptions.user import FlyteRecoverableException

from dolt_integrations.adapters import register_retried_error


class TransientFailure(FlyteUploadDataException, FlyteRecoverableException):
    """The classes that flytekit treats as recoverable: in the conversion of outputs (first) and in the body (second).

    flytekit makes everything else that a transformer raises non-recoverable (`PythonTask.dispatch_execute`).
    """

    _ERROR_CODE = "DOLT:Transient"
    _timestamp: float | None = None


register_retried_error(TransientFailure)
