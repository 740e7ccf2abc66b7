"""Write ids whose rows were reverted, restored or checked out away: a retry writes them again, if they are not back."""

import json

import pandas as pd
import pytest
from pymysql.converters import escape_string

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch, Transaction, history, read_table, write_table
from dolt_integrations.errors import ConfigError
from tests.conftest import run_sql
from tests.helpers.saves.write_ids import FIRST, MORE


def undo(tagged, version, how):
    shop = Repository(tagged)
    if how == "dolt revert":
        run_sql(tagged, f"CALL DOLT_REVERT('{version.commit}')")
    elif how == "restore":
        shop.restore("t", "HEAD~1")
    elif how == "checkout":
        check_out(tagged, "HEAD~1", "t")
    else:
        shop.revert(version.commit)


def check_out(tagged, revision, *tables):
    names = ", ".join(f"'{table}'" for table in tables)
    run_sql(tagged, f"CALL DOLT_CHECKOUT('{revision}', '--', {names})", "CALL DOLT_COMMIT('-am', 'Go back')")


@pytest.mark.parametrize("how", ["revert", "restore", "dolt revert", "checkout"])
def test_a_write_that_was_taken_back_is_made_again_with_a_warning(tagged, how, caplog):
    version = write_table(tagged, "t", MORE, mode="append", message="Add", write_id="run-1")
    undo(tagged, version, how)
    assert len(read_table(tagged, "t").data) == len(FIRST)

    again = [write_table(tagged, "t", MORE, mode="append", message="Add", write_id="run-1") for _ in range(2)]

    assert [each.changed for each in again] == [True, False]
    assert len(read_table(tagged, "t").data) == len(FIRST) + len(MORE)
    assert caplog.text.count(f"has taken back commit {version.commit}") == 1


def test_a_write_whose_revert_was_reverted_is_not_made_again(tagged):
    version = write_table(tagged, "t", MORE, mode="append", write_id="run-1")
    shop = Repository(tagged)
    shop.revert(shop.revert(version.commit).commit)

    assert write_table(tagged, "t", MORE, mode="append", write_id="run-1").commit == version.commit


@pytest.mark.parametrize("how", ["revert", "dolt revert"])
def test_a_write_whose_revert_dolt_reverted_is_not_made_again(tagged, how):
    version = write_table(tagged, "t", MORE, mode="append", message="Add", write_id="run-1")
    undo(tagged, version, how)
    run_sql(tagged, "CALL DOLT_REVERT('HEAD')")

    assert write_table(tagged, "t", MORE, mode="append", message="Add", write_id="run-1").commit == version.commit


@pytest.mark.parametrize("message", ['Add "more"', "Füge alle hinzu"])
def test_a_write_whose_revert_dolt_2_reverted_is_not_made_again(message, tagged):
    version = write_table(tagged, "t", MORE, mode="append", message=message, write_id="run-1")
    run_sql(tagged, f"CALL DOLT_REVERT('{version.commit}')")
    reverted = run_sql(tagged, "SELECT message FROM dolt_log LIMIT 1")[0][0]
    as_dolt_2_quotes = escape_string(f"Revert {json.dumps(reverted, ensure_ascii=False)}")
    write_table(tagged, "t", pd.DataFrame({"id": [9], "value": ["z"]}), mode="append", write_id="run-2")
    run_sql(tagged, "CALL DOLT_REVERT('HEAD~1')", f"CALL DOLT_COMMIT('--amend', '-m', '{as_dolt_2_quotes}')")

    assert write_table(tagged, "t", MORE, mode="append", message=message, write_id="run-1").commit == version.commit


@pytest.mark.parametrize("how", ["revert", "restore", "dolt revert", "checkout"])
def test_a_write_that_a_restore_brought_back_is_not_made_again(tagged, how):
    version = write_table(tagged, "t", MORE, mode="append", message="Add", write_id="run-1")
    undo(tagged, version, how)
    Repository(tagged).restore("t", version.commit)

    assert write_table(tagged, "t", MORE, mode="append", message="Add", write_id="run-1").commit == version.commit


def test_a_write_whose_revert_was_restored_is_made_again(tagged):
    shop = Repository(tagged)
    version = write_table(tagged, "t", MORE, mode="append", write_id="run-1")
    gone = shop.revert(version.commit)
    write_table(tagged, "t", MORE)
    shop.restore("t", gone.commit)

    assert write_table(tagged, "t", MORE, mode="append", write_id="run-1").changed
    assert len(read_table(tagged, "t").data) == len(FIRST) + len(MORE)


def test_the_restore_of_another_table_takes_no_write_back(tagged):
    write_table(tagged, "u", MORE)
    version = write_table(tagged, "t", MORE, mode="append", write_id="run-1")
    write_table(tagged, "u", FIRST)
    Repository(tagged).restore("u", "HEAD~2")

    assert write_table(tagged, "t", MORE, mode="append", write_id="run-1").commit == version.commit


