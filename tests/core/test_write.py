import json
import os
import shutil
import subprocess

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, SerialBranch, read_table, write_table
from dolt_integrations.engine import parse_author
from dolt_integrations.errors import (
    ConfigError,
    DatabaseNotFoundError,
    DataError,
    DoltError,
    InvalidNameError,
    UncommittedChangesError,
)
from tests.conftest import Repository, eventually, new_repository, open_session, processes_of, run_sql, start_server

ONE = pd.DataFrame({"name": ["Alice"], "count": [4]})
TWO = pd.DataFrame({"name": ["Bob", "Carol"], "count": [1, 2]})
WIDER = pd.DataFrame({"name": ["Alice"], "count": [4], "extra": [1.5]})


def log(url, branch="main"):
    return [row[0] for row in run_sql(url, f"SELECT message FROM dolt_log('{branch}')")]


def rows(url, table="t"):
    return sorted(run_sql(url, f"SELECT * FROM `{table}`"))


def is_clean(url):
    return run_sql(url, "SELECT * FROM dolt_status") == []


def branches(url):
    return sorted(name for (name,) in run_sql(url, "SELECT name FROM dolt_branches"))


def test_a_new_table_is_one_commit(database):
    version = write_table(database, "t", ONE, message="the first")

    assert version.changed
    assert log(database) == ["the first", "Initialize data repository"]
    assert run_sql(database, "SELECT HASHOF('main')") == [(version.commit,)]


def test_a_table_is_replaced_by_the_frame(database):
    write_table(database, "t", ONE)

    write_table(database, "t", TWO)

    assert rows(database) == [("Bob", 1), ("Carol", 2)]
    assert len(log(database)) == 3


def test_an_unchanged_table_is_no_commit(database):
    first = write_table(database, "t", ONE)

    second = write_table(database, "t", ONE, message="again")

    assert (second.changed, second.commit, second.table_hash) == (False, first.commit, first.table_hash)
    assert len(log(database)) == 2


def test_rows_in_another_order_are_no_change(database):
    write_table(database, "t", TWO)

    assert not write_table(database, "t", TWO.iloc[::-1]).changed


def test_a_frame_without_rows_is_a_table(database):
    write_table(database, "t", ONE.head(0))

    assert rows(database) == []
    assert [row[0] for row in run_sql(database, "SHOW COLUMNS FROM t")] == ["name", "count"]


def test_a_table_is_emptied_by_a_frame_without_rows(database):
    write_table(database, "t", ONE)

    assert write_table(database, "t", ONE.head(0)).changed
    assert rows(database) == []


def test_rows_that_are_there_twice_are_kept_where_there_is_no_key(database):
    write_table(database, "t", pd.concat([ONE, ONE, TWO, TWO, TWO]))

    assert rows(database) == [("Alice", 4)] * 2 + [("Bob", 1)] * 3 + [("Carol", 2)] * 3


def test_a_row_more_of_the_same_is_a_change(database):
    write_table(database, "t", pd.concat([ONE, ONE]))

    assert write_table(database, "t", pd.concat([ONE, ONE, ONE])).changed
    assert rows(database) == [("Alice", 4)] * 3


def test_only_the_rows_that_differ_are_in_the_diff(database):
    frame = pd.DataFrame({"id": range(100), "value": range(100)})
    write_table(database, "t", frame, primary_key=["id"])
    frame.loc[7, "value"] = 0

    write_table(database, "t", frame)

    diff = run_sql(database, "SELECT diff_type, to_id, from_value, to_value FROM dolt_diff('HEAD~1', 'HEAD', 't')")
    assert diff == [("modified", 7, 7, 0)]


@pytest.mark.parametrize("frame", [WIDER, ONE[["name"]], ONE.rename(columns={"count": "n"}), ONE[["count", "name"]]])
def test_the_columns_follow_the_frame(frame, database):
    write_table(database, "t", ONE)

    version = write_table(database, "t", frame)

    assert version.changed
    assert [row[0] for row in run_sql(database, "SHOW COLUMNS FROM t")] == list(frame.columns)
    assert read_table(database, "t").data.equals(frame)


def test_a_changed_table_is_one_commit_with_no_moment_in_between(database):
    write_table(database, "t", ONE)

    write_table(database, "t", WIDER, message="wider")

    assert log(database)[:2] == ["wider", "Automated commit"]


