"""Limits that are changed during a block."""

import threading

import pytest

from dolt_integrations.limits import limited, limits


def test_changed_limits_are_those_of_all_threads():
    seen = []
    with limited(compared_rows=7):
        thread = threading.Thread(target=lambda: seen.append(limits().compared_rows))
        thread.start()
        thread.join()

    assert seen == [7]


def test_limits_are_as_before_after_a_block_that_raises():
    before = limits()

    with pytest.raises(ZeroDivisionError), limited(stream_rows=1), limited(insert_rows=0):
        raise ZeroDivisionError

    assert limits() is before


def test_an_unknown_limit_is_refused():
    with pytest.raises(TypeError, match="rows_to_few"), limited(rows_to_few=1):
        pass
