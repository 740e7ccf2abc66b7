"""Frames that come in batches, and what landed of them."""

import itertools

import pandas as pd

from tests.conftest import run_sql
from tests.helpers.saves.state import branches, log


def numbers(start, stop):
    texts = pd.Series([f"text {n}" for n in range(start, stop)], dtype="str")
    return pd.DataFrame({"n": pd.Series(range(start, stop), dtype="int64"), "text": texts})


def batches(*bounds):
    return iter([numbers(start, stop) for start, stop in itertools.pairwise(bounds)])


def rows(url, branch=None):
    return sorted(run_sql(url, "SELECT n FROM t", revision=branch))


def ns(*values):
    return [(value,) for value in values]


def nothing_landed(url):
    return log(url) == ["Initialize data repository"] and branches(url) == ["main"] and not run_sql(url, "SHOW TABLES")


def failing(error, after=2):
    for number in range(after):
        yield numbers(number * 3, number * 3 + 3)
    raise error