def test_only_the_saved_table_is_in_the_commit(database):
    write_table(database, "t", ONE)
    run_sql(database, "CREATE TABLE other (a int)")

    write_table(database, "t", WIDER)

    assert run_sql(database, "SELECT table_name FROM dolt_diff_stat('HEAD~1', 'HEAD')") == [("t",)]


@pytest.mark.parametrize(
    "message", ["one line", "two\n\nparts\nKey: value", 'it\'s "100 %" é🍣 \\ ;--', "-m", "x" * 10_000]
)
def test_the_message_is_the_commits(message, database):
    write_table(database, "t", ONE, message=message)

    assert log(database)[0] == message


@pytest.mark.parametrize("message", ["", " ", "\n"])
def test_an_empty_message_is_an_error_of_ours_or_a_commit(message, database):
    try:
        write_table(database, "t", ONE, message=message)
    except DoltError:
        assert run_sql(database, "SHOW TABLES") == []
    else:
        assert rows(database) == [("Alice", 4)]


def author_of(url):
    return run_sql(url, "SELECT committer, email FROM dolt_log LIMIT 1")[0]


def test_without_an_identity_the_workflow_is_the_author(database):
    write_table(database, "t", ONE)

    assert author_of(database) == ("flyte", "flyte@localhost")


@pytest.mark.parametrize("name", ["Diane Nguyen", "O'Brien", "日本", 'a "b" c'])
def test_the_author_is_the_commits(name, database):
    write_table(database, "t", ONE, author=parse_author(f"{name} <diane@girlcroosh.com>"))

    assert author_of(database) == (name, "diane@girlcroosh.com")


def test_the_author_of_a_directory_is_whom_dolt_config_names(tmp_path):
    subprocess.run(["dolt", "config", "--global", "--add", "user.name", "Diane"], check=True, capture_output=True)
    subprocess.run(
        ["dolt", "config", "--global", "--add", "user.email", "diane@x.com"], check=True, capture_output=True
    )

    write_table(tmp_path / "shop", "t", ONE)

    assert Repository(tmp_path / "shop").sql("select distinct committer from dolt_log") == [{"committer": "Diane"}]


def test_the_workflow_is_the_author_of_a_directory_without_an_identity(tmp_path):
    write_table(tmp_path / "shop", "t", ONE)

    authors = Repository(tmp_path / "shop").sql("select distinct committer, email from dolt_log")
    assert authors == [{"committer": "flyte", "email": "flyte@localhost"}]


def test_the_global_config_is_never_written(tmp_path, home):
    write_table(tmp_path / "shop", "t", ONE)
    write_table(tmp_path / "shop", "t", TWO)

    assert not (home / ".dolt" / "config_global.json").exists()


@pytest.mark.parametrize("folder", ["shop", "a/b/shop"])
def test_a_missing_directory_becomes_a_database(folder, tmp_path):
    write_table(tmp_path / folder, "t", ONE)

    assert Repository(tmp_path / folder).sql("select * from t") == [{"name": "Alice", "count": "4"}]


def test_an_empty_directory_becomes_a_database(tmp_path):
    write_table(tmp_path, "t", ONE)

    assert read_table(tmp_path, "t").data.equals(ONE)


@pytest.mark.parametrize("exists", [True, False])
def test_a_load_never_makes_a_database(exists, tmp_path):
    folder = tmp_path / "shop"
    if exists:
        folder.mkdir()

    with pytest.raises(DatabaseNotFoundError, match="dolt init"):
        read_table(folder, "t")

    assert folder.exists() == exists
    assert not exists or list(folder.iterdir()) == []


