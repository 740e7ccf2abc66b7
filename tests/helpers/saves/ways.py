"""Ways to save a frame in the table `t` of a server's database, in a mode, and what a refused save leaves."""

from dolt_integrations.core import MergeBranch, NewBranch, Transaction, write_table
from tests.conftest import run_sql


def plain(url, frame, mode):
    write_table(url, "t", frame, mode=mode)


def stream(url, frame, mode):
    write_table(url, "t", iter([frame]), mode=mode)


def merge(url, frame, mode):
    write_table(url, "t", frame, mode=mode, branch_conf=MergeBranch("main", "main"))


def new_branch(url, frame, mode):
    write_table(url, "t", frame, mode=mode, branch_conf=NewBranch("fresh"))


def block(url, frame, mode):
    with Transaction(url) as work:
        work.write("t", frame, mode=mode)


def left(url):
    """Return the number of rows, the uncommitted work and the branches: all that a refused save must not change."""
    heads = run_sql(url, "SELECT name FROM dolt_branches")
    return run_sql(url, "SELECT COUNT(*) FROM t"), run_sql(url, "SELECT * FROM dolt_status"), heads
