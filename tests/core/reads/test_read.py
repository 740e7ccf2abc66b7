"""Loading versions of a table: by name, revision and timestamp."""

import datetime

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from dolt_integrations.core import NewBranch, find_version, read_table, write_table
from dolt_integrations.errors import ConfigError, DoltError, RevisionNotFoundError, TableNotFoundError
from tests.conftest import run_sql, start_server
from tests.helpers.saves.queries import FIRST, SECOND, query


def test_a_table_is_read_by_its_name(versions, database):
    assert_frame_equal(read_table(database, "t").data, SECOND)


def test_a_query_is_read(versions, database):
    assert query(database, "SELECT name FROM t WHERE id = 3")["name"].tolist() == ["c"]


def test_the_version_is_returned(versions, database):
    loaded = read_table(database, "t")

    assert (loaded.version.commit, loaded.version.branch) == (versions[1], "main")
    assert loaded.version.table_hash == run_sql(database, "SELECT DOLT_HASHOF_TABLE('t')")[0][0]


def test_the_version_of_a_query_is_returned(versions, database):
    assert read_table(database, sql="SELECT 1").version.commit == versions[1]


@pytest.mark.parametrize("as_of", ["{0}", "old", "v1", "HEAD~1", "main~1", "main^", "HEAD^"])
@pytest.mark.parametrize("how", [{"tablename": "t"}, {"sql": "SELECT * FROM t ORDER BY id"}], ids=["table", "query"])
def test_an_old_version_is_read(as_of, how, versions, database):
    loaded = read_table(database, **how, as_of=as_of.format(*versions))

    assert_frame_equal(loaded.data, FIRST)
    assert loaded.version.commit == versions[0]


@pytest.mark.parametrize("as_of", ["{1}", "main", "HEAD", "HEAD~0"])
def test_the_newest_version_is_read_by_its_names_too(as_of, versions, database):
    assert_frame_equal(read_table(database, "t", as_of=as_of.format(*versions)).data, SECOND)


def moment_of(database, commit):
    return run_sql(database, f"SELECT date FROM dolt_log WHERE commit_hash = '{commit}'")[0][0]


