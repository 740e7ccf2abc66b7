"""`CallbackMeta`, and the functions that a literal may name: those that the program has registered."""

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
    """Register a function, so that a `CallbackMeta` with it travels to other tasks.

    A literal names its callback, and only a function that the reading program has registered under that name is ever
    called: by this decorator, or by an entry point of the group `dolt_integrations.callbacks`.

    Args:
        function: Takes an `Action`.
        name: Under which it travels; by default `module:name`.

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
    # A module that is imported again, as in a notebook, registers its functions anew.
    if known is not None and _path_of(known) != _path_of(function):
        raise ConfigError(f"another function is registered as the callback {name!r}", hint="Give it another name.")
    _REGISTERED[name] = function
    return function


def _path_of(function: Any) -> str:
    return f"{getattr(function, '__module__', None)}:{getattr(function, '__qualname__', repr(function))}"


def _find(name: str) -> Function | None:
    """Return the function that is registered under a name. Only what is installed as an entry point is imported."""
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
        fn: Takes an `Action`, or the name of a registered one. It travels if it is registered (see `callback`); any
            other function works in the program that has it, and is left out of literals.

    Example:
        >>> told = []
        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Alice"]}), meta_conf=CallbackMeta(told.append))
        >>> told[0].kind, told[0].tablename, told[0].rows_added
        ('save', 'users', 1)
    """

    fn: Function | str

    def __post_init__(self) -> None:
        """Refuse what is neither a function nor a name. Nothing is imported.

        Raises:
            ConfigError: It is neither.
        """
        if isinstance(self.fn, str):
            object.__setattr__(self, "fn", _REGISTERED.get(self.fn, self.fn))
        if not (callable(self.fn) or (isinstance(self.fn, str) and self.fn)):
            what = f"the fn of a CallbackMeta is of type {type(self.fn).__name__}, or empty"
            raise ConfigError(what, hint="Give a function of one argument, or the name of a registered one.")

    def missing(self) -> ConfigError | None:
        """Return why the function cannot be called here: nobody has registered its name."""
        if not isinstance(self.fn, str) or _find(self.fn) is not None:
            return None
        hint = f"Register it in this program: @callback(name={self.fn!r}), or take it out of the config's meta_conf."
        return ConfigError(f"no callback is registered as {self.fn!r}", hint=hint)

    def record(self, action: Action) -> None:
        """Call the function.

        Raises:
            ConfigError: It is a name under which no function is registered.
        """
        function = _find(self.fn) if isinstance(self.fn, str) else self.fn
        if function is None:
            raise self.missing() or ConfigError(f"no callback is registered as {self.fn!r}")
        function(action)

    def to_dict(self) -> dict[str, Any] | None:
        """Return the registered name; None for a function that has none."""
        name = self.fn if isinstance(self.fn, str) else _name_of(self.fn)
        if name is None:
            logger.warning("the callback %s does not travel: it is not registered (@callback)", _path_of(self.fn))
            return None
        return {"_type": "CallbackMeta", "fn": name}


def _name_of(function: Function) -> str | None:
    return next((name for name, known in _REGISTERED.items() if known == function), None)
