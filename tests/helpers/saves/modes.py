"""The table `t` of tests of write modes, and what others do to it."""

import pandas as pd

from tests.conftest import run_sql

KEEPING = ["append", "upsert"]
"""The modes that keep the rows that a frame lacks."""


def make(url, *statements):
    """Run statements as another client, and commit what they did."""
    run_sql(url, *statements, "CALL DOLT_COMMIT('-Am', 'theirs')")


def commits(url):
    """Return the number of commits of the default branch."""
    return run_sql(url, "SELECT COUNT(*) FROM dolt_log")[0][0]


def frame(values, key=1):
    """Return a frame with the columns `id`, which counts from `key`, and `value`."""
    return pd.DataFrame({"id": range(key, key + len(values)), "value": values})