@pytest.mark.parametrize("how", ["revert", "restore", "dolt revert", "checkout"])
def test_a_write_that_a_checkout_brought_back_is_not_made_again(tagged, how):
    version = write_table(tagged, "t", MORE, mode="append", message="Add", write_id="run-1")
    undo(tagged, version, how)
    check_out(tagged, version.commit, "t")

    assert write_table(tagged, "t", MORE, mode="append", message="Add", write_id="run-1").commit == version.commit


def test_a_checkout_of_what_a_write_left_does_not_take_it_back_if_the_table_goes_on(tagged):
    version = write_table(tagged, "t", MORE, mode="append", write_id="run-1")
    run_sql(tagged, "DELETE FROM t LIMIT 1", "CALL DOLT_COMMIT('-am', 'Delete')")
    check_out(tagged, version.commit, "t")
    run_sql(tagged, "DELETE FROM t LIMIT 2", "CALL DOLT_COMMIT('-am', 'Delete more')")

    assert write_table(tagged, "t", MORE, mode="append", write_id="run-1").commit == version.commit


def test_a_write_whose_checkout_was_reverted_is_not_made_again(tagged):
    version = write_table(tagged, "t", MORE, mode="append", write_id="run-1")
    check_out(tagged, "HEAD~1", "t")
    write_table(tagged, "t", pd.DataFrame({"id": [9], "value": ["z"]}), mode="append", write_id="run-2")
    Repository(tagged).revert("HEAD~1")

    assert write_table(tagged, "t", MORE, mode="append", write_id="run-1").commit == version.commit


@pytest.mark.parametrize("where", [None, MergeBranch("c2", "main")], ids=["serial", "merge"])
def test_a_table_that_was_checked_out_at_an_older_version_or_on_another_branch_loses_the_write(tagged, where):
    write_table(tagged, "t", pd.DataFrame({"id": [9], "value": ["z"]}), mode="append")
    write_table(tagged, "t", MORE, mode="append", branch_conf=where, write_id="run-1")
    write_table(tagged, "u", MORE)
    run_sql(tagged, "CALL DOLT_BRANCH('fix')")
    check_out(f"{tagged}/fix", "c2", "t")
    write_table(tagged, "u", FIRST)
    run_sql(tagged, "CALL DOLT_MERGE('fix', '-m', 'Fix')")
    write_table(tagged, "t", pd.DataFrame({"id": [8], "value": ["y"]}), mode="append")

    assert write_table(tagged, "t", MORE, mode="append", branch_conf=where, write_id="run-1").changed
    assert sorted(read_table(tagged, "t").data["id"]) == [1, 2, 3, 8]


def test_a_table_that_was_checked_out_as_a_merged_branch_had_it_loses_the_write(tagged):
    run_sql(tagged, "CALL DOLT_BRANCH('side')")
    write_table(tagged, "t", MORE, mode="append", write_id="run-1")
    run_sql(f"{tagged}/side", "UPDATE t SET value = 'x' WHERE id = 1", "CALL DOLT_COMMIT('-am', 'Side')")
    run_sql(tagged, "CALL DOLT_MERGE('side', '-m', 'Merge')")
    check_out(tagged, "side", "t")

    assert write_table(tagged, "t", MORE, mode="append", write_id="run-1").changed
    assert sorted(read_table(tagged, "t").data["id"]) == [1, 2, 3]


def test_a_later_write_of_the_old_rows_takes_no_write_back(tagged):
    version = write_table(tagged, "t", MORE, write_id="run-1")
    write_table(tagged, "t", FIRST, write_id="run-2")

    assert write_table(tagged, "t", MORE, write_id="run-1").commit == version.commit


def test_the_checkout_of_another_table_takes_no_write_back(tagged):
    write_table(tagged, "u", MORE)
    version = write_table(tagged, "t", MORE, mode="append", write_id="run-1")
    write_table(tagged, "u", FIRST)
    check_out(tagged, "HEAD~1", "u")

    assert write_table(tagged, "t", MORE, mode="append", write_id="run-1").commit == version.commit


def write_block(tagged):
    with Transaction(tagged, write_id="run-1") as work:
        for table in ("t", "u"):
            work.write(table, MORE, mode="append")
    return work.version


BLOCK_UNDOS = {
    "revert": lambda url, made: Repository(url).revert(made.commit),
    "restore": lambda url, made: Repository(url).restore(["t", "u"], "HEAD~1"),
    "checkout": lambda url, made: check_out(url, "HEAD~1", "t", "u"),
}


