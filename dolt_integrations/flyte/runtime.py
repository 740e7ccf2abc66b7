"""Runtimes: the SDKs' information about the running task. Each adapter registers its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from dolt_integrations.adapters import Attempt, register_read_scope

LOCAL = "ex:local:local:local"
"""The id that all local executions share."""


@dataclass(frozen=True)
class Execution:
    """The execution that makes a commit.

    Attributes:
        id: The execution's id, for the first line of the commit's message.
        trailers: Trailers that identify the task, by name.
        attempt: The node and attempt; None if a retry cannot be distinguished from another execution.
    """

    id: str = LOCAL
    trailers: dict[str, str] = field(default_factory=dict)
    attempt: Attempt | None = None


class Runtime:
    """The base class, which knows nothing about tasks. It is used if no SDK is imported."""

    @property
    def scope(self) -> object | None:
        """An object with the lifetime of the running task; None if no task is running."""
        return None

    @property
    def execution(self) -> Execution:
        """The current execution."""
        return Execution()

    def secret(self, group: str | None, key: str | None, version: str | None) -> str:
        """Return a secret that the task has requested.

        Raises:
            LookupError: There is no secret with that name.
        """
        raise LookupError("no SDK of Flyte is imported, so there are no secrets")

    def is_running(self) -> bool:
        """Whether a task of this SDK is running in this context."""
        return False

    def is_cached(self) -> bool:
        """Whether the SDK caches the result of the running task."""
        return False

    def is_compiling(self) -> bool:
        """Whether a workflow is being compiled, not executed, so that no database may be opened."""
        return False

    def is_pickling(self) -> bool:
        """Whether the SDK is pickling a value of an unknown class for another task."""
        return False


_RUNTIMES: list[Runtime] = []


def register(runtime: Runtime) -> None:
    """Register the runtime of an adapter."""
    _RUNTIMES.append(runtime)


def current_runtime() -> Runtime:
    """Return the runtime with a running task; if there is none, the first that was registered."""
    found = next((runtime for runtime in _RUNTIMES if runtime.is_running()), None)
    return found or next(iter(_RUNTIMES), None) or Runtime()


def is_pickling() -> bool:
    """Whether any SDK is pickling a value for another task."""
    return any(runtime.is_pickling() for runtime in _RUNTIMES)


register_read_scope(lambda: current_runtime().scope)
