"""Which errors let Flyte try a task again: the transient ones, wherever in a task they are raised."""

from __future__ import annotations

from flytekit.exceptions.system import FlyteUploadDataException
from flytekit.exceptions.user import FlyteRecoverableException

from dolt_integrations.adapters import recognise_by


class TransientFailure(FlyteUploadDataException, FlyteRecoverableException):
    """What flytekit takes for recoverable, in the conversion of outputs (the first) and in a task's body (the second).

    flytekit makes everything else that a transformer raises non-recoverable (`PythonTask.dispatch_execute`).
    """

    _ERROR_CODE = "DOLT:Transient"
    _timestamp: float | None = None


recognise_by(TransientFailure)
