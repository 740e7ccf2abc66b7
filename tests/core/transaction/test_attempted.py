"""`AttemptBlock`: the writes of a task's attempt, in one commit, without those of other writers."""

import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.provenance.attempt import Attempt
from dolt_integrations.core.transaction.attempt_landing import AttemptLanding, OvertakenError
from dolt_integrations.core.transaction.attempt_name import AttemptWrite
from dolt_integrations.core.transaction.attempted import AttemptBlock, Sharing, start_of_attempt
from dolt_integrations.engine import DEFAULT_AUTHOR
from dolt_integrations.errors import BranchNotFoundError, MergeConflictError, ServerLostError
from tests.conftest import run_sql
from tests.helpers.saves.attempts import contents, rows


def land(url, frame, *, node="Flow/1/load", branch="main", start=None, read_at=None, mode=None, sharing=None):
    share = sharing or Sharing()
    block = AttemptBlock(url, branch, Attempt(node, 0), "Load", start, read_at, None, DEFAULT_AUTHOR, share)
    return block.land([AttemptWrite("t", frame, None, mode)])


def overtaken_at(newest):
    """Return how tasks share a table that others have written to since."""

    def mode(table, head, has_written):
        raise OvertakenError("others have written to table `t`", newest=newest)

    return Sharing(mode=mode)


def test_a_branch_that_is_missing_and_has_no_start_is_an_error_that_asks_for_one(database):
    with pytest.raises(BranchNotFoundError, match=r"no branch 'side'.*name a base"):
        land(database, rows(1), branch="side")

    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def test_work_that_was_overtaken_is_kept_on_a_branch_and_others_rows_stay(database):
    write_table(database, "t", rows(9))

    with pytest.raises(MergeConflictError, match="others have written") as caught:
        land(database, rows(1), sharing=overtaken_at(None))

    assert contents(database) == [(9, "v9")]
    assert run_sql(database, "SELECT id FROM t", revision=caught.value.branch) == [(1,)]
    assert f"the work is on branch '{caught.value.branch}'" in str(caught.value)


def test_work_that_was_overtaken_and_changes_nothing_says_that_nothing_is_written(database):
    newest = write_table(database, "t", rows(9), primary_key="id").commit

    with pytest.raises(MergeConflictError, match=r"Nothing is written\. Run the step again") as caught:
        land(database, rows(9), sharing=overtaken_at(newest))

    assert caught.value.branch is None
    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def test_a_replace_of_a_resumed_run_does_not_pass_for_the_one_of_the_run_before(database):
    land(database, rows(1))
    write_table(database, "t", rows(9))

    land(database, rows(1), node="Flow/2/load", sharing=Sharing(origins=[("Flow/1/load", "")]))

    assert contents(database) == [(1, "v1")]


def test_a_retry_of_a_replace_with_the_same_rows_leaves_what_others_wrote_since(database):
    first = land(database, rows(1))
    write_table(database, "t", rows(9))

    assert land(database, rows(1)).commit == first.commit
    assert contents(database) == [(9, "v9")]


@pytest.mark.parametrize(("mode", "ids"), [(None, [2]), ("append", [1, 2])])
def test_a_write_on_a_new_branch_has_its_mode_and_replaces_without_one(mode, ids, database):
    write_table(database, "t", rows(1))

    land(database, rows(2), branch="side", start="main", mode=mode)

    assert run_sql(database, "SELECT id FROM t ORDER BY id", revision="side") == [(each,) for each in ids]


def test_a_new_branch_begins_at_what_the_task_has_read(database):
    read = write_table(database, "t", rows(1)).commit
    write_table(database, "t", rows(9))

    land(database, rows(2), branch="side", start="main", read_at=read, mode="append")

    assert run_sql(database, "SELECT id FROM t ORDER BY id", revision="side") == [(1,), (2,)]


def test_an_attempt_begins_before_the_first_of_all_writes_of_the_attempts_before(database):
    begin = write_table(database, "t", rows(1)).commit
    first = Attempt("Flow/1/load", 0)
    for table in ("one", "other"):
        write_table(database, table, rows(2), attempt=first)

    assert start_of_attempt(database, "main", Attempt("Flow/1/load", 1)).commit == begin


def test_an_attempt_that_has_read_what_the_one_before_wrote_goes_on_from_it(database):
    write_table(database, "t", rows(1))
    write_table(database, "one", rows(2), attempt=Attempt("Flow/1/load", 0))
    read_table(database, "one")

    assert start_of_attempt(database, "main", Attempt("Flow/1/load", 1)) is None


def test_writes_that_landed_though_the_connection_was_lost_are_adopted(database, monkeypatch):
    real, lost = AttemptLanding.land, []

    def lose_the_first_answer(self, writes):
        version = real(self, writes)
        if not lost:
            lost.append(version)
            raise ServerLostError("connection lost")
        return version

    monkeypatch.setattr(AttemptLanding, "land", lose_the_first_answer)

    assert land(database, rows(1), mode="append").commit == lost[0].commit
    assert contents(database) == [(1, "v1")]
