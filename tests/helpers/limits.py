"""Thresholds of a test's own, so that few rows take the way of many."""

import contextlib

import pytest

from dolt_integrations.limits import limited


@pytest.fixture(name="set_limits")
def limits_of_a_test():
    """Change limits until the test ends, as in `set_limits(insert_rows=0)`. The names are fields of `Limits`."""
    with contextlib.ExitStack() as stack:
        yield lambda **changes: stack.enter_context(limited(**changes))
