"""Frames to save, and the rows of a table as a foreign client sees them."""

import pandas as pd

from tests.conftest import run_sql

ONE = pd.DataFrame({"name": ["Alice"], "count": [4]})
TWO = pd.DataFrame({"name": ["Bob", "Carol"], "count": [1, 2]})
WIDER = pd.DataFrame({"name": ["Alice"], "count": [4], "extra": [1.5]})


def rows(url, table="t"):
    return sorted(run_sql(url, f"SELECT * FROM `{table}`"))
