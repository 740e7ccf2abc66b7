"""Our row of the comparison in benchmarks/frames.py: each of its frames round-trips."""

import pytest
from pandas.testing import assert_frame_equal

from dolt_integrations.core import read_table, write_table
from tests.helpers.values.thirteen import FRAMES


@pytest.mark.parametrize("make", FRAMES, ids=lambda make: make.__name__)
def test_the_frame_that_goes_in_comes_out(make, database):
    frame = make()
    version = write_table(database, "t", frame.copy(), primary_key=["id"] if "id" in frame.columns else None)

    assert_frame_equal(read_table(database, "t", as_of=version.commit).data, frame, check_exact=True, check_freq=False)


def test_there_are_thirteen():
    assert len(FRAMES) == 13
