"""Our row of the comparison in benchmarks/frames.py: each of its frames comes back as it went in."""

import pytest

from benchmarks.frames import FRAMES, outcome, save_and_load


@pytest.mark.parametrize("make", FRAMES, ids=lambda make: make.__name__)
def test_the_frame_that_goes_in_comes_out(make, database):
    assert outcome(save_and_load, make(), database) == "same"


def test_there_are_thirteen():
    assert len(FRAMES) == 13
