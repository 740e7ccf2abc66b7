"""Two versions of a table, and a query's frame."""

import pandas as pd

from dolt_integrations.core import read_table

FIRST = pd.DataFrame({"id": [1, 2], "name": ["a", "b"]})
SECOND = pd.DataFrame({"id": [1, 2, 3], "name": ["a", "B", "c"]})


def query(url, sql, **options):
    return read_table(url, sql=sql, **options).data
