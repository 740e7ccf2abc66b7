"""Branches, tags and tables whose names differ only by case: distinguished if Dolt does so, or else refused."""

from functools import partial

import pymysql
import pytest

from dolt_integrations.core import (
    AppendBranch,
    MergeBranch,
    NewBranch,
    Remote,
    Transaction,
    diff,
    find_version,
    history,
    read_batches,
    read_table,
    write_table,
)
from dolt_integrations.engine import check_query, open_database
from dolt_integrations.engine.tables.definitions.names import find_name, tables_in_two_cases
from dolt_integrations.errors import (
    BranchNotFoundError,
    ColumnNotFoundError,
    DoltError,
    InvalidNameError,
    MergeConflictError,
    RevisionNotFoundError,
)
from tests.conftest import run_sql
from tests.helpers.saves.paths import PATHS, branch_of, found, frame, rows_on
from tests.helpers.threads import in_threads


def heads(url):
    return dict(run_sql(url, "SELECT name, hash FROM dolt_branches"))


@pytest.fixture
def twins(database):
    """Branches `run/a` with rows 1 and 2 and `run/A` with row 1, created by another client."""
    one = write_table(database, "t", frame(1), primary_key="id").commit
    write_table(database, "t", frame(2))
    run_sql(database, "CALL DOLT_BRANCH('run/a', 'main')")
    try:
        run_sql(database, f"CALL DOLT_BRANCH('run/A', '{one}')")
    except pymysql.err.OperationalError:
        pytest.skip("this Dolt makes no branches that differ in case only (2.3)")
    return database


@pytest.mark.parametrize("name", ["RUN/1", "Run/1"])
@pytest.mark.parametrize("path", [path for path in PATHS if branch_of(path) != "main"])
def test_a_new_branch_in_the_case_of_another_is_refused(path, name, database, monkeypatch):
    write_table(database, "t", frame(), primary_key="id", branch_conf=NewBranch(name))
    before = heads(database)

    with pytest.raises(InvalidNameError, match=f"'run/1' differs only in case from branch '{name}'"):
        PATHS[path](database, "t", frame(rows_on(path)))

    assert heads(database) == before


def write_in_each_way(database, name):
    """Yield functions that write different rows to a branch in different ways."""
    for at, config in enumerate((AppendBranch(name), NewBranch(name), MergeBranch("main", name))):
        yield partial(write_table, database, "t", frame(first=20 + 2 * at), mode="append", branch_conf=config)
        stream = iter([frame(first=30 + 2 * at)])
        yield partial(write_table, database, "t", stream, mode="append", branch_conf=config)

    def write_in_a_block():
        with Transaction(database, name) as block:
            block.write("t", frame(first=40), mode="upsert")

    yield write_in_a_block


def test_a_branch_that_dolt_confuses_with_another_is_not_written_to(twins):
    before = heads(twins)

    for write in write_in_each_way(twins, "run/a"):
        with pytest.raises(InvalidNameError, match="treats such branches as one"):
            write()

    assert heads(twins) == before


def test_a_branch_that_dolt_resolves_to_itself_is_written_to_although_it_has_a_twin(twins):
    for write in write_in_each_way(twins, "run/A"):
        before = heads(twins)
        write()

        assert {name for name, head in heads(twins).items() if head != before[name]} == {"run/A"}


@pytest.mark.parametrize(("name", "rows"), [("run/a", [1, 2]), ("run/A", [1])])
def test_a_branch_that_has_a_twin_is_read_by_its_own_name(name, rows, twins):
    config = AppendBranch(name)

    assert read_table(twins, "t", branch_conf=config).data["id"].tolist() == rows
    assert read_table(twins, "t", as_of=name).data["id"].tolist() == rows
    assert read_table(twins, "t", as_of="HEAD", branch_conf=config).data["id"].tolist() == rows
    assert [len(part) for part in read_batches(twins, "t", 10, branch_conf=config)] == [len(rows)]
    assert len(history(twins, "t", branch_conf=config)) == len(rows)
    assert len(diff(twins, "t", "run/A", name)) == len(rows) - 1
    sql = read_table(twins, sql="SELECT id FROM t AS OF 'HEAD'", branch_conf=config)
    assert sorted(sql.data["id"]) == rows


def test_an_old_version_of_a_branch_is_seen_from_the_branch_itself(twins):
    now = run_sql(twins, "SELECT NOW(6)")[0][0]

    assert find_version(twins, as_of="HEAD~1", branch_conf=AppendBranch("run/a")).commit == heads(twins)["run/A"]
    assert find_version(twins, as_of=now, branch_conf=AppendBranch("run/A")).commit == heads(twins)["run/A"]
    assert find_version(twins, as_of="run/a~1").commit == heads(twins)["run/A"]


@pytest.mark.parametrize("name", ["Run/a", "MAIN", "V1", "Main~1"])
def test_a_revision_in_the_case_of_another_is_not_there(name, twins):
    run_sql(twins, "CALL DOLT_TAG('v1')")

    with pytest.raises(RevisionNotFoundError, match="Did you mean"):
        read_table(twins, "t", as_of=name)
    with pytest.raises(DoltError):
        write_table(twins, "t", frame(), branch_conf=MergeBranch(name, "main"))
    with pytest.raises(BranchNotFoundError):
        read_table(twins, "t", branch_conf=AppendBranch(name))


