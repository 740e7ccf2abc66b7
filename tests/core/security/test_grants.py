"""The minimal privileges of a reader, a writer and a maintainer: docs/servers-and-rights.md."""

import datetime

import pandas as pd
import pytest

from dolt_integrations.core import (
    AppendBranch,
    DoltMeta,
    MergeBranch,
    NewBranch,
    Remote,
    Transaction,
    blame,
    diff,
    find_version,
    history,
    read_batches,
    read_table,
    write_table,
)
from dolt_integrations.core.rows import version_rows
from dolt_integrations.errors import AccessDeniedError
from tests.conftest import run_sql
from tests.helpers.saves.paths import LARGE, PATHS, branch_of, found, frame, rows_on

GRANTS = {
    "reader": "SELECT",
    "writer": "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, EXECUTE, CREATE TEMPORARY TABLES",
    "all": "ALL",
}
REMOTES = ("dolt_remote", "dolt_fetch", "dolt_push")


@pytest.fixture
def login(database):
    """Return a function that creates a user with some rights on the database, and returns the user's URL."""
    name = database.rpartition("/")[2]
    made = []

    def make(kind, *more):
        user = f"{kind}_{name}"
        run_sql(database, f"CREATE USER {user}@'%' IDENTIFIED BY 'pw'")
        made.append(user)
        run_sql(database, f"GRANT {GRANTS[kind]} ON {name}.* TO {user}@'%'")
        for procedure in more:
            run_sql(database, f"GRANT EXECUTE ON PROCEDURE {name}.{procedure} TO {user}@'%'")
        return database.replace("root@", f"{user}:pw@")

    yield make
    for user in made:
        run_sql(database, f"DROP USER {user}@'%'")


@pytest.fixture
def versions(database):
    """Two versions of table `t` on main, a branch `side` at the first, and a tag."""
    one = write_table(database, "t", frame(), primary_key="id").commit
    run_sql(database, "CALL DOLT_BRANCH('side')", "CALL DOLT_TAG('v1')")
    return [one, write_table(database, "t", frame(rows=3)).commit]


READS = {
    "a table": lambda url: read_table(url, "t"),
    "a part of a table": lambda url: read_table(url, "t", columns="id", where="id > 1"),
    "a branch": lambda url: read_table(url, "t", branch_conf=AppendBranch("side")),
    "a tag": lambda url: read_table(url, "t", as_of="v1"),
    "an ancestor": lambda url: read_table(url, "t", as_of="HEAD~1"),
    "a time": lambda url: read_table(url, "t", as_of=datetime.datetime.now(datetime.timezone.utc)),
    "a query": lambda url: read_table(url, sql="SELECT MAX(id) AS n FROM t"),
    "a query of the past": lambda url: read_table(url, sql="SELECT * FROM t AS OF 'HEAD~1'"),
    "a query of a branch's past": lambda url: read_table(
        url, sql="SELECT * FROM dolt_log('HEAD')", branch_conf=AppendBranch("side")
    ),
    "a diff in SQL": lambda url: read_table(url, sql="SELECT * FROM dolt_diff('HEAD~1', 'HEAD', 't')"),
    "batches": lambda url: list(read_batches(url, "t", 2)),
    "batches of a condition": lambda url: list(read_batches(url, "t", 2, where="id > 1")),
    "history": lambda url: history(url, "t"),
    "history of all": lambda url: history(url),
    "diff": lambda url: diff(url, "t", "HEAD~1"),
    "diff of a branch": lambda url: diff(url, "t", "HEAD~1", branch_conf=AppendBranch("side")),
    "blame": lambda url: blame(url, "t"),
    "a version": lambda url: find_version(url, as_of="v1"),
}


@pytest.mark.parametrize("kind", GRANTS)
def test_select_on_the_database_is_enough_for_every_read(kind, login, versions):
    url = login(kind)

    for what, read in READS.items():
        try:
            read(url)
        except AccessDeniedError as error:
            pytest.fail(f"{what}: {error}")


def test_a_reader_sees_what_the_owner_sees(login, database, versions):
    url = login("reader")

    pd.testing.assert_frame_equal(history(url, "t"), history(database, "t"))
    pd.testing.assert_frame_equal(blame(url, "t"), blame(database, "t"))
    pd.testing.assert_frame_equal(diff(url, "t", "HEAD~1"), diff(database, "t", "HEAD~1"))
    past = "SELECT COUNT(*) AS n FROM t AS OF 'HEAD~1'"
    assert read_table(url, sql=past).data["n"].tolist() == [2]


