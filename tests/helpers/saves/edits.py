"""A frame with edits, and holding a table to be what they make of it."""

import numpy as np
import pandas as pd
import pytest

from dolt_integrations.core import read_table
from tests.conftest import run_sql
from tests.helpers.values.samples import assert_same

SIZE = 3_000
BOTH_WAYS = pytest.mark.parametrize("any_cache", ["cached", "not cached"], indirect=True)


def base(size=SIZE):
    numbers = np.arange(size)
    return pd.DataFrame({"n": numbers, "x": numbers / 7, "text": [f"text {n}" for n in numbers]})


def changes(url, table="t"):
    """Return the number of rows that the newest commit changed, according to Dolt."""
    ((count,),) = run_sql(url, f"SELECT COUNT(*) FROM dolt_diff('HEAD~1', 'HEAD', '{table}')")
    return count


def assert_landed(url, frame, key="n"):
    """Check that the table equals the frame, as the library and as another client read it."""
    landed = read_table(url, "t").data
    if key:
        assert_same(landed, frame.sort_values(key, ignore_index=True)[list(landed)])
    else:
        by = list(landed)
        assert_same(landed.sort_values(by, ignore_index=True), frame[by].sort_values(by, ignore_index=True))
    names = ", ".join(f"`{name}`" for name in frame)
    order = f" ORDER BY {key}" if key else ""
    rows = run_sql(url, f"SELECT {names} FROM t{order}")
    wanted = frame.sort_values(key) if key else frame
    assert len(rows) == len(wanted)
    if {"x", "text"} <= set(frame):
        theirs = [tuple(row) for row in rows]
        ours = list(wanted.itertuples(index=False, name=None))
        assert theirs == ours if key else sorted(theirs) == sorted(ours)


def edited(frame, column="x", value=-1.0, every=100):
    frame = frame.copy()
    frame.loc[::every, column] = value
    return frame
