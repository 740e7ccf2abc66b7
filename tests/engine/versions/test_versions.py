import datetime

import pytest

from dolt_integrations.engine import Author, Connection, parse_location, quote
from dolt_integrations.engine.versions import branches, commits, heads, revisions, working_set
from dolt_integrations.engine.versions.diffs import hashes
from dolt_integrations.errors import (
    BranchNotFoundError,
    InvalidNameError,
    LostRaceError,
    RevisionNotFoundError,
    TableNotFoundError,
    UncommittedChangesError,
)
from tests.conftest import run_sql
from tests.helpers.servers.liar import lying

DIANE = Author("Diane Nguyen", "diane@girlcroosh.com")


@pytest.fixture
def connection(database):
    run_sql(database, "CREATE TABLE t (a int)", "CALL DOLT_COMMIT('-Am', 'a table')")
    with Connection(parse_location(database)) as connection:
        yield connection


def test_the_active_branch_is_the_sessions(connection, database):
    run_sql(database, "CALL DOLT_BRANCH('other')")

    with Connection(parse_location(database), "other") as other:
        assert heads.active_branch(other) == "other"
    assert heads.active_branch(connection) == "main"


def test_branches_are_listed_with_their_heads(connection):
    branches.create_branch(connection, "other", "HEAD~1")

    assert heads.branches(connection) == {
        "main": commits.head(connection),
        "other": revisions.resolve(connection, "HEAD~1"),
    }


@pytest.mark.parametrize("revision", ["main", "HEAD", "main~0", "release", "v1"])
def test_a_revision_is_resolved_to_its_commit(revision, connection):
    branches.create_branch(connection, "release", "main")
    connection.execute("CALL DOLT_TAG('v1', 'main')")

    assert revisions.resolve(connection, revision) == commits.head(connection)


def test_a_commit_is_resolved_to_itself(connection):
    commit = commits.head(connection)

    assert revisions.resolve(connection, commit) == commit


@pytest.mark.parametrize(
    "revision", ["relase", "main~99", "0" * 32, "", " ", "main'", "a..b", "HEAD~x", "HEAD^^^^^^^", "-D", "nowhere/x"]
)
def test_a_revision_that_is_not_there_is_an_error(revision, connection):
    with pytest.raises(RevisionNotFoundError):
        revisions.resolve(connection, revision)


def test_the_error_names_the_nearest_branches_and_tags(connection):
    branches.create_branch(connection, "release", "main")

    with pytest.raises(RevisionNotFoundError, match="`release`"):
        revisions.resolve(connection, "relase")


@pytest.mark.parametrize("revision", ["0" * 32 + "~1", "nowhere~1"])
def test_steps_back_from_what_is_not_there_are_no_short_history(revision, connection):
    with pytest.raises(RevisionNotFoundError, match=f"no commit, branch or tag '{revision}' in .* Pass a commit"):
        revisions.resolve(connection, revision)


@pytest.mark.parametrize(
    ("revision", "why"),
    [
        ("0" * 32 + "~0~1", "no commit, branch or tag"),
        ("HEAD~99", "history of HEAD is shorter"),
        ("main~99", "history of main is shorter"),
        ("main^2", "main has no such parent"),
    ],
)
def test_steps_that_lead_nowhere_are_named_as_the_cause(revision, why, connection):
    with pytest.raises(RevisionNotFoundError, match=why):
        revisions.resolve(connection, revision)


def test_a_word_that_is_no_revision_is_answered_with_the_accepted_forms(connection):
    with pytest.raises(RevisionNotFoundError, match=r"Pass a commit, a branch, a tag.*, or a timestamp\.$"):
        revisions.resolve(connection, "yesterday", or_else="a timestamp")


def test_the_commit_at_a_timestamp_is_the_newest_that_is_not_younger(connection):
    (first,), (second,) = connection.rows("SELECT commit_hash FROM dolt_log ORDER BY commit_order")[-2:]
    moment = connection.value("SELECT date FROM dolt_log WHERE commit_hash = %s", (second,))

    assert revisions.commit_at(connection, moment, second) == second
    assert revisions.commit_at(connection, moment - datetime.timedelta(milliseconds=1), second) in (first, second)
    assert revisions.commit_at(connection, datetime.datetime(2999, 1, 1), second) == second


def test_a_timestamp_before_the_first_commit_is_an_error_that_names_the_first(connection):
    with pytest.raises(RevisionNotFoundError, match="first commit is from 20"):
        revisions.commit_at(connection, datetime.datetime(2001, 1, 1), commits.head(connection))


