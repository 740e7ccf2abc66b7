"""Ways to save a frame in the table `t` of a server's database, in a mode."""

from dolt_integrations.core import MergeBranch, NewBranch, Transaction, write_table


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
