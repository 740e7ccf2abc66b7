"""A table that writes with an id change."""

import pandas as pd

from tests.conftest import run_sql

FIRST = pd.DataFrame({"id": [1, 2], "value": ["a", "b"]})
MORE = pd.DataFrame({"id": [3], "value": ["c"]})


def commits(url, branch="main"):
    return run_sql(url, f"SELECT COUNT(*) FROM dolt_log('{branch}')")[0][0]