@pytest.mark.parametrize("how", BLOCK_UNDOS.values(), ids=BLOCK_UNDOS)
def test_a_block_that_was_taken_back_is_made_again(tagged, how):
    write_table(tagged, "u", FIRST)
    how(tagged, write_block(tagged))

    assert [write_block(tagged).changed, write_block(tagged).changed] == [True, False]
    assert [len(read_table(tagged, table).data) for table in ("t", "u")] == [len(FIRST) + len(MORE)] * 2


PARTS = {
    "restore": lambda url: Repository(url).restore("t", "HEAD~1"),
    "checkout": lambda url: check_out(url, "HEAD~1", "t"),
}


@pytest.mark.parametrize("how", PARTS.values(), ids=PARTS)
def test_a_block_of_which_one_table_was_taken_back_is_made_again_there(tagged, how, caplog):
    write_table(tagged, "u", FIRST)
    write_block(tagged)
    how(tagged)

    again = [write_block(tagged) for _ in range(2)]

    assert [each.changed for each in again] == [True, False]
    assert again[0].commit == again[1].commit
    assert [len(read_table(tagged, table).data) for table in ("t", "u")] == [len(FIRST) + len(MORE)] * 2
    assert "of table t is made again" in caplog.text
    assert "of table u" not in caplog.text


def test_a_table_that_was_made_again_after_others_wrote_to_it_is_not_made_a_third_time(tagged):
    write_table(tagged, "u", FIRST)
    write_block(tagged)
    Repository(tagged).restore("t", "HEAD~1")
    write_table(tagged, "t", pd.DataFrame({"id": [9], "value": ["z"]}), mode="append", write_id="run-2")

    again = [write_block(tagged).changed for _ in range(2)]

    assert again == [True, False]
    assert len(read_table(tagged, "t").data) == len(FIRST) + len(MORE) + 1


def test_the_tables_of_a_block_may_be_taken_back_one_after_the_other(tagged):
    write_table(tagged, "u", FIRST)
    before = write_block(tagged).commit + "~1"
    for tables in (["t"], ["u"], ["t", "u"]):
        Repository(tagged).restore(tables, before)

        assert write_block(tagged).changed
        assert [len(read_table(tagged, table).data) for table in ("t", "u")] == [len(FIRST) + len(MORE)] * 2
        assert not write_block(tagged).changed


def test_the_audit_of_a_block_that_is_made_again_in_one_table_reads_what_lands(tagged):
    seen = []
    for _ in range(2):
        with Transaction(tagged, write_id="run-1", audit=lambda work: seen.append(len(work.read("t").data))) as work:
            work.write("t", MORE, mode="append")
            work.write("u", MORE)
        Repository(tagged).restore("t", work.start)
        write_table(tagged, "t", MORE.assign(id=7), mode="append", write_id="run-2")

    assert seen == [3, 4]


def test_a_block_that_is_made_again_in_one_table_reads_what_it_read_and_needs_the_same_rows(tagged):
    write_table(tagged, "u", FIRST)

    def block(rows=MORE):
        with Transaction(tagged, write_id="run-1") as work:
            count = len(work.read("u").data)
            work.write("u", rows, mode="append")
            work.write("t", MORE.assign(value=str(count)), mode="append")
            return work, len(work.read("t").data)

    _, seen = block()
    Repository(tagged).restore("t", "HEAD~1")

    with pytest.raises(ConfigError, match="used for other rows"):
        block(FIRST)
    assert len(read_table(tagged, "t").data) == len(FIRST)
    work, again = block()
    assert work.version.changed
    assert [again, block()[1]] == [seen, seen]
    assert read_table(tagged, "t").data["value"].tolist()[-1] == str(len(FIRST))


def test_a_revert_does_not_pass_for_the_write_that_it_undoes(tagged):
    version = write_table(tagged, "t", MORE, mode="append", message="Add", write_id="run-1")
    run_sql(tagged, f"CALL DOLT_REVERT('{version.commit}')")

    newest = history(tagged, "t").iloc[0]

    assert newest["message"].startswith("Revert")
    assert pd.isna(newest["write_id"])


def test_a_table_with_capitals_that_was_taken_back_is_written_by_its_block_again(tagged):
    def write():
        with Transaction(tagged, write_id="run-1") as work:
            work.write("Users", MORE, mode="append")
            work.write("t", MORE, mode="append")

    write_table(tagged, "Users", FIRST)
    write()
    Repository(tagged).restore("Users", "HEAD~1")
    write()

    assert [len(read_table(tagged, table).data) for table in ("Users", "t")] == [len(FIRST) + len(MORE)] * 2


def test_a_later_run_that_wrote_the_old_rows_takes_no_write_back(tagged):
    version = write_table(tagged, "t", MORE, write_id="run-1")
    write_table(tagged, "t", FIRST, message="Local\n\nRun-Id: r2")

    assert write_table(tagged, "t", MORE, write_id="run-1").commit == version.commit
