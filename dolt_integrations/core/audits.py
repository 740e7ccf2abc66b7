"""Audits of work before it lands. `None` and what is true accept it, everything else refuses it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from dolt_integrations.engine.versions.checks import failed_checks

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection

_CONTAINERS = ("__arrow_c_stream__", "__arrow_c_array__", "__dataframe__")
"""What frames and columns of every library have; those of pyarrow are true where they are not empty."""


def find_problem(
    workspace: Connection, audit: Callable[[], object] | None, *, tests: bool
) -> tuple[str | None, BaseException | None]:
    """Look for what refuses the work of a private branch. Returns why, and its cause; None where nothing does.

    Args:
        workspace: On the private branch, whose work is committed.
        audit: The user's function; None is none.
        tests: Whether Dolt's own tests, the table `dolt_tests`, are run, before the audit.
    """
    if tests and (failed := failed_checks(workspace)):
        return "; ".join(failed), None
    try:
        return (refusal(audit()) if audit is not None else None), None
    except Exception as error:  # noqa: BLE001 - whatever the user's function raises refuses the work
        return f"the audit raised {type(error).__name__}: {error}", error


def refusal(result: Any) -> str | None:
    """Return why the result of an audit refuses the work; None if it accepts it.

    A result is as true as Python says (numpy's False, 0 and an empty list are not), unless that tells nothing of what
    was looked at: a column is neither true nor false, and a generator is true whatever is in it.

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
    """Say what is wrong with a result that is neither true nor false."""
    kind = type(result).__name__
    if inspect.iscoroutine(result):
        result.close()
        return "a coroutine: an audit is a plain function, not an `async` one"
    if inspect.isroutine(result):
        return f"the function {result.__name__!r} itself, without a call"
    if isinstance(result, Iterator):
        return f"a {kind} that nothing has been taken from: return `all(...)` or `any(...)` of it"
    if getattr(result, "ndim", 0) or any(hasattr(result, name) for name in _CONTAINERS) or not _has_truth(result):
        return f"a {kind}, which is neither true nor false: return `.all()` or `.any()` of a condition, or None"
    return "a missing value" if pd.api.types.is_scalar(result) and pd.isna(result) else None


def _has_truth(result: Any) -> bool:
    try:
        bool(result)
    except Exception:  # noqa: BLE001 - each library has its own way to say that this cannot be told
        return False
    return True


def _shown(result: Any) -> str:
    text = repr(bool(result)) if str(getattr(result, "dtype", "")) == "bool" else repr(result)
    return text if len(text) <= 80 else f"{text[:77]}..."