def test_a_tag_whose_name_differs_from_a_branch_in_case_is_distinguished_from_it(twins):
    run_sql(twins, "CALL DOLT_TAG('Main', 'main~1')")

    assert find_version(twins, as_of="Main").commit == heads(twins)["run/A"]
    assert find_version(twins, as_of="main").commit == heads(twins)["main"]


def test_of_two_writers_that_make_a_branch_in_two_cases_at_once_one_is_refused(database):
    write_table(database, "t", frame(), primary_key="id")
    errors = []

    def write(name, first):
        try:
            write_table(database, "t", frame(1, first), mode="append", branch_conf=NewBranch(name))
        except InvalidNameError as error:
            errors.append(error)

    in_threads(partial(write, name, 10 + at) for at, name in enumerate(["r/x", "r/X", "R/x"]))

    assert len(heads(database)) == 2
    assert len(errors) == 2


def test_a_pull_makes_no_branch_in_the_case_of_another(database, tmp_path):
    remote = Remote(url=f"file://{tmp_path}/hub")
    write_table(database, "t", frame(), primary_key="id", branch_conf=NewBranch("Side"), remote_conf=remote)
    run_sql(database, "CALL DOLT_BRANCH('-m', 'Side', 'side')")

    with pytest.raises(InvalidNameError, match="'Side'"):
        read_table(database, "t", branch_conf=AppendBranch("Side"), remote_conf=remote)

    assert set(heads(database)) == {"main", "side"}


@pytest.mark.parametrize("path", [path for path in PATHS if branch_of(path) == "main" and path != "append"])
def test_a_table_named_in_another_case_is_the_table(path, database):
    write_table(database, "Users", frame(1, 500), primary_key="id")

    PATHS[path](database, "USERS", frame(rows_on(path)))

    assert run_sql(database, "SHOW TABLES") == [("Users",)]
    assert set(range(1, rows_on(path) + 1)) <= set(found(database, "Users"))


def test_a_table_in_another_case_with_uncommitted_rows_is_refused(database):
    write_table(database, "Users", frame(), primary_key="id")
    run_sql(database, "INSERT INTO Users VALUES (99, 'mine')")

    for mode in ("replace", "append", "upsert"):
        with pytest.raises(DoltError, match="uncommitted"):
            write_table(database, "users", frame(first=5), mode=mode)


WORK = {
    "merge": lambda url, data, config: write_table(url, "users", data, primary_key="id", branch_conf=config),
    "stream": lambda url, data, config: write_table(url, "users", iter([data]), primary_key="id", branch_conf=config),
    "block": lambda url, data, config: _block(url, data, config),
}


def _block(url, data, config):
    with Transaction(url, config.merge_to, branch_from=config.branch_from) as block:
        block.write("users", data, primary_key="id")


@pytest.mark.parametrize("how", WORK)
def test_a_merge_gives_the_table_the_name_that_the_target_has_for_it(how, database):
    start = write_table(database, "base", frame()).commit
    write_table(database, "Users", frame(), primary_key="id")

    WORK[how](database, frame(first=3), MergeBranch(start, "main"))

    assert run_sql(database, "SHOW TABLES") == [("Users",), ("base",)]
    assert found(database, "Users") == [1, 2, 3, 4]


@pytest.mark.parametrize("side", [None, "ours", "theirs"])
def test_a_merge_that_would_make_a_table_in_two_cases_keeps_the_work(side, database):
    start = write_table(database, "base", frame()).commit
    block = Transaction(database, branch_from=start, on_conflict=side)

    def work():
        with block:
            block.write("users", frame(first=3), primary_key="id")
            write_table(database, "Users", frame(), primary_key="id")

    with pytest.raises(MergeConflictError, match="`Users` and `users`") as caught:
        work()

    assert run_sql(database, "SHOW TABLES") == [("Users",), ("base",)]
    assert found(database, "users", caught.value.branch) == [3, 4]


@pytest.fixture
def hidden(database):
    """A database with tables `base`, `Users` and `users`, of which Dolt finds only the last by either name."""
    start = write_table(database, "base", frame()).commit
    write_table(database, "Users", frame(), primary_key="id")
    run_sql(
        database,
        f"CALL DOLT_CHECKOUT('-b', 'side', '{start}')",
        "CREATE TABLE users (id bigint PRIMARY KEY)",
        "CALL DOLT_COMMIT('-Am', 'users')",
        "CALL DOLT_CHECKOUT('main')",
        "CALL DOLT_MERGE('side')",
    )
    return database


def test_a_session_finds_no_table_by_a_name_that_is_two_and_names_both(hidden):
    with open_database(hidden) as database, database.connect("main") as session:
        for name in ("Users", "USERS"):
            with pytest.raises(InvalidNameError, match=r" at main has tables `Users` and `users`.* Rename the one"):
                find_name(session, name)
        assert find_name(session, "users") == "users"
        assert tables_in_two_cases(session) == ["Users", "users"]
        with pytest.raises(ColumnNotFoundError, match='"nothing" could not be found'):
            check_query(session, "SELECT nothing FROM users")


def test_tables_in_two_cases_are_refused_where_dolt_hides_one(hidden):
    database = hidden
    with pytest.raises(InvalidNameError, match="`Users` and `users`"):
        read_table(database, "Users")
    assert read_table(database, "users").data["id"].tolist() == []
    for path in ("replace", "append", "large", "stream", "block", "merge"):
        with pytest.raises(InvalidNameError, match="`Users` and `users`"):
            PATHS[path](database, "Users", frame(rows_on(path)))
    write_table(database, "base", frame(3))
