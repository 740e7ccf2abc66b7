"""The user's own work during a save: the checked-out branch, uncommitted changes, open transactions."""

import shutil

import pytest

from dolt_integrations.core import NewBranch, SerialBranch, read_table, write_table
from dolt_integrations.engine import open_database
from dolt_integrations.errors import UncommittedChangesError
from tests.conftest import Repository, new_repository, open_session, run_sql
from tests.helpers.saves.saves import ONE, TWO, WIDER

SEEN = {
    "status": "SELECT * FROM dolt_status",
    "staged": "SELECT table_name, diff_type, statement FROM dolt_patch('HEAD', 'STAGED')",
    "not staged": "SELECT table_name, diff_type, statement FROM dolt_patch('STAGED', 'WORKING')",
    "branches": "SELECT name FROM dolt_branches",
    "checked out": "SELECT active_branch()",
}
"""What a user can see of a directory: uncommitted work, branches, the branch that is checked out."""


def run(path, *statements):
    """Run statements on the checked-out branch. Returns the rows of the last one."""
    with open_database(path) as database, database.connect() as connection:
        return [connection.rows(statement) for statement in statements or ["SELECT 1"]][-1]


class Checkout:
    """Everything that a user can see in a directory."""

    def __init__(self, path):
        self.state = (path / ".dolt" / "repo_state.json").read_bytes()
        self.told = {name: sorted(run(path, statement)) for name, statement in SEEN.items()}

    def __eq__(self, other):
        return (self.state, self.told) == (other.state, other.told)


@pytest.fixture(scope="module")
def prepared_checkout(tmp_path_factory):
    """The directory that `checkout` copies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        repository = new_repository(tmp_path_factory.mktemp("prepared") / "shop")
        tables = "create table mine (a int primary key); create table other (a int primary key);"
        rows = "insert into mine values (1); insert into other values (1); call dolt_commit('-Am', 'tables')"
        repository.dolt("sql", "-q", tables + rows)
        write_table(repository.path, "t", ONE)
        repository.dolt("checkout", "-b", "work")
    return repository.path


@pytest.fixture
def checkout(prepared_checkout, tmp_path):
    """A directory on the user's branch, with a table of the library and tables of the user. Its server is kept."""
    path = shutil.copytree(prepared_checkout, tmp_path / "shop")
    with open_database(path):
        yield path


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
def test_uncommitted_work_in_other_tables_is_the_same_afterwards(work, save, checkout):
    run(checkout, *WORK[work])
    before = Checkout(checkout)

    version = SAVES[save](checkout)

    assert version.changed
    assert Checkout(checkout).told == before.told
    assert run(checkout, f"select table_name from dolt_diff where commit_hash = '{version.commit}'") == [("t",)]


DROPS = {
    "unstaged": ["drop table mine"],
    "staged": ["drop table mine", "call dolt_add('mine')"],
    "renamed": ["rename table mine to yours", "call dolt_add('-A')"],
}


@pytest.mark.parametrize("drop", DROPS)
@pytest.mark.parametrize("save", ["rows", "columns"])
def test_a_dropped_or_renamed_table_stays_so_or_is_an_error_that_names_it(drop, save, checkout):
    run(checkout, *DROPS[drop])
    before = Checkout(checkout)

    try:
        SAVES[save](checkout)
    except UncommittedChangesError as error:
        assert "`mine" in str(error)  # noqa: PT017 - either is right

    assert Checkout(checkout).told == before.told


@pytest.mark.parametrize("save", SAVES)
def test_the_branch_that_is_checked_out_is_the_same_afterwards(save, checkout):
    run(checkout, "insert into mine values (2)")
    before = Checkout(checkout)

    SAVES[save](checkout)

    after = Checkout(checkout)
    after.told["branches"] = [name for name in after.told["branches"] if name != ("run/1",)]
    assert after == before


def test_without_a_config_a_directory_save_goes_to_the_branch_that_is_checked_out(prepared_checkout, tmp_path):
    checkout = Repository(shutil.copytree(prepared_checkout, tmp_path / "shop"))
    before = checkout.dolt("diff"), checkout.dolt("branch")

    version = write_table(checkout.path, "t", TWO)

    assert version.branch == "work"
    assert checkout.head("work") == version.commit
    assert checkout.messages("main")[0] == "Automated commit"
    assert (checkout.dolt("diff"), checkout.dolt("branch")) == before


@pytest.mark.parametrize(
    ("work", "frame"),
    [(["insert into t values ('Eve', 9)"], TWO), (["insert into t values ('Eve', 9)"], WIDER),
     (["insert into t values ('Eve', 9)"], ONE), (["drop table t"], TWO), (["alter table t add column b int"], TWO),
     (["insert into t values ('Eve', 9)", "call dolt_add('t')"], TWO), (["update t set count = 5"], WIDER)],
)  # fmt: skip
def test_uncommitted_work_in_the_same_table_is_an_error_and_stays(work, frame, checkout):
    run(checkout, *work)
    before, head = Checkout(checkout), run(checkout, "select hashof('work')")

    with pytest.raises(UncommittedChangesError, match=r"`t`.*'work'.*dolt add -f t"):
        write_table(checkout, "t", frame)

    assert Checkout(checkout) == before
    assert run(checkout, "select hashof('work')") == head


def test_uncommitted_work_on_a_branch_that_is_not_written_is_not_in_the_way(checkout):
    run(checkout, "insert into t values ('Eve', 9)")
    before = Checkout(checkout)

    write_table(checkout, "t", TWO, branch_conf=SerialBranch("main"))

    assert Checkout(checkout).told == before.told


def test_uncommitted_work_in_one_table_both_staged_and_not_is_kept_or_an_error(checkout):
    run(checkout, "insert into mine values (2)", "call dolt_add('mine')", "insert into mine values (3)")
    before = Checkout(checkout)

    try:
        write_table(checkout, "t", WIDER)
    except UncommittedChangesError as error:
        assert "`mine" in str(error)  # noqa: PT017 - either is right

    assert Checkout(checkout).told == before.told


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


def test_another_clients_transaction_is_not_committed_with_a_save(database):
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


def test_what_another_client_commits_in_the_meantime_stays(database):
    write_table(database, "t", ONE)
    write_table(database, "other", ONE)

    write_table(database, "t", WIDER)

    assert read_table(database, "other").data.equals(ONE)