def test_a_directory_of_something_else_is_an_error_and_stays_as_it_is(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")

    with pytest.raises(DatabaseNotFoundError, match="dolt init"):
        write_table(tmp_path, "t", ONE)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_an_error_and_stays_as_it_is(tmp_path):
    (tmp_path / "shop").write_text("precious")

    with pytest.raises(DatabaseNotFoundError, match="file"):
        write_table(tmp_path / "shop", "t", ONE)

    assert (tmp_path / "shop").read_text() == "precious"


def test_a_directory_below_a_file_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(DoltError, match="file"):
        write_table(tmp_path / "file" / "shop", "t", ONE)


def test_a_missing_directory_with_a_new_branch_gets_both(tmp_path):
    write_table(tmp_path / "shop", "t", ONE, branch_conf=NewBranch("run/1"))

    assert Repository(tmp_path / "shop").branches() == ["main", "run/1"]


@pytest.mark.parametrize("name", ["", "dolt_t", "x" * 65, "a ", "🍣", ".", None, 5])
def test_a_table_name_that_dolt_does_not_take_is_an_error_before_anything_is_made(name, tmp_path):
    with pytest.raises(InvalidNameError):
        write_table(tmp_path / "shop", name, ONE)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["order", "a b", "a`b", "100%", "%s", "日本", "-A", "a'b", "a\\b", "information_schema", "a;b", "@v"]
)
def test_a_table_may_have_any_name_that_dolt_takes(name, database):
    write_table(database, name, ONE)
    version = write_table(database, name, TWO)
    write_table(database, name, WIDER)

    assert read_table(database, name).data.equals(WIDER)
    assert sorted(read_table(database, name, as_of=version.commit).data["name"]) == ["Bob", "Carol"]


def test_a_name_that_differs_in_case_is_not_another_table_or_is_an_error(database):
    write_table(database, "users", ONE)

    write_table(database, "Users", TWO)

    assert sorted(read_table(database, "Users").data["name"]) == ["Bob", "Carol"]
    assert read_table(database, "users").data.equals(ONE) or len(run_sql(database, "SHOW TABLES")) == 1


def test_a_view_of_that_name_is_an_error_and_stays(database):
    run_sql(database, "CREATE VIEW t AS SELECT 1 AS a", "CALL DOLT_COMMIT('-Am', 'a view')")

    with pytest.raises(DoltError, match=r"`t`|'t'"):
        write_table(database, "t", ONE)

    assert run_sql(database, "SELECT * FROM t") == [(1,)]


def test_an_unknown_database_of_a_server_is_an_error_and_is_not_made(shared_server):
    with pytest.raises(DatabaseNotFoundError, match="warehouse"):
        write_table(shared_server.url.removesuffix("shared") + "warehouse", "t", ONE)

    assert ("warehouse",) not in run_sql(shared_server.url, "SHOW DATABASES")


def test_what_names_no_database_is_an_error():
    with pytest.raises(ConfigError):
        write_table(None, "t", ONE)


# The user's own work in the directory.


class Desk:
    """All that a user can see of a directory: the branch that is checked out, branches, uncommitted work."""

    def __init__(self, repository):
        self.state = (repository.path / ".dolt" / "repo_state.json").read_bytes()
        self.told = {
            command: repository.dolt(*command.split()) for command in ("status", "diff", "diff --staged", "branch")
        }

    def __eq__(self, other):
        return (self.state, self.told) == (other.state, other.told)


