"""The commit that a save reports is on its branch, even if another client moves or deletes the branch."""

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, NewBranch, Remote, Transaction, read_table, write_table
from dolt_integrations.core.remotes import exchange
from dolt_integrations.core.transaction import block as transactions
from dolt_integrations.core.writes import beside, in_place
from dolt_integrations.errors import BranchNotFoundError, LostRaceError
from tests.conftest import run_sql

ROWS = 1500
BACK = ("CALL DOLT_BRANCH('-f', '{branch}', '{branch}~1')",)
DELETED = ("CALL DOLT_BRANCH('-D', '{branch}')",)
FURTHER = ("CALL DOLT_CHECKOUT('{branch}')", "CREATE TABLE other (a int)", "CALL DOLT_COMMIT('-Am', 'other')")


def frame(word, rows=3):
    return pd.DataFrame({"id": range(rows), "text": [f"{word} {number}" for number in range(rows)]})


def later(number):
    return frame("new").assign(id=lambda rows: rows["id"] + number)


def small(url, branch):
    return write_table(url, "t", frame("new"), branch_conf=branch)


def append(url, branch):
    return write_table(url, "t", later(10_000), mode="append", branch_conf=branch)


def upsert(url, branch):
    return write_table(url, "t", frame("new"), mode="upsert", branch_conf=branch)


def large(url, branch):
    return write_table(url, "t", frame("new", ROWS).assign(more=1), branch_conf=branch)


def merge(url, branch):
    return write_table(url, "t", frame("new"), branch_conf=MergeBranch("main", branch))


def stream(url, branch):
    return write_table(url, "t", iter([frame("new"), later(10)]), branch_conf=branch)


def stream_of_appends(url, branch):
    return write_table(url, "t", iter([later(10_000), later(20_000)]), mode="append", branch_conf=branch)


def transaction(url, branch):
    with Transaction(url, branch) as block:
        block.write("t", frame("new"))
    return block.version


AGAIN = [small, append, upsert, large, merge]
ONCE = [stream, stream_of_appends, transaction]


class OtherClient:
    """Runs statements on a branch when a save has landed on it for the first time."""

    def __init__(self, monkeypatch, url, branch, statements):
        self.url, self.branch, self.statements, self.seen = url, branch, statements, []
        for module in (beside, in_place, transactions):
            self.interpose(monkeypatch, module)

    def interpose(self, monkeypatch, module):
        real = module.check_landed

        def check(database, connection, branch, commit, **options):
            if branch == self.branch and not self.seen:
                run_sql(self.url, *[statement.format(branch=branch) for statement in self.statements])
            self.seen.append(commit)
            return real(database, connection, branch, commit, **options)

        monkeypatch.setattr(module, "check_landed", check)


@pytest.fixture
def table(database):
    """A database whose branch main has a table of some rows, and whose default branch is main."""
    write_table(database, "t", frame("old", ROWS), primary_key="id")
    run_sql(database, "CALL DOLT_BRANCH('run', 'main')")
    return database


def commits(url, branch):
    return [commit for (commit,) in run_sql(url, f"SELECT commit_hash FROM dolt_log('{branch}')")]


@pytest.mark.parametrize("way", AGAIN)
def test_a_save_whose_branch_is_put_back_is_made_again(way, table, monkeypatch):
    client = OtherClient(monkeypatch, table, "run", BACK)

    version = way(table, "run")

    assert version.commit in commits(table, "run")
    assert len(client.seen) == 2
    assert "new 1" in set(read_table(table, "t", branch_conf="run").data["text"])


@pytest.mark.parametrize("way", [*AGAIN, *ONCE])
def test_a_save_whose_branch_goes_on_is_there(way, table, monkeypatch):
    client = OtherClient(monkeypatch, table, "run", FURTHER)

    version = way(table, "run")

    assert commits(table, "run")[1] == version.commit
    assert set(client.seen) == {version.commit}  # written once, looked for once or twice


@pytest.mark.parametrize("way", [small, append, large])
def test_a_save_whose_branch_is_deleted_is_an_error(way, table, monkeypatch):
    OtherClient(monkeypatch, table, "run", DELETED)

    with pytest.raises(BranchNotFoundError, match="no branch 'run'"):
        way(table, "run")


def test_a_new_branch_that_is_deleted_is_made_again(table, monkeypatch):
    OtherClient(monkeypatch, table, "new", DELETED)

    version = write_table(table, "t", frame("new"), branch_conf=NewBranch("new"))

    assert version.commit in commits(table, "new")


@pytest.mark.parametrize("statements", [BACK, DELETED], ids=["back", "deleted"])
@pytest.mark.parametrize("way", ONCE)
def test_what_cannot_be_made_again_is_kept_on_a_branch(way, statements, table, monkeypatch):
    client = OtherClient(monkeypatch, table, "run", statements)

    with pytest.raises(LostRaceError, match="landed on branch 'run'") as caught:
        way(table, "run")

    kept = f"dolt-integrations/kept/{client.seen[0]}"
    assert kept in str(caught.value)
    assert "new 1" in set(read_table(table, "t", branch_conf=kept).data["text"])


def test_a_branch_that_is_put_back_while_it_is_pulled_is_pulled_again(remote, clone, monkeypatch):
    """The remote has later commits than the clone. Another client undoes the pull."""
    folder, ahead = clone(), clone("ahead")
    write_table(ahead.path, "more", frame("theirs"), remote_conf=remote)
    real, seen = exchange.merge_into, []

    def merge_into(database, branch, theirs, info):
        merged = real(database, branch, theirs, info)
        if not seen:
            with database.connect() as connection:
                connection.execute("CALL DOLT_RESET('--hard', 'HEAD~1')")
        seen.append(merged)
        return merged

    monkeypatch.setattr(exchange, "merge_into", merge_into)

    found = read_table(folder.path, "more", remote_conf=Remote(url=remote.url))

    assert len(seen) == 2
    assert len(found.data) == 3
