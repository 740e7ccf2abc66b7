"""Heads of branches: a session that is settled at one, or left as it was."""

import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.engine.versions.heads import Head, branches_in_other_case, find_head, settle_at_newest
from tests.conftest import run_sql


@pytest.fixture
def url(database):
    run_sql(database, "CREATE TABLE t (a INT)", "CALL DOLT_COMMIT('-Am', 'a table')", "CALL DOLT_TAG('v1')")
    return database


@pytest.fixture
def session(url):
    with open_database(url) as opened, opened.connect() as connection:
        yield connection


def main_of(url):
    return run_sql(url, "SELECT hash FROM dolt_branches WHERE name = 'main'")[0][0]


@pytest.mark.parametrize("branch", ["main", None])
def test_a_settled_session_sees_its_commit_and_nothing_later(branch, url, session):
    head = main_of(url)

    assert settle_at_newest(session, branch) == Head("main", head)
    run_sql(url, "INSERT INTO t VALUES (1)", "CALL DOLT_COMMIT('-am', 'a row')")

    assert session.rows("SELECT * FROM t") == []
    assert session.revision == head


@pytest.mark.parametrize("branch", ["nowhere", "v1", "main~1", "MAIN"])
def test_a_session_settles_at_no_tag_and_under_no_other_name(branch, url, session):
    assert settle_at_newest(session, branch) is None
    session.switch("main")
    assert session.rows("SELECT * FROM t") == []
    run_sql(url, "INSERT INTO t VALUES (1)")

    assert session.rows("SELECT * FROM t") == [(1,)]


@pytest.mark.parametrize("branch", ["main", None])
def test_a_session_does_not_settle_at_a_branch_with_uncommitted_work_and_sees_what_follows(branch, url, session):
    run_sql(url, "INSERT INTO t VALUES (1)")

    assert settle_at_newest(session, branch) is None
    run_sql(url, "INSERT INTO t VALUES (2)")

    assert session.rows("SELECT * FROM t ORDER BY a") == [(1,), (2,)]


@pytest.mark.parametrize("name", ["nowhere", "main~1", "main^", "v1"])
def test_what_is_no_branch_has_no_head(name, session):
    assert find_head(session, name) == Head(name, None)
    assert not find_head(session, name).exists


def test_the_default_branch_is_found_with_its_head(url, session):
    assert find_head(session, None) == Head("main", main_of(url))


@pytest.mark.parametrize(("name", "others"), [("MAIN", ["main"]), ("main", []), ("V1", []), ("nowhere", [])])
def test_only_branches_of_the_name_in_another_case_are_listed(name, others, session):
    assert branches_in_other_case(session, name) == others


def test_a_database_whose_name_is_in_no_variable_has_a_head(shared_server):
    run_sql(shared_server.url, "CREATE DATABASE `in-no-variable`")
    url = shared_server.url.removesuffix("shared") + "in-no-variable"
    try:
        with open_database(url) as opened, opened.connect() as session:
            assert find_head(session, None) == Head("main", main_of(url))
            assert settle_at_newest(session, "main") is None
    finally:
        run_sql(shared_server.url, "DROP DATABASE `in-no-variable`")