@pytest.fixture(scope="module")
def prepared_desk(tmp_path_factory):
    """What `desk` is a copy of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        repository = new_repository(tmp_path_factory.mktemp("prepared") / "shop")
        tables = "create table mine (a int primary key); create table other (a int primary key);"
        rows = "insert into mine values (1); insert into other values (1); call dolt_commit('-Am', 'tables')"
        repository.dolt("sql", "-q", tables + rows)
        write_table(repository.path, "t", ONE)
        repository.dolt("checkout", "-b", "desk")
    return repository.path


@pytest.fixture
def desk(prepared_desk, tmp_path):
    """A directory on a branch of the user's, with a table of ours and tables of the user's."""
    return Repository(shutil.copytree(prepared_desk, tmp_path / "shop"))


WORK = {
    "none": [],
    "changed rows": ["insert into mine values (2)"],
    "a deleted row": ["delete from mine"],
    "a new table": ["create table fresh (a int)"],
    "another column": ["alter table mine add column b int"],
    "staged rows": ["insert into mine values (2)", "call dolt_add('mine')"],
    "a staged new table": ["create table fresh (a int)", "call dolt_add('fresh')"],
    "one staged and one not": ["insert into mine values (2)", "call dolt_add('mine')", "insert into other values (2)"],
}
SAVES = {
    "rows": lambda path: write_table(path, "t", TWO),
    "columns": lambda path: write_table(path, "t", WIDER),
    "a new table": lambda path: write_table(path, "u", ONE),
    "nothing new": lambda path: write_table(path, "t", ONE),
    "rows of the other branch": lambda path: write_table(path, "t", TWO, branch_conf=SerialBranch("main")),
    "columns of the other branch": lambda path: write_table(path, "t", WIDER, branch_conf=SerialBranch("main")),
    "a new branch": lambda path: write_table(path, "t", TWO, branch_conf=NewBranch("run/1")),
}


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("save", ["rows", "columns"])
def test_uncommitted_work_in_other_tables_is_the_same_afterwards(work, save, desk):
    desk.dolt("sql", "-q", ";".join(WORK[work]) or "select 1")
    before = Desk(desk)

    version = SAVES[save](desk.path)

    assert version.changed
    assert Desk(desk).told == before.told
    assert desk.sql(f"select table_name from dolt_diff where commit_hash = '{version.commit}'") == [{"table_name": "t"}]


DROPS = {"unstaged": "drop table mine", "staged": "drop table mine; call dolt_add('mine')"}


@pytest.mark.parametrize("drop", DROPS)
@pytest.mark.parametrize("save", ["rows", "columns"])
def test_a_dropped_table_stays_dropped_or_is_an_error_that_names_it(drop, save, desk):
    desk.dolt("sql", "-q", DROPS[drop])
    before = Desk(desk)

    try:
        SAVES[save](desk.path)
    except UncommittedChangesError as error:
        assert "`mine`" in str(error)  # noqa: PT017 - either is right

    assert Desk(desk).told == before.told


@pytest.mark.parametrize("save", SAVES)
def test_the_branch_that_is_checked_out_is_the_same_afterwards(save, desk):
    desk.dolt("sql", "-q", "insert into mine values (2)")
    before = Desk(desk)

    SAVES[save](desk.path)

    after = Desk(desk)
    branch_lines = after.told.pop("branch").splitlines()
    before_lines = before.told.pop("branch").splitlines()
    assert [line for line in branch_lines if "run/1" not in line] == before_lines
    assert (after.told, after.state) == (before.told, before.state)


def test_without_a_config_a_directory_save_goes_to_the_branch_that_is_checked_out(desk):
    version = write_table(desk.path, "t", TWO)

    assert version.branch == "desk"
    assert desk.head("desk") == version.commit
    assert desk.messages("main")[0] == "Automated commit"


@pytest.mark.parametrize(
    ("work", "frame"),
    [("insert into t values ('Eve', 9)", TWO), ("insert into t values ('Eve', 9)", WIDER),
     ("insert into t values ('Eve', 9)", ONE), ("drop table t", TWO), ("alter table t add column b int", TWO),
     ("insert into t values ('Eve', 9); call dolt_add('t')", TWO), ("update t set count = 5", WIDER)],
)  # fmt: skip
def test_uncommitted_work_in_the_same_table_is_an_error_and_stays(work, frame, desk):
    desk.dolt("sql", "-q", work)
    before, head = Desk(desk), desk.head("desk")

    with pytest.raises(UncommittedChangesError, match=r"`t`.*'desk'.*dolt add t"):
        write_table(desk.path, "t", frame)

    assert Desk(desk) == before
    assert desk.head("desk") == head


def test_uncommitted_work_on_a_branch_that_is_not_written_is_not_in_the_way(desk):
    desk.dolt("sql", "-q", "insert into t values ('Eve', 9)")
    before = Desk(desk)

    write_table(desk.path, "t", TWO, branch_conf=SerialBranch("main"))

    assert Desk(desk).told == before.told


def test_uncommitted_work_in_one_table_both_staged_and_not_is_kept_or_an_error(desk):
    desk.dolt("sql", "-q", "insert into mine values (2); call dolt_add('mine'); insert into mine values (3)")
    before = Desk(desk)

    try:
        write_table(desk.path, "t", WIDER)
    except UncommittedChangesError as error:
        assert "`mine`" in str(error)  # noqa: PT017 - either is right

    assert Desk(desk).told == before.told


def test_the_work_of_a_server_on_the_branch_is_the_same_afterwards(database):
    write_table(database, "t", ONE)
    run_sql(
        database,
        "CREATE TABLE mine (a int)",
        "INSERT INTO mine VALUES (1)",
        "CALL DOLT_ADD('mine')",
        "CREATE TABLE fresh (a int)",
    )
    before = sorted(run_sql(database, "SELECT * FROM dolt_status"))

    write_table(database, "t", TWO)
    write_table(database, "t", WIDER)

    assert sorted(run_sql(database, "SELECT * FROM dolt_status")) == before
    assert run_sql(database, "SELECT * FROM mine") == [(1,)]


@pytest.mark.parametrize("frame", [TWO, WIDER, ONE])
def test_no_branch_and_no_uncommitted_work_stays_after_a_save(frame, database):
    write_table(database, "t", ONE)

    write_table(database, "t", frame)

    assert branches(database) == ["main"]
    assert is_clean(database)


def test_no_branch_and_no_uncommitted_work_stays_after_a_failure(database):
    run_sql(
        database, "CREATE TABLE t (name varchar(20) UNIQUE, count bigint NOT NULL)", "CALL DOLT_COMMIT('-Am', 'mine')"
    )
    frame = pd.DataFrame({"name": ["a", "a"], "count": [1, 2]})

    try:
        write_table(database, "t", frame)
    except DoltError:
        assert rows(database) == []
    else:
        assert rows(database) == [("a", 1), ("a", 2)]

    assert branches(database) == ["main"]
    assert is_clean(database)


def test_a_transaction_of_somebody_else_is_not_committed_with_a_save(database):
    write_table(database, "t", ONE)
    run_sql(database, "CREATE TABLE mine (a int)", "CALL DOLT_COMMIT('-Am', 'mine')")
    session = open_session(database)
    with session.cursor() as cursor:
        cursor.execute("START TRANSACTION")
        cursor.execute("INSERT INTO mine VALUES (1)")

        write_table(database, "t", TWO)

        assert run_sql(database, "SELECT * FROM mine") == []
        cursor.execute("COMMIT")
    session.close()
    assert run_sql(database, "SELECT * FROM mine") == [(1,)]


def test_what_somebody_else_commits_in_the_meantime_stays(database):
    write_table(database, "t", ONE)
    write_table(database, "other", ONE)

    write_table(database, "t", WIDER)

    assert read_table(database, "other").data.equals(ONE)


# Private branches that dead processes left.


DIE = """
import os, sys
import pandas as pd
from dolt_integrations.core import build, write_table
def die(*arguments):
    os.kill(os.getpid(), 9)