def test_a_query_of_history_at_an_old_commit_says_which_right_it_needs(login, versions):
    with pytest.raises(AccessDeniedError, match=r"query of history.*needs a branch"):
        read_table(login("reader"), sql="SELECT COUNT(*) AS n FROM t AS OF 'HEAD'", as_of=versions[0])


def test_a_query_that_looks_back_does_not_show_a_reader_what_is_not_committed(login, database, versions):
    run_sql(database, "INSERT INTO t VALUES (77, 'not committed')")

    with pytest.raises(AccessDeniedError, match="without uncommitted changes"):
        read_table(login("reader"), sql="SELECT COUNT(*) AS n FROM t, (SELECT HASHOF('HEAD')) AS q")


def test_a_reader_cannot_write(login, database, versions):
    for path in ("append", "large", "stream", "merge", "block", "new branch"):
        with pytest.raises(AccessDeniedError):
            PATHS[path](login("reader") if path == "append" else _again(database, "reader"), "t", frame(first=9))

    assert found(database, "t") == [1, 2, 3]
    assert sorted(run_sql(database, "SELECT name FROM dolt_branches")) == [("main",), ("side",)]


def _again(database, kind):
    return database.replace("root@", f"{kind}_{database.rpartition('/')[2]}:pw@")


@pytest.mark.parametrize("kind", ["writer", "all"])
def test_a_user_with_rights_on_the_database_alone_writes_by_every_way(kind, login, database):
    url = login(kind)

    for path, write in PATHS.items():
        table = path.replace(" ", "_")
        write(url, table, frame(rows_on(path)))
        assert len(found(database, table, branch_of(path))) == rows_on(path)


@pytest.mark.parametrize("kind", ["writer", "all"])
def test_a_user_with_rights_on_the_database_alone_alters_merges_and_tests(kind, login, database, versions):
    url = login(kind)
    run_sql(database, "INSERT INTO dolt_tests VALUES ('has_rows', NULL, 'SELECT * FROM t', 'expected_rows', '>', '0')")
    run_sql(database, "CALL DOLT_COMMIT('-Am', 'tests')")

    write_table(url, "t", frame().assign(more=1.5), mode="upsert")
    write_table(url, "t", frame(value="theirs"), branch_conf=MergeBranch(versions[0], "main", on_conflict="theirs"))
    with Transaction(url, tests=True, audit=lambda work: len(work.read("t").data) > 0) as block:
        block.write("t", frame(LARGE), mode="upsert")
    write_table(url, "t", frame(first=LARGE + 1), mode="append", meta_conf=DoltMeta(url, "log"))
    write_table(url, "t", frame(), primary_key="id", branch_conf=NewBranch("mine"))

    assert len(found(database, "t")) == LARGE + 2
    assert len(found(database, "t", "mine")) == 2


@pytest.mark.parametrize("kind", ["writer", "all"])
def test_a_user_with_rights_on_the_database_alone_merges_what_both_sides_have_changed(kind, login, database):
    start = write_table(database, "t", frame(), primary_key="id").commit
    write_table(database, "t", frame(first=5), mode="append")

    write_table(login(kind), "t", frame(first=8), mode="append", branch_conf=MergeBranch(start, "main"))

    assert found(database, "t") == [1, 2, 5, 6, 8, 9]


@pytest.mark.parametrize("kind", ["writer", "all"])
def test_a_server_that_loads_files_takes_the_rows_of_a_user_who_may_not_load_any(kind, login, loading_database):
    write_table(login(kind), "t", frame(LARGE), primary_key="id")

    assert len(found(loading_database, "t")) == LARGE


def test_a_maintainer_needs_to_execute_the_procedures_of_remotes_as_well(login, database, tmp_path):
    url, remote = login("all", *REMOTES), Remote(url=f"file://{tmp_path}/hub")

    write_table(url, "t", frame(), primary_key="id", remote_conf=remote)
    read_table(url, "t", remote_conf=remote)

    assert run_sql(database, "SELECT name FROM dolt_remote_branches") == [("remotes/origin/main",)]


def test_without_them_a_remote_is_refused_before_anything_is_written(login, database, tmp_path):
    with pytest.raises(AccessDeniedError):
        write_table(login("all"), "t", frame(), primary_key="id", remote_conf=Remote(url=f"file://{tmp_path}/hub"))

    assert run_sql(database, "SHOW TABLES") == []


def test_a_reader_fetches_what_differs_from_a_version_in_the_cache(login, versions, own_cache, monkeypatch, set_limits):
    set_limits(cached_bytes=0, difference_share=1)
    url = login("reader")
    read_table(url, "t", as_of=versions[0])
    monkeypatch.setattr(version_rows, "fetch", None)

    assert len(read_table(url, "t").data) == 3