@pytest.mark.parametrize("name", ["run/a_is_2", "a-b", "x" * 100, "a@b", "100%"])
def test_a_branch_is_created_under_any_name_that_dolt_takes(name, connection):
    branches.create_branch(connection, name, "main")

    assert name in heads.branches(connection)


@pytest.mark.parametrize(
    "name", ["", "-D", "--help", "a b", "a..b", "a~b", "HEAD", "/a", "a/", "a//b", "é", "a.lock", "0" * 32]
)
def test_a_branch_name_that_dolt_does_not_take_is_an_error(name, connection):
    with pytest.raises(InvalidNameError, match=r"not valid in Dolt. Use letters"):
        branches.create_branch(connection, name, "main")
    with pytest.raises(InvalidNameError, match=r"not valid in Dolt. Use letters"):
        branches.rename_branch(connection, "main", name)

    assert list(heads.branches(connection)) == ["main"]


def test_a_branch_that_is_there_already_is_a_lost_race(connection):
    branches.create_branch(connection, "other", "main")

    with pytest.raises(LostRaceError):
        branches.create_branch(connection, "other", "HEAD~1")


def test_a_branch_from_nowhere_is_an_error(connection):
    with pytest.raises(RevisionNotFoundError):
        branches.create_branch(connection, "other", "0" * 32)


def test_a_branch_is_deleted_merged_or_not(connection, database):
    branches.create_branch(connection, "other", "main")
    run_sql(database, "INSERT INTO t VALUES (1)", "CALL DOLT_COMMIT('-am', 'more')", revision="other")

    branches.delete_branch(connection, "other")

    assert list(heads.branches(connection)) == ["main"]


def test_deleting_a_branch_that_is_not_there_is_an_error(connection):
    with pytest.raises(BranchNotFoundError):
        branches.delete_branch(connection, "other")


def test_the_status_distinguishes_staged_from_unstaged(connection):
    connection.execute("CREATE TABLE staged (a int)")
    working_set.stage(connection, ["staged"])
    connection.execute("INSERT INTO t VALUES (1)")

    told = {(entry.table, entry.staged) for entry in working_set.status(connection)}

    assert told == {("staged", True), ("t", False)}


def test_only_what_is_staged_is_committed(connection):
    connection.execute("INSERT INTO t VALUES (1)")
    connection.execute("CREATE TABLE u (a int)")

    working_set.stage(connection, ["u"])
    commits.commit(connection, "one of two", DIANE)

    assert [entry.table for entry in working_set.status(connection)] == ["t"]


def test_a_commit_has_its_message_and_its_author(connection):
    message = 'It\'s "done"\n\n100 % é 🍣\nKey: value'
    connection.execute("INSERT INTO t VALUES (1)")
    working_set.stage(connection, ["t"])

    commit = commits.commit(connection, message, DIANE)

    row = connection.row("SELECT commit_hash, message, committer, email FROM dolt_log LIMIT 1")
    assert row == (commit, message, DIANE.name, DIANE.email)


def test_nothing_staged_is_no_commit(connection):
    assert commits.commit(connection, "nothing", DIANE) is None


def test_a_commit_of_nothing_neither_begins_nor_ends_a_transaction(connection):
    commits.commit(connection, "empty", DIANE)
    assert not connection.in_transaction

    with connection.transaction():
        commits.commit(connection, "empty", DIANE)
        assert connection.in_transaction


@pytest.mark.parametrize("table", ["-A", "a b", "order", "a`b", "100%"])
def test_a_table_of_any_name_is_staged_alone(table, connection):
    connection.execute(f"CREATE TABLE {quote(table)} (a int)")
    connection.execute("INSERT INTO t VALUES (1)")

    working_set.stage(connection, [table])

    assert [entry.table for entry in working_set.status(connection) if entry.staged] == [table]


def test_staging_a_table_that_is_not_there_is_an_error(connection):
    with pytest.raises(TableNotFoundError):
        working_set.stage(connection, ["nowhere"])


def test_a_branch_moves_forward_onto_a_descendant(connection, database):
    branches.create_branch(connection, "other", "main")
    run_sql(database, "INSERT INTO t VALUES (1)", "CALL DOLT_COMMIT('-am', 'more')", revision="other")

    commits.fast_forward(connection, "other")

    assert commits.head(connection) == heads.branches(connection)["other"]


