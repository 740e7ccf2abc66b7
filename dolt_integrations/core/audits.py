"""Audits of work before it lands. None or a true result accepts the work, any other result refuses it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dolt_integrations.core.configs.options import shown_kind
from dolt_integrations.engine.versions.checks import failed_checks
from dolt_integrations.errors import ConfigError, with_article

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection

_CONTAINERS = ("__arrow_c_stream__", "__arrow_c_array__", "__dataframe__")
"""Attributes of frames and columns of every library. pyarrow's are true unless they are empty, hence the check."""


def check_audit(audit: object, argument: str) -> None:
    """Check an audit before any work is done.

    Args:
        audit: What the user gave, or None.
        argument: What the function will be called with.

    Raises:
        ConfigError: It cannot be called.
    """
    if audit is not None and not callable(audit):
        raise ConfigError(f"audit is {shown_kind(audit)}", hint=f"Pass a function of one argument, {argument}.")


def find_problem(
    workspace: Connection, audit: Callable[[], object] | None, *, tests: bool
) -> tuple[str | None, BaseException | None]:
    """Run the audit of a private branch's work. Returns why it is refused and the exception; None for each if not.

    Args:
        workspace: A session on the private branch, whose work is committed.
        audit: The user's function, or None.
        tests: Whether to run Dolt's own tests (the table `dolt_tests`) before the audit.
    """
    if tests and (failed := failed_checks(workspace)):
        return "; ".join(failed), None
    try:
        return (refusal(audit()) if audit is not None else None), None
    except Exception as error:  # noqa: BLE001 - whatever the user's function raises refuses the work
        return f"the audit raised {type(error).__name__}: {error}", error


def refusal(result: Any) -> str | None:
    """Return why an audit's result refuses the work, or None if it accepts it.

    A result is true or false as in Python (numpy's False, 0 and an empty list are false). Results whose truth says
    nothing about the data are refused: a column is neither true nor false, and a generator is always true.

    Example:
        >>> refusal(None), refusal(True), refusal([])
        (None, None, 'the audit returned []')
    """
    if isinstance(result, pa.Scalar):
        result = result.as_py() if result.is_valid else pd.NA
    if result is None:
        return None
    unclear = _unclear(result)
    if unclear is not None:
        return f"the audit returned {unclear}"
    return None if result else f"the audit returned {_shown(result)}"


def _unclear(result: Any) -> str | None:
    """Describe a result whose truth says nothing about the data. None for other results."""
    kind = with_article(type(result).__name__)
    if inspect.iscoroutine(result):
        result.close()
        return "a coroutine: an audit must be a plain function, not an `async` one"
    if inspect.isroutine(result):
        return f"the function {result.__name__!r} itself, without calling it"
    if isinstance(result, BaseException) or (isinstance(result, type) and issubclass(result, BaseException)):
        return f"the exception {_shown(result)}: raise it instead"
    if result is NotImplemented:
        return "NotImplemented"
    if isinstance(result, tuple) and any(isinstance(each, (bool, np.bool_)) and not each for each in result):
        return f"the tuple {_shown(result)}, which has a False and is true: return one value"
    if isinstance(result, Iterator):
        return f"{kind} that was not consumed: return `all(...)` or `any(...)` of it"
    if getattr(result, "ndim", 0) or any(hasattr(result, name) for name in _CONTAINERS) or not _has_truth(result):
        return f"{kind}, which is neither true nor false: return `.all()` or `.any()` of a condition, or None"
    return "a missing value" if pd.api.types.is_scalar(result) and pd.isna(result) else None


def _has_truth(result: Any) -> bool:
    try:
        bool(result)
    except Exception:  # noqa: BLE001 - each library raises its own error for an ambiguous truth value
        return False
    return True


def _shown(result: Any) -> str:
    text = repr(bool(result)) if str(getattr(result, "dtype", "")) == "bool" else repr(result)
    return text if len(text) <= 80 else f"{text[:77]}..."
