"""What flytekit knows of the task that runs now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flytekit import FlyteContextManager
from flytekit.core.context_manager import SecretsManager
from flytekit.types.pickle import FlytePickle

from dolt_integrations.flyte.runtime import Execution, Runtime, register
from flytekitplugins.dolt.callers import code_of, is_called_by
from flytekitplugins.dolt.compile_time import is_compiling
from flytekitplugins.dolt.lineage import attempt_of, execution_id, trailers_of

if TYPE_CHECKING:
    from flytekit import FlyteContext

_HANDED_ON = frozenset({code_of(FlytePickle.to_pickle)})
"""flytekit's function that pickles what it has no other way to hand on."""


class FlytekitRuntime(Runtime):
    """What a context of flytekit says; by default, the current one."""

    def __init__(self, context: FlyteContext | None = None) -> None:
        """Take a context, or whichever is the current one at each question."""
        self._context = context

    @property
    def context(self) -> FlyteContext:
        """The context."""
        return self._context or FlyteContextManager.current_context()

    @property
    def scope(self) -> object | None:
        """The state of the execution, of which each task has its own."""
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
            ValueError: There is none of that name.
        """
        parameters = self.context.user_space_params
        secrets = parameters.secrets if parameters is not None else SecretsManager()
        return str(secrets.get(group, key, version))

    def is_running(self) -> bool:
        """Whether a task is executed, in a pod or locally."""
        state = self.context.execution_state
        return state is not None and state.mode is not None

    def is_compiling(self) -> bool:
        """Whether a workflow is compiled, or the defaults of its inputs are taken."""
        return is_compiling(self.context)

    def is_pickling(self) -> bool:
        """Whether flytekit pickles a value that it has no other way to hand on."""
        return is_called_by(_HANDED_ON)


register(FlytekitRuntime())