def test_a_branch_that_has_moved_on_is_a_lost_race(connection, database):
    branches.create_branch(connection, "other", "main")
    run_sql(database, "INSERT INTO t VALUES (1)", "CALL DOLT_COMMIT('-am', 'more')", revision="other")
    run_sql(database, "INSERT INTO t VALUES (2)", "CALL DOLT_COMMIT('-am', 'more')")
    before = commits.head(connection)

    with pytest.raises(LostRaceError):
        commits.fast_forward(connection, "other")

    assert commits.head(connection) == before


def test_uncommitted_work_on_the_same_table_stops_a_fast_forward(connection, database):
    branches.create_branch(connection, "other", "main")
    run_sql(database, "INSERT INTO t VALUES (1)", "CALL DOLT_COMMIT('-am', 'more')", revision="other")
    connection.execute("INSERT INTO t VALUES (7)")

    with pytest.raises(UncommittedChangesError):
        commits.fast_forward(connection, "other")

    assert connection.rows("SELECT a FROM t") == [(7,)]


def test_tables_with_equal_content_have_equal_hashes(connection):
    connection.execute("CREATE TABLE one (a int PRIMARY KEY)")
    connection.execute("CREATE TABLE other (a int PRIMARY KEY)")

    before = hashes.table_hash(connection, "one")
    connection.execute("INSERT INTO one VALUES (1)")
    after = hashes.table_hash(connection, "one")
    connection.execute("DELETE FROM one")

    assert before != after
    assert hashes.table_hash(connection, "one") == before


@pytest.mark.parametrize("table", ["a`b", "a'b", "100%", "日本", "order"])
def test_a_table_of_any_name_has_a_hash(table, connection):
    connection.execute(f"CREATE TABLE {quote(table)} (a int)")

    assert len(hashes.table_hash(connection, table)) == 32


def test_no_table_has_no_hash(connection):
    assert hashes.table_hash(connection, "nowhere") is None


def test_a_table_whose_drop_is_staged_is_staged_again(connection):
    connection.execute("DROP TABLE t")

    working_set.stage(connection, ["t"])
    working_set.stage(connection, ["t"])

    assert [(entry.table, entry.staged) for entry in working_set.status(connection)] == [("t", True)]


def test_the_drops_of_tables_that_refer_to_each_other_are_staged_together(connection):
    connection.execute("CREATE TABLE a (id INT PRIMARY KEY)")
    connection.execute("CREATE TABLE b (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES a (id))")
    working_set.stage(connection, ["a", "b"])
    connection.execute("CALL DOLT_COMMIT('-m', 'tables')")
    connection.execute("DROP TABLE b")
    connection.execute("DROP TABLE a")

    working_set.stage(connection, ["a", "b"])

    assert [(entry.table, entry.staged) for entry in working_set.status(connection)] == [("a", True), ("b", True)]


@pytest.mark.parametrize(("table", "is_told"), [("t", True), ("nowhere", False), (None, False)])
def test_a_commit_that_has_landed_is_told_with_what_the_session_sees_of_a_table_that_is_there(
    table, is_told, connection
):
    commit = commits.head(connection)

    found = branches.landed_commit(connection, "main", commit, table)

    told = (hashes.table_hash(connection, "t"), revisions.resolve(connection, "HEAD~1"), True)
    assert found.is_there
    assert (found.content, found.parent, found.is_seen) == (told if is_told else (None, None, False))


@pytest.mark.parametrize("table", ["t", None])
def test_a_commit_that_a_branch_at_the_first_commit_lacks_has_not_landed_there(table, connection):
    branches.create_branch(connection, "other", "HEAD~1")

    assert not branches.landed_commit(connection, "other", commits.head(connection), table).is_there


def test_a_session_sees_no_landed_table_under_uncommitted_work(connection):
    connection.execute("INSERT INTO t VALUES (1)")

    found = branches.landed_commit(connection, "main", commits.head(connection), "t")

    assert (found.is_there, found.is_seen) == (True, False)


def test_the_status_of_an_older_dolt_is_read_without_ignored_tables(connection):
    connection.execute("INSERT INTO t VALUES (1)")
    port = connection.address.port

    def lie(columns, rows):
        is_newer_view = any(b"dolt_status_ignored" in column for column in columns)
        return [b"\xff" + (1146).to_bytes(2, "little") + b"#42S02table not found"] if is_newer_view else (columns, rows)

    with lying(port, lie, 0, 10**9) as liar:
        url = f"mysql://root@127.0.0.1:{liar.port}/{connection.address.database}"
        with Connection(parse_location(url)) as older:
            assert [entry.table for entry in working_set.status(older)] == ["t"]
    assert liar.told
