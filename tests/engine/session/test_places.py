"""Where a session is after it went to a branch, a commit, an ancestor or a tag, and back."""

import contextlib

import pytest

from dolt_integrations.engine import Connection, parse_location
from dolt_integrations.engine.session.pool import POOL
from dolt_integrations.errors import NotFoundError, ServerLostError
from tests.conftest import run_sql
from tests.helpers.servers.databases import shared_database

DATABASE, BRANCH, ROWS = "SELECT DATABASE()", "SELECT active_branch()", "SELECT COUNT(*) FROM t"


@pytest.fixture(scope="module")
def url(shared_server):
    with shared_database(
        shared_server,
        "places",
        "CREATE TABLE t (a int)",
        "CALL DOLT_COMMIT('-Am', 'table')",
        "CALL DOLT_TAG('v1')",
        "INSERT INTO t VALUES (1)",
        "CALL DOLT_COMMIT('-am', 'row')",
        "CALL DOLT_BRANCH('other')",
    ) as url:
        yield url


def connect(url, revision=None):
    return Connection(parse_location(url), revision)


@pytest.fixture(scope="module")
def first(url):
    """The commit in which the table has no row."""
    return run_sql(url, "SELECT HASHOF('main~1')")[0][0]


@pytest.mark.parametrize("revision", ["main~1", "main^", "v1"])
def test_a_session_can_be_at_an_ancestor_or_a_tag(revision, url):
    with connect(url, revision) as session:
        assert session.value(ROWS) == 0


@pytest.mark.parametrize("revision", ["v2", "nowhere~1", "nowhere^"])
def test_a_tag_or_an_ancestor_that_is_not_there_is_not_found(revision, url):
    with pytest.raises(NotFoundError, match=r"nowhere|v2"):
        connect(url, revision)


def test_a_session_leaves_a_commit_for_a_branch_and_that_for_the_default_one(url, first):
    with connect(url, first) as session:
        session.switch("other")
        assert (session.value(DATABASE), session.value(BRANCH), session.value(ROWS)) == ("places", "other", 1)

        session.leave_revision()
        assert (session.value(DATABASE), session.value(BRANCH)) == ("places", "main")
        assert session.revision is None


def test_a_branch_that_was_made_after_the_beginning_of_the_sessions_transaction_is_found(url):
    with connect(url) as session:
        session.execute("START TRANSACTION")
        session.rows(ROWS)
        run_sql(url, "CALL DOLT_BRANCH('late')")

        session.switch("late")

        assert session.value(BRANCH) == "late"
    run_sql(url, "CALL DOLT_BRANCH('-D', 'late')")


def test_a_session_at_a_commit_is_in_the_database_itself_for_a_block(url, first):
    with connect(url, first) as session:
        with session.in_database():
            assert session.value(DATABASE) == "places"

        assert session.value(DATABASE) == f"places/{first}"


def test_a_session_is_at_its_commit_again_after_a_block_that_raises(url, first):
    with connect(url, first) as session:
        with pytest.raises(ZeroDivisionError), session.in_database():
            raise ZeroDivisionError

        assert session.value(DATABASE) == f"places/{first}"


def test_the_error_of_a_block_is_the_error_though_its_session_is_lost(url, first):
    with contextlib.closing(connect(url, first)) as session:
        with pytest.raises(ZeroDivisionError), session.in_database(), contextlib.closing(session):
            raise ZeroDivisionError


def test_a_session_on_a_branch_stays_there_for_a_block_in_the_database(url):
    with connect(url, "other") as session, session.in_database():
        assert session.value(BRANCH) == "other"


def test_a_session_that_was_lost_at_a_commit_is_not_kept(url, first):
    address = parse_location(url)
    POOL.empty(address)
    with Connection(address, first) as session:
        run_sql(url, f"KILL {session.value('SELECT CONNECTION_ID()')}")
        with pytest.raises(ServerLostError):
            session.execute("DO SLEEP(10)")

    assert [idle for idle in POOL._idle if idle.address == address] == []


def test_a_session_of_a_database_that_was_made_again_is_used_again(shared_server):
    with shared_database(shared_server, "again", "CREATE TABLE t (a int)") as url:
        with connect(url) as session:
            assert session.value(ROWS) == 0
        run_sql(shared_server.url, "DROP DATABASE again", "CREATE DATABASE again")
        run_sql(url, "CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)")

        with connect(url) as session:
            assert session.value(ROWS) == 1