build.stage = die
write_table(sys.argv[1], "t", pd.DataFrame({"a": [1]}))
"""


def test_what_a_killed_save_left_is_not_seen_and_is_removed_by_the_next(database, script):
    run_sql(database, "CREATE TABLE t (b int)", "CALL DOLT_COMMIT('-Am', 'mine')")
    killed = script(DIE, database)
    killed.process.wait(timeout=60)
    assert len(branches(database)) == 2

    assert run_sql(database, "SHOW COLUMNS FROM t")[0][0] == "b"
    write_table(database, "u", ONE)

    assert branches(database) == ["main"]
    assert is_clean(database)


def test_what_a_killed_save_of_a_directory_left_is_removed_by_the_next(repository, script):
    killed = script(DIE, repository.path)
    killed.process.wait(timeout=60)
    eventually(lambda: not processes_of(repository.path))

    write_table(repository.path, "u", ONE)

    assert repository.branches() == ["main"]
    assert repository.sql("select * from dolt_status") == []


def test_the_private_branch_of_a_living_process_is_left_alone(database, script):
    from dolt_integrations.core.workspace import private_branch
    from dolt_integrations.engine import open_database

    with open_database(database) as opened, private_branch(opened, run_sql(database, "SELECT HASHOF('main')")[0][0]):
        write_table(database, "t", ONE)
        assert len(branches(database)) == 2

    assert branches(database) == ["main"]


def test_a_branch_of_the_users_that_looks_alike_is_left_alone(database):
    for name in ("dolt-integrations/mine", "dolt-integrations/work/mine", "dolt-integrations/work/vm/1/x"):
        run_sql(database, f"CALL DOLT_BRANCH('{name}')")
    before = branches(database)

    write_table(database, "t", ONE)

    assert branches(database) == before


# The three ways to name one database, and a user's server on the directory.


def test_a_doltcli_object_names_a_database(repository):
    doltcli = pytest.importorskip("doltcli")

    write_table(doltcli.Dolt(str(repository.path)), "t", ONE)

    assert read_table(doltcli.Dolt(str(repository.path)), "t").data.equals(ONE)


def test_a_save_goes_through_the_server_that_the_user_runs_on_the_directory(repository):
    server = start_server(repository.path)

    write_table(repository.path, "t", ONE)

    assert read_table(server.url, "t").data.equals(ONE)
    assert server.process.poll() is None
    server.kill()


def test_what_is_saved_by_directory_is_read_by_url_and_the_other_way_round(repository, server):
    write_table(repository.path, "t", ONE)
    write_table(server.url, "u", TWO)

    assert read_table(server.url, "t").data.equals(ONE)
    assert len(read_table(repository.path, "u").data) == 2


def test_the_version_tells_what_was_written(database):
    version = write_table(database, "t", ONE, branch_conf=NewBranch("run/1"))

    assert version.branch == "run/1"
    assert run_sql(database, "SELECT DOLT_HASHOF_TABLE('t')", revision="run/1") == [(version.table_hash,)]


def test_equal_tables_have_equal_hashes(database):
    one = write_table(database, "t", ONE)
    other = write_table(database, "t", ONE, branch_conf=NewBranch("run/1", base="main~1"))

    assert one.table_hash == other.table_hash


def test_nothing_is_printed(repository, capfd):
    write_table(repository.path, "t", ONE)
    read_table(repository.path, "t")

    assert capfd.readouterr() == ("", "")


def test_no_file_is_left_in_the_place_of_temporary_files(repository, temporary):
    write_table(repository.path, "t", ONE)
    write_table(repository.path, "t", WIDER)

    left = [path for path in temporary.rglob("*") if path.name != f"dolt-integrations-{os.getuid()}"]
    assert left == []


def test_the_state_of_the_directory_stays_readable_json(repository):
    write_table(repository.path, "t", ONE)

    assert json.loads((repository.path / ".dolt" / "repo_state.json").read_text())["head"] == "refs/heads/main"


def test_columns_of_a_table_with_a_default_and_an_index_are_replaced_without_an_error(database):
    run_sql(
        database,
        "CREATE TABLE t (id bigint PRIMARY KEY, name varchar(255) DEFAULT 'x', KEY (name))",
        "CALL DOLT_COMMIT('-Am', 'mine')",
    )
    frame = pd.DataFrame({"id": [1, 2], "name": ["a", None]})

    write_table(database, "t", frame)

    assert read_table(database, "t").data.equals(frame)


def test_a_table_that_others_refer_to_is_written_or_an_error_and_no_row_is_lost(database):
    run_sql(
        database,
        "CREATE TABLE t (id bigint PRIMARY KEY)",
        "CREATE TABLE child (id bigint PRIMARY KEY, t_id bigint, FOREIGN KEY (t_id) REFERENCES t (id))",
        "INSERT INTO t VALUES (1), (2)",
        "INSERT INTO child VALUES (1, 1)",
        "CALL DOLT_COMMIT('-Am', 'mine')",
    )

    try:
        write_table(database, "t", pd.DataFrame({"id": [1, 2, 3]}))
    except DataError:
        assert rows(database) == [(1,), (2,)]
    else:
        assert rows(database) == [(1,), (2,), (3,)]
    assert rows(database, "child") == [(1, 1)]
    assert is_clean(database)


def test_a_table_that_others_refer_to_keeps_its_children_on_cascade(database):
    run_sql(
        database,
        "CREATE TABLE t (id bigint PRIMARY KEY)",
        "CREATE TABLE child (id bigint PRIMARY KEY, t_id bigint, "
        "FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE CASCADE)",
        "INSERT INTO t VALUES (1), (2)",
        "INSERT INTO child VALUES (1, 1)",
        "CALL DOLT_COMMIT('-Am', 'mine')",
    )

    try:
        write_table(database, "t", pd.DataFrame({"id": [1, 2, 3]}))
    except DoltError:
        assert rows(database) == [(1,), (2,)]
    assert rows(database, "child") == [(1, 1)]
    assert is_clean(database)
