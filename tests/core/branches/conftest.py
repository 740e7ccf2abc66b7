"""Tables that a save and its target have changed since the tag `c2`."""

import pytest

from dolt_integrations.core import write_table
from tests.conftest import run_sql
from tests.helpers.saves.conflicts import FIRST, changed


@pytest.fixture
def base(database):
    """A database with a table `t`, tagged `c2`. A later commit on `main` changed row 1."""
    write_table(database, "t", FIRST, primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    write_table(database, "t", changed(_1="target"))
    return database


@pytest.fixture
def tagged(database):
    """A database with a table `t`, tagged `c2`."""
    write_table(database, "t", FIRST, primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    return database