FORMS = {
    "datetime": lambda moment: moment,
    "datetime with a zone": lambda moment: moment.replace(tzinfo=datetime.timezone.utc),
    "datetime of another zone": lambda moment: moment.replace(tzinfo=datetime.timezone.utc).astimezone(
        datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    ),
    "timestamp": pd.Timestamp,
    "text": lambda moment: moment.isoformat(),
    "text with a space": lambda moment: moment.isoformat(" "),
    "text with Z": lambda moment: moment.isoformat() + "Z",
    "text with an offset": lambda moment: (moment - datetime.timedelta(hours=3)).isoformat() + "-03:00",
    "text with a short offset": lambda moment: (moment + datetime.timedelta(hours=2)).isoformat() + "+0200",
    "text in microseconds": lambda moment: moment.isoformat(timespec="microseconds"),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_version_at_a_timestamp_is_read(form, versions, database):
    moment = moment_of(database, versions[0])
    if moment == moment_of(database, versions[1]):
        pytest.skip("both commits are of one moment")

    loaded = read_table(database, "t", as_of=FORMS[form](moment))

    assert loaded.version.commit == versions[0]


def test_a_timestamp_in_the_future_is_an_error(versions, database):
    with pytest.raises(RevisionNotFoundError, match="future"):
        read_table(database, "t", as_of="2999-01-01")


def test_a_timestamp_before_the_first_commit_is_an_error(versions, database):
    with pytest.raises(RevisionNotFoundError, match="2001-01-01"):
        read_table(database, "t", as_of="2001-01-01")


def test_a_version_before_the_table_was_made_is_an_error(database):
    write_table(database, "t", FIRST)

    with pytest.raises(TableNotFoundError):
        read_table(database, "t", as_of="main~1")


@pytest.mark.parametrize(
    "as_of", ["nowhere", "0" * 32, "HEAD~99", "2021-13-01", "2021-02-30T00:00", "yesterday", "", " ", "v2", "main@{1}"]
)
def test_a_version_that_is_not_there_is_an_error(as_of, versions, database):
    with pytest.raises(RevisionNotFoundError):
        read_table(database, "t", as_of=as_of)


@pytest.mark.parametrize("as_of", [5, 1.5, ["main"], datetime.date(2021, 1, 1), pd.NaT])
def test_a_version_of_no_kind_is_an_error_of_ours(as_of, versions, database):
    with pytest.raises(DoltError):
        read_table(database, "t", as_of=as_of)


def test_a_version_that_is_not_there_is_an_error_with_the_nearest_names(versions, database):
    run_sql(database, "CALL DOLT_TAG('release-2021', 'main')")

    with pytest.raises(RevisionNotFoundError, match="`release-2021`"):
        read_table(database, "t", as_of="release-2022")


def test_a_version_is_looked_up_on_the_branch(versions, database):
    write_table(database, "t", FIRST, branch_conf=NewBranch("run/1"))

    loaded = read_table(database, "t", branch_conf=NewBranch("run/1"), as_of="HEAD~1")

    assert loaded.version.commit == versions[1]


def test_a_pinned_commit_outlives_its_branch(database):
    version = write_table(database, "t", FIRST, branch_conf=NewBranch("run/1"), primary_key=["id"])
    run_sql(database, "CALL DOLT_BRANCH('-D', 'run/1')")

    loaded = read_table(database, "t", branch_conf=NewBranch("run/1"), as_of=version.commit)

    assert_frame_equal(loaded.data, FIRST)


def test_a_pinned_commit_outlives_a_reset_of_its_branch(versions, database):
    run_sql(database, "CALL DOLT_RESET('--hard', 'HEAD~1')")

    assert_frame_equal(read_table(database, "t", as_of=versions[1]).data, SECOND)
    assert_frame_equal(query(database, "SELECT * FROM t", as_of=versions[1]), SECOND)


def test_uncommitted_work_is_not_read(versions, database):
    run_sql(database, "INSERT INTO t VALUES (9, 'z')")

    assert_frame_equal(read_table(database, "t").data, SECOND)
    assert query(database, "SELECT count(*) AS n FROM t")["n"].tolist() == [3]


@pytest.mark.parametrize("revision", ["'v1'", "'old'", "'HEAD~1'", "'{0}'", "HASHOF('old')"])
def test_a_query_looks_back_itself(revision, versions, database):
    sql = f"SELECT * FROM t AS OF {revision.format(*versions)} ORDER BY id"

    assert_frame_equal(query(database, sql), FIRST)


def test_a_query_looks_back_from_the_version_that_it_reads(versions, database):
    write_table(database, "t", FIRST)

    assert_frame_equal(query(database, "SELECT * FROM t AS OF 'HEAD~1'", as_of=versions[1]), FIRST)


def test_the_log_is_read(versions, database):
    assert query(database, "SELECT message FROM dolt_log LIMIT 2")["message"].tolist() == ["second", "first"]


def test_the_log_is_that_of_the_version(versions, database):
    messages = query(database, "SELECT message FROM dolt_log", as_of="v1")["message"].tolist()

    assert messages == ["first", "Initialize data repository"]


@pytest.mark.parametrize("revisions", ["'HEAD~1', 'HEAD'", "'{0}', '{1}'", "'v1', 'main'", "'old..main'"])
def test_a_diff_is_read(revisions, versions, database):
    source = f"dolt_diff({revisions.format(*versions)}, 't')"
    sql = f"SELECT to_id, to_name, from_id, from_name, diff_type FROM {source} ORDER BY to_id"

    diff = query(database, sql)

    assert diff["to_name"].tolist() == ["B", "c"]
    assert diff["from_id"].isna().tolist() == [False, True]
    assert diff["diff_type"].tolist() == ["modified", "added"]


def test_a_diff_keeps_integers_that_may_be_missing_exact(database):
    write_table(database, "t", pd.DataFrame({"id": [2**60 + 1]}), primary_key=["id"])
    write_table(database, "t", pd.DataFrame({"id": [2**60 + 1, 2**60 + 3]}))

    diff = query(database, "SELECT from_id, to_id FROM dolt_diff('HEAD~1', 'HEAD', 't')")

    assert diff["to_id"].tolist() == [2**60 + 3]
    assert diff["from_id"].isna().tolist() == [True]


@pytest.mark.parametrize(
    "source",
    ["dolt_diff_t", "dolt_history_t", "dolt_blame_t", "dolt_log", "dolt_log('main')", "dolt_branches", "dolt_tags",
     "dolt_diff", "dolt_diff_stat('HEAD~1', 'HEAD')", "dolt_diff_summary('HEAD~1', 'HEAD')", "dolt_commits",
     "dolt_schema_diff('HEAD~1', 'HEAD')", "dolt_patch('HEAD~1', 'HEAD')", "dolt_status", "dolt_commit_ancestors",
     "dolt_commit_diff_t WHERE to_commit = HASHOF('HEAD') AND from_commit = HASHOF('HEAD~1')",
     "information_schema.tables WHERE table_name = 't'"],
)  # fmt: skip
def test_the_tables_of_dolt_are_read(source, versions, database, capfd):
    frame = query(database, f"SELECT * FROM {source}")

    assert len(frame.columns) > 0
    assert "panicked" not in capfd.readouterr().err


def test_the_history_of_a_table_is_read(versions, database):
    history = query(database, "SELECT id, name, commit_hash FROM dolt_history_t WHERE id = 2 ORDER BY commit_date DESC")

    assert history["name"].tolist() == ["B", "b"]


def test_a_load_leaves_no_branch(versions, database):
    for sql in ("SELECT * FROM dolt_diff('HEAD~1', 'HEAD', 't')", "SELECT * FROM t AS OF 'HEAD~1'"):
        query(database, sql)

    assert run_sql(database, "SELECT name FROM dolt_branches ORDER BY name") == [("main",), ("old",)]


@pytest.mark.parametrize("value", [2, -1, 127])
def test_a_number_in_a_boolean_column_is_not_made_true(value, database):
    run_sql(
        database,
        "CREATE TABLE t (a tinyint(1))",
        f"INSERT INTO t VALUES ({value}), (NULL)",
        "CALL DOLT_COMMIT('-Am', 'mine')",
    )

    assert read_table(database, "t").data["a"].dropna().tolist() == [value]


def test_a_zero_date_is_missing(database):
    run_sql(
        database,
        "CREATE TABLE t (a datetime)",
        "INSERT INTO t VALUES ('0000-00-00 00:00:00')",
        "CALL DOLT_COMMIT('-Am', 'mine')",
    )

    assert read_table(database, "t").data["a"].isna().tolist() == [True]


def test_a_table_that_is_not_committed_is_an_error(database):
    run_sql(database, "CREATE TABLE t (a int)")

    with pytest.raises(TableNotFoundError):
        read_table(database, "t")


@pytest.mark.parametrize("how", [{}, {"tablename": "t", "sql": "SELECT 1"}])
def test_both_and_neither_of_table_and_query_are_an_error(how, database):
    with pytest.raises(ConfigError, match=r"both|neither"):
        read_table(database, **how)


def test_a_query_reads_a_directory_too(repository):
    write_table(repository.path, "t", FIRST)

    assert_frame_equal(query(repository.path, "SELECT * FROM t AS OF 'HEAD' ORDER BY id"), FIRST)
    assert repository.branches() == ["main"]


def test_a_load_leaves_the_directory_as_it_was(repository):
    write_table(repository.path, "t", FIRST)
    repository.dolt("sql", "-q", "insert into t values (9, 'z')")
    before = (
        repository.dolt("status"),
        repository.dolt("diff"),
        (repository.path / ".dolt/repo_state.json").read_bytes(),
    )

    read_table(repository.path, "t")
    query(repository.path, "SELECT * FROM dolt_diff('HEAD~1', 'HEAD', 't')")

    after = repository.dolt("status"), repository.dolt("diff"), (repository.path / ".dolt/repo_state.json").read_bytes()
    assert after == before


def test_a_reader_who_may_only_read_reads(versions, database):
    run_sql(database, "CREATE USER reader@'%' IDENTIFIED BY 'secret'", "GRANT SELECT ON *.* TO reader@'%'")
    url = database.replace("root@", "reader:secret@")

    try:
        assert_frame_equal(read_table(url, "t").data, SECOND)
        assert_frame_equal(query(url, "SELECT * FROM t ORDER BY id"), SECOND)
        assert len(query(url, "SELECT * FROM dolt_log")) == 3
    finally:
        run_sql(database, "DROP USER reader@'%'")


@pytest.mark.parametrize("name", [5, None, ["t"], b"t"])
def test_a_table_named_by_no_text_is_an_error_of_ours(name, database):
    with pytest.raises(DoltError):
        read_table(database, name)


def test_a_view_is_read_like_a_table(versions, database):
    run_sql(database, "CREATE VIEW v AS SELECT id FROM t WHERE id > 1", "CALL DOLT_COMMIT('-Am', 'a view')")

    assert query(database, "SELECT * FROM v ORDER BY id")["id"].tolist() == [2, 3]
    assert sorted(read_table(database, "v").data["id"]) == [2, 3]


def test_a_read_only_server_answers_a_query_that_looks_back(repository):
    write_table(repository.path, "t", pd.DataFrame({"a": [1]}))
    write_table(repository.path, "t", pd.DataFrame({"a": [2]}))
    server = start_server(repository.path, "--readonly")

    try:
        found = read_table(server.url, sql="select * from t as of 'HEAD~1'").data
    finally:
        server.kill()

    assert found["a"].tolist() == [1]


def test_a_version_that_is_looked_up_for_a_table_has_its_hash(repository):
    first = write_table(repository.path, "t", pd.DataFrame({"a": [1]}))
    write_table(repository.path, "t", pd.DataFrame({"a": [2]}))

    assert find_version(repository.path, "t", as_of="HEAD~1").table_hash == first.table_hash
    assert find_version(repository.path, "T", as_of=first.commit).table_hash == first.table_hash
    assert find_version(repository.path, "u").table_hash is None
