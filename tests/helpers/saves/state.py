"""The state of a database, as another SQL client sees it."""

from tests.conftest import run_sql


def log(url, branch="main"):
    return [row[0] for row in run_sql(url, f"SELECT message FROM dolt_log('{branch}')")]


def branches(url):
    return sorted(name for (name,) in run_sql(url, "SELECT name FROM dolt_branches"))


def is_clean(url):
    return run_sql(url, "SELECT * FROM dolt_status") == []
