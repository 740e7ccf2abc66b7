"""Runtimes: what the SDKs of Flyte know of the task that runs now. Each adapter registers its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from dolt_integrations.adapters import Attempt, add_scope

LOCAL = "ex:local:local:local"
"""The id of an execution without an id: a local one."""


@dataclass(frozen=True)
class Execution:
    """Which execution a commit is of.

    Attributes:
        id: Names the execution, in the first line of the commit's message.
        trailers: What else names the task, by the trailer's name.
        attempt: Which attempt of which node it is; None where nothing tells a retry from another execution.
    """

    id: str = LOCAL
    trailers: dict[str, str] = field(default_factory=dict)
    attempt: Attempt | None = None


class Runtime:
    """What is known without an SDK: nothing."""

    @property
    def scope(self) -> object | None:
        """An object that lives as long as the task that runs now; None if none does."""
        return None

    @property
    def execution(self) -> Execution:
        """The execution that runs now."""
        return Execution()

    def secret(self, group: str | None, key: str | None, version: str | None) -> str:
        """Return a secret that the task has requested.

        Raises:
            LookupError: There is none of that name.
        """
        raise LookupError("no SDK of Flyte that has secrets is imported")

    def is_running(self) -> bool:
        """Whether a task of this SDK runs now, here."""
        return False

    def is_compiling(self) -> bool:
        """Whether a workflow is being defined, and not executed: then no database is there."""
        return False

    def is_pickling(self) -> bool:
        """Whether the SDK hands a value of a class that it does not know to another task as a pickle."""
        return False


_RUNTIMES: list[Runtime] = []


def register(runtime: Runtime) -> None:
    """Let an adapter say what its SDK knows."""
    _RUNTIMES.append(runtime)


def current_runtime() -> Runtime:
    """Return the runtime whose task runs now; where none does, the one that was registered first."""
    found = next((runtime for runtime in _RUNTIMES if runtime.is_running()), None)
    return found or next(iter(_RUNTIMES), None) or Runtime()


def is_pickling() -> bool:
    """Whether an SDK is handing a value to another task as a pickle."""
    return any(runtime.is_pickling() for runtime in _RUNTIMES)


add_scope(lambda: current_runtime().scope)
