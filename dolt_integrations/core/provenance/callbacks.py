"""`CallbackMeta`, and the registry of functions that a literal may name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, TypeVar, overload

from dolt_integrations.core.provenance.meta import Action, Meta
from dolt_integrations.errors import ConfigError

logger = logging.getLogger(__name__)

ENTRY_POINTS = "dolt_integrations.callbacks"
"""The entry point group in which an installed distribution registers callbacks."""

Function = Callable[[Action], object]
F = TypeVar("F", bound=Function)

_REGISTERED: dict[str, Function] = {}


@overload
def callback(function: F) -> F: ...


@overload
def callback(*, name: str) -> Callable[[F], F]: ...


def callback(function: F | None = None, *, name: str | None = None) -> F | Callable[[F], F]:
    """Register a function, so that a `CallbackMeta` with it can be serialized for other tasks.

    A literal contains only the callback's name. The program that reads it calls only functions registered under that
    name: by this decorator, or as an entry point in the group `dolt_integrations.callbacks`.

    Args:
        function: A function of an `Action`.
        name: The name to register; by default `module:name`.

    Raises:
        ConfigError: Another function has the name.

    Example:
        >>> @callback
        ... def log_save(action):
        ...     print(action.kind, action.tablename)
        >>> CallbackMeta(log_save).to_dict()["fn"] == f"{__name__}:log_save"
        True
    """
    if function is None:
        return lambda function: _register(function, name)
    return _register(function, name)


def _register(function: F, name: str | None) -> F:
    name = name or _path_of(function)
    known = _REGISTERED.get(name)
    # A module that is reloaded, as in a notebook, registers its functions again.
    if known is not None and _path_of(known) != _path_of(function):
        raise ConfigError(f"another function is registered as the callback {name!r}", hint="Use another name.")
    _REGISTERED[name] = function
    return function


def _path_of(function: Any) -> str:
    return f"{getattr(function, '__module__', None)}:{getattr(function, '__qualname__', repr(function))}"


def _find(name: str) -> Function | None:
    """Return the function that is registered under a name, or None. Imports only installed entry points."""
    if name in _REGISTERED:
        return _REGISTERED[name]
    for point in entry_points(group=ENTRY_POINTS, name=name):
        function: Function = point.load()
        return function
    return None


@dataclass(frozen=True)
class CallbackMeta(Meta):
    """Calls a function with each action.

    Attributes:
        fn: A function of an `Action`, or the name of a registered one. A registered function is part of literals (see
            `callback`); any other one works only in this program and is left out of them.

    Example:
        >>> seen = []
        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Alice"]}), meta_conf=CallbackMeta(seen.append))
        >>> seen[0].kind, seen[0].tablename, seen[0].rows_added
        ('save', 'users', 1)
    """

    fn: Function | str

    def __post_init__(self) -> None:
        """Check `fn`, and look up a registered name. Nothing is imported.

        Raises:
            ConfigError: `fn` is neither a function nor a name.
        """
        if isinstance(self.fn, str):
            object.__setattr__(self, "fn", _REGISTERED.get(self.fn, self.fn))
        if not (callable(self.fn) or (isinstance(self.fn, str) and self.fn)):
            what = f"the fn of a CallbackMeta is of type {type(self.fn).__name__}, or empty"
            raise ConfigError(what, hint="Pass a function of one argument, or the name of a registered one.")

    def missing(self) -> ConfigError | None:
        """Return an error if `fn` is a name under which no function is registered, otherwise None.

        Example:
            >>> CallbackMeta(print).missing() is None, type(CallbackMeta("reports:log").missing()).__name__
            (True, 'ConfigError')
        """
        if not isinstance(self.fn, str) or _find(self.fn) is not None:
            return None
        hint = f"Register it in this program: @callback(name={self.fn!r}), or remove it from the config's meta_conf."
        return ConfigError(f"no callback is registered as {self.fn!r}", hint=hint)

    def record(self, action: Action) -> None:
        """Call the function with the action.

        Raises:
            ConfigError: `fn` is a name under which no function is registered.
        """
        function = _find(self.fn) if isinstance(self.fn, str) else self.fn
        if function is None:
            raise self.missing() or ConfigError(f"no callback is registered as {self.fn!r}")
        function(action)

    def to_dict(self) -> dict[str, Any] | None:
        """Return the registered name for a literal. None, with a warning, if the function is not registered.

        Example:
            >>> CallbackMeta("reports:log").to_dict()
            {'_type': 'CallbackMeta', 'fn': 'reports:log'}
        """
        name = self.fn if isinstance(self.fn, str) else _name_of(self.fn)
        if name is None:
            logger.warning(
                "callback %s is not registered, so it is left out of the literal: register it with @callback",
                _path_of(self.fn),
            )
            return None
        return {"_type": "CallbackMeta", "fn": name}


def _name_of(function: Function) -> str | None:
    return next((name for name, known in _REGISTERED.items() if known == function), None)
