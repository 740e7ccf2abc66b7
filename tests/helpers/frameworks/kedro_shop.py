"""A pipeline of two nodes, and the catalog of its three tables."""

import pandas as pd
from kedro.pipeline import node

from dolt_integrations.core import write_table
from tests.conftest import run_sql
from tests.helpers.frameworks.catalogs import catalog, table

USERS = pd.DataFrame({"id": [1, 2, 3], "name": ["Ann", "Bob", "Cy"], "count": [4, 6, 9]})
KEY = {"save_args": {"primary_key": "id"}}


def rename(users):
    return users.assign(name=users["name"].str.upper())


def big(users):
    return users[users["count"] > 5]


def fail(users):
    raise RuntimeError("a node that fails")


NODES = [
    node(rename, "users", "renamed", name="rename"),
    node(big, "renamed", "big_users", name="filter"),
]


def shop(database, **entries):
    """Return a catalog of three tables, the first of which is there, with other entries."""
    write_table(database, "users", USERS, primary_key="id")
    tables = {name: table(database, name, **KEY) for name in ("users", "renamed", "big_users", "out")}
    return catalog(**{**tables, **entries})


def tables_of(database, branch="main"):
    return {name for (name,) in run_sql(database, "show tables", revision=branch)}
