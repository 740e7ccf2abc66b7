"""flytekit's information about the running task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flytekit import FlyteContextManager
from flytekit.core.context_manager import SecretsManager
from flytekit.types.pickle import FlytePickle

from dolt_integrations.flyte.runtime import Execution, Runtime, register
from flytekitplugins.dolt.callers import code_of, is_called_by, is_running_cached
from flytekitplugins.dolt.compile_time import is_compiling
from flytekitplugins.dolt.lineage import attempt_of, execution_id, trailers_of

if TYPE_CHECKING:
    from flytekit import FlyteContext

_HANDED_ON = frozenset({code_of(FlytePickle.to_pickle)})
"""flytekit's function that pickles values of unknown types."""


class FlytekitRuntime(Runtime):
    """The runtime of a flytekit context; by default, the current one."""

    def __init__(self, context: FlyteContext | None = None) -> None:
        """Use a context; None uses the current one at each call."""
        self._context = context

    @property
    def context(self) -> FlyteContext:
        """The context."""
        return self._context or FlyteContextManager.current_context()

    @property
    def scope(self) -> object | None:
        """The execution state, which is different for each task."""
        return self.context.execution_state

    @property
    def execution(self) -> Execution:
        """The execution, its task, and on a cluster the attempt."""
        parameters = self.context.user_space_params
        execution = execution_id(parameters)
        return Execution(execution, trailers_of(parameters, execution), attempt_of(self.context))

    def secret(self, group: str | None, key: str | None, version: str | None) -> str:
        """Return a secret, mounted as a variable or as a file.

        Raises:
            ValueError: There is no secret with that name.
        """
        parameters = self.context.user_space_params
        secrets = parameters.secrets if parameters is not None else SecretsManager()
        return str(secrets.get(group, key, version))

    def is_running(self) -> bool:
        """Whether a task is running, in a pod or locally."""
        state = self.context.execution_state
        return state is not None and state.mode is not None

    def is_cached(self) -> bool:
        """Whether flytekit caches the result of the running task."""
        return is_running_cached()

    def is_compiling(self) -> bool:
        """Whether a workflow is being compiled, or the defaults of its inputs are being converted."""
        return is_compiling(self.context)

    def is_pickling(self) -> bool:
        """Whether flytekit is pickling a value of an unknown type."""
        return is_called_by(_HANDED_ON)


register(FlytekitRuntime())
