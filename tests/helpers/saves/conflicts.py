"""Saves by merges that conflict, and what they must not change."""

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, write_table
from dolt_integrations.errors import MergeConflictError
from tests.conftest import run_sql

FIRST = pd.DataFrame({"id": [1, 2, 3], "value": ["a", "b", "c"]})


def changed(**by_id):
    return FIRST.assign(value=[by_id.get(f"_{key}", old) for key, old in zip(FIRST["id"], FIRST["value"], strict=True)])


def commit(url, *statements):
    run_sql(url, *statements, "CALL DOLT_COMMIT('-Am', 'theirs')")


def rows(url, table="t", revision=None):
    return run_sql(url, f"SELECT * FROM {table}", revision=revision)


def state(url):
    """Return everything that a failed merge must not change."""
    return (
        run_sql(url, "SELECT HASHOF('main')"),
        run_sql(url, "SELECT * FROM dolt_status"),
        run_sql(url, "SELECT active_branch()"),
        run_sql(url, "SELECT * FROM dolt_merge_status"),
    )


def failing(url, table="t", data=None, **config):
    """Save by a merge that conflicts, check that the target is unchanged, and return the error."""
    before = state(url)
    with pytest.raises(MergeConflictError) as caught:
        save(url, table, data, **config)
    assert state(url) == before
    return caught.value


def save(url, table="t", data=None, **config):
    kept = {key: config.pop(key) for key in ("primary_key", "mode", "write_id") if key in config}
    data = changed(_1="ours") if data is None else data
    return write_table(url, table, data, branch_conf=MergeBranch("c2", "main", **config), **kept)
