"""Versions of a table to compare, and the results of diffs in a form that can be compared."""

import pandas as pd

from dolt_integrations.core import write_table
from tests.conftest import run_sql


def save(database, columns, key=("id",), **options):
    """Save the table `t`, and return the commit."""
    data = pd.DataFrame(columns)
    return write_table(database, "t", data, primary_key=list(key) if key else None, **options).commit


def commit_sql(database, *statements):
    """Run statements, commit everything, and return the commit."""
    call = "CALL DOLT_COMMIT('-A', '-m', 'by hand', '--author', 'Ann <ann@localhost>')"
    return run_sql(database, *statements, call)[0][0]


def rows(found):
    """Return the rows, sorted, with missing values as None."""
    plain = found.astype(object).where(found.notna(), None)
    return sorted(plain.itertuples(index=False, name=None), key=repr)
