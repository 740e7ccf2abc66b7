"""`DoltMeta`: saves and loads as rows of a table, apart from the data."""

import pickle

import pandas as pd
import pytest

from dolt_integrations.core import CallbackMeta, DoltMeta, MergeBranch, metas_from_dicts, read_table, write_table
from dolt_integrations.errors import MetadataError
from tests.conftest import run_sql
from tests.helpers.servers.databases import new_database

FIRST = pd.DataFrame({"id": [1, 2, 3], "value": ["a", "b", "c"]})
FIELDS = ["kind", "tablename", "branch", "rows_added"]


def tables_of(url, commit):
    rows = run_sql(url, f"SELECT to_table_name FROM DOLT_DIFF_SUMMARY('{commit}^', '{commit}')")
    return [name for (name,) in rows]


def log(url, branch="main"):
    return [commit for (commit,) in run_sql(url, f"SELECT commit_hash FROM dolt_log('{branch}')")]


@pytest.fixture
def other(shared_server):
    """The URL of a second database."""
    with new_database(shared_server, "book") as url:
        yield url


def test_a_save_is_a_row_in_a_commit_of_its_own(database):
    version = write_table(database, "t", FIRST, meta_conf=DoltMeta(database, "actions"))

    newest, before, _ = log(database)
    assert before == version.commit
    assert (tables_of(database, before), tables_of(database, newest)) == (["t"], ["actions"])
    found = read_table(database, "actions").data
    assert found[FIELDS].values.tolist() == [["save", "t", "main", 3]]
    assert found["to_commit"].tolist() == [version.commit]


def test_actions_come_together_saves_and_loads(database):
    meta = DoltMeta(database, "actions")

    write_table(database, "t", FIRST, meta_conf=meta)
    write_table(database, "t", FIRST.head(2), meta_conf=meta, write_id="run-1")
    read_table(database, "t", meta_conf=meta)
    read_table(database, sql="SELECT 1 AS one", meta_conf=meta)

    found = read_table(database, sql="SELECT * FROM actions ORDER BY timestamp").data
    assert found["kind"].tolist() == ["save", "save", "load", "load"]
    assert run_sql(database, "SELECT tablename, `sql`, context_id FROM actions ORDER BY timestamp")[1:] == [
        ("t", None, "run-1"), ("t", None, None), (None, "SELECT 1 AS one", None),
    ]  # fmt: skip
    assert run_sql(database, "SELECT COUNT(*) FROM actions WHERE rows_added IS NULL") == [(2,)]


def test_the_frame_of_actions_has_timestamps_and_nullable_counts(database):
    write_table(database, "t", FIRST, meta_conf=DoltMeta(database, "actions"))

    found = read_table(database, "actions").data

    assert str(found["timestamp"].dtype) == "datetime64[us, UTC]"
    assert str(found["rows_added"].dtype) == "Int64"
    assert found.columns[0] == "id"
    assert run_sql(database, "SHOW KEYS FROM actions")[0][4] == "id"


def test_another_database_may_keep_the_actions(database, other):
    version = write_table(database, "t", FIRST, meta_conf=DoltMeta(other, "actions"))

    assert log(database)[0] == version.commit
    assert run_sql(database, "SHOW TABLES") == [("t",)]
    assert run_sql(other, "SELECT tablename, to_commit FROM actions") == [("t", version.commit)]


def test_a_directory_may_keep_the_actions_and_is_made(database, tmp_path):
    write_table(database, "t", FIRST, meta_conf=DoltMeta(tmp_path / "book", "actions"))

    assert len(read_table(tmp_path / "book", "actions").data) == 1


def test_the_directory_of_the_data_may_keep_them(repository):
    version = write_table(repository.path, "t", FIRST, meta_conf=DoltMeta(str(repository.path), "actions"))

    assert repository.sql("select to_commit from actions") == [{"to_commit": version.commit}]
    assert repository.sql("select * from dolt_status") == []
    assert repository.branches() == ["main"]


def test_a_branch_of_their_own_is_made_for_the_actions(database):
    meta = DoltMeta(database, "actions", branch="book")

    first = write_table(database, "t", FIRST, meta_conf=meta)
    second = write_table(database, "t", FIRST.head(1), meta_conf=meta)

    assert log(database)[:2] == [second.commit, first.commit]
    assert run_sql(database, "SHOW TABLES") == [("t",)]
    assert run_sql(database, "SELECT COUNT(*) FROM actions", revision="book") == [(2,)]


def test_the_actions_of_a_merge_do_not_come_among_the_data(database):
    write_table(database, "t", FIRST, primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    write_table(database, "t", FIRST.assign(value=["A", "b", "c"]))

    config = MergeBranch("c2", "main")
    version = write_table(database, "t", FIRST.assign(value=["a", "b", "C"]), branch_conf=config,
                          meta_conf=DoltMeta(database, "actions"))  # fmt: skip

    assert tables_of(database, version.commit) == ["t"]
    assert run_sql(database, "SELECT to_commit, rows_modified FROM actions") == [(version.commit, 1)]


def test_actions_that_cannot_be_kept_are_an_error_and_the_save_is_there(database):
    run_sql(database, "CREATE TABLE actions (something int)", "CALL DOLT_COMMIT('-Am', 'theirs')")
    run_sql(database, "INSERT INTO actions VALUES (1)")

    with pytest.raises(MetadataError, match="DoltMeta"):
        write_table(database, "t", FIRST, meta_conf=DoltMeta(database, "actions"))

    assert sorted(read_table(database, "t").data["id"]) == [1, 2, 3]
    assert run_sql(database, "SELECT * FROM actions") == [(1,)]


def test_a_database_that_cannot_be_reached_is_an_error_and_the_save_is_there(database):
    with pytest.raises(MetadataError, match="DoltMeta"):
        write_table(database, "t", FIRST, meta_conf=DoltMeta("mysql://root@127.0.0.1:1/book", "actions"))

    assert len(read_table(database, "t").data) == 3


def test_uncommitted_work_in_other_tables_does_not_come_into_the_commits(database):
    run_sql(database, "CREATE TABLE mine (a int)")

    write_table(database, "t", FIRST, meta_conf=DoltMeta(database, "actions"))

    assert run_sql(database, "SELECT table_name FROM dolt_status") == [("mine",)]


def test_a_config_survives_its_journey_and_stands_beside_others(database):
    meta = DoltMeta(database, "actions", branch="book")

    assert metas_from_dicts(meta.to_dict()) == meta
    assert metas_from_dicts([meta.to_dict(), CallbackMeta("told").to_dict()]) == [meta, CallbackMeta("told")]
    assert pickle.loads(pickle.dumps(meta)) == meta  # noqa: S301 - made here


def test_a_database_may_be_named_by_a_doltcli_object(repository):
    class Dolt:
        repo_dir = str(repository.path)

    assert DoltMeta(Dolt(), "actions").db == str(repository.path)


def test_a_password_does_not_travel_in_plain_sight():
    assert "secret5" not in repr(DoltMeta("mysql://root:secret5@host/db", "actions"))
    assert "secret5" not in str(DoltMeta("mysql://root:secret5@host/db", "actions"))
