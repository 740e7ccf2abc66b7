"""Before a `Transaction` is merged: audits by callback and by Dolt's own tests, write ids, metadata."""

import threading
from functools import partial

import pandas as pd
import pytest

from dolt_integrations.core import CallbackMeta, Transaction, read_table, write_table
from dolt_integrations.errors import AuditError, MetadataError
from tests.conftest import run_sql
from tests.helpers.threads import in_threads

USERS = pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]})
ORDERS = pd.DataFrame({"user": [1, 2], "item": ["tea", "milk"]})
CHECK = "INSERT INTO dolt_tests VALUES ('two users', 'shop', 'SELECT * FROM users', 'expected_rows', '==', '2')"


def log(url):
    return [message for (message,) in run_sql(url, "SELECT message FROM dolt_log('main')")]


def branches(url):
    return sorted(name for (name,) in run_sql(url, "SELECT name FROM dolt_branches"))


@pytest.fixture
def shop(database):
    """A database with users, and one of Dolt's tests, which expects two of them."""
    write_table(database, "users", USERS, primary_key="id")
    run_sql(database, CHECK, "CALL DOLT_COMMIT('-Am', 'Add a test')")
    return database


def kept_branch(url):
    (kept,) = [name for name in branches(url) if name != "main"]
    return kept


@pytest.mark.parametrize("answer", [True, None, "yes", 1])
def test_work_that_the_audit_accepts_lands(answer, database):
    with Transaction(database, audit=lambda _: answer) as block:
        block.write("users", USERS)

    assert read_table(database, "users").data.equals(USERS)
    assert branches(database) == ["main"]


def test_the_audit_reads_the_work_before_the_target_has_it(database):
    seen = {}

    def audit(block):
        seen["users"] = block.read("users").data
        seen["count"] = block.read(sql="SELECT COUNT(*) AS n FROM orders").data["n"].tolist()
        seen["main"] = run_sql(database, "SHOW TABLES")

    with Transaction(database, audit=audit) as block:
        block.write("users", USERS)
        block.write("orders", ORDERS)

    assert seen["users"].equals(USERS)
    assert (seen["count"], seen["main"]) == ([2], [])


def test_work_that_the_audit_refuses_does_not_land_and_is_kept_on_a_branch(database):
    with pytest.raises(AuditError, match="returned False") as caught, Transaction(database, audit=lambda _: False) as b:
        b.write("users", USERS)

    kept = kept_branch(database)
    assert kept in str(caught.value)
    assert len(log(database)) == 1
    assert run_sql(database, "SELECT * FROM users", revision=kept) == [(1, "Ann"), (2, "Bob")]


def test_an_audit_that_raises_refuses_and_says_why(database):
    def audit(block):
        raise ValueError("two users are one too many")

    with pytest.raises(AuditError, match="one too many") as caught, Transaction(database, audit=audit) as block:
        block.write("users", USERS)

    assert isinstance(caught.value.__cause__, ValueError)
    assert len(log(database)) == 1
    assert kept_branch(database) in str(caught.value)


def test_the_audit_is_not_asked_where_nothing_changed_or_the_block_raised(database):
    asked = []
    with Transaction(database, audit=asked.append):
        pass
    with pytest.raises(ValueError, match="no"), Transaction(database, audit=asked.append) as block:  # noqa: PT012
        block.write("users", USERS)
        raise ValueError("no")

    assert asked == []


def test_dolts_own_tests_pass_and_the_work_lands(shop):
    with Transaction(shop, tests=True) as block:
        block.write("users", USERS.assign(name="new"))

    assert run_sql(shop, "SELECT name FROM users") == [("new",), ("new",)]


def test_a_failing_test_of_dolts_refuses_the_work_and_is_named(shop):
    with pytest.raises(AuditError, match="two users") as caught, Transaction(shop, tests=True) as block:  # noqa: PT012
        block.write("users", USERS.head(1))
        block.write("orders", ORDERS)

    assert run_sql(shop, "SHOW TABLES") == [("users",)]
    assert len(run_sql(shop, "SELECT * FROM users")) == 2
    assert kept_branch(shop) in str(caught.value)


def test_a_test_whose_query_does_not_run_refuses_the_work(shop):
    bad = "INSERT INTO dolt_tests VALUES ('broken', 'shop', 'SELECT * FROM nowhere', 'expected_rows', '==', '0')"
    run_sql(shop, bad, "CALL DOLT_COMMIT('-Am', 'Add a bad test')")

    with pytest.raises(AuditError, match="broken"), Transaction(shop, tests=True) as block:
        block.write("users", USERS.assign(name="new"))

    assert run_sql(shop, "SELECT name FROM users") == [("Ann",), ("Bob",)]


def test_without_tests_in_the_database_nothing_is_tested(database):
    with Transaction(database, tests=True) as block:
        block.write("users", USERS)

    assert block.version.changed


def test_tests_are_not_run_unless_asked_for(shop):
    with Transaction(shop) as block:
        block.write("users", USERS.head(1))

    assert len(run_sql(shop, "SELECT * FROM users")) == 1


def test_tests_that_are_not_committed_do_not_stay_in_the_way(shop):
    run_sql(shop, "INSERT INTO dolt_tests VALUES ('draft', 'shop', 'SELECT 1', 'expected_rows', '==', '5')")

    with Transaction(shop, tests=True) as block:
        block.write("users", USERS.assign(name="new"))

    assert run_sql(shop, "SELECT name FROM users") == [("new",), ("new",)]
    assert run_sql(shop, "SELECT table_name FROM dolt_status") == [("dolt_tests",)]


def add_user(url, **options):
    with Transaction(url, write_id="run-1", **options) as block:
        block.write("users", pd.DataFrame({"name": ["Ann"]}), mode="append")
    return block.version


def test_a_retry_with_the_same_write_id_does_nothing_and_has_the_same_commit(database):
    first = add_user(database)
    write_table(database, "orders", ORDERS)

    again = add_user(database)

    assert (again.commit, again.changed) == (first.commit, False)
    assert run_sql(database, "SELECT * FROM users") == [("Ann",)]
    first_line, *_, last_line = log(database)[1].splitlines()
    assert (first_line, last_line) == ("Automated commit", "Write-Id: run-1")


def test_a_retry_of_a_merge_that_was_no_fast_forward_finds_its_commit(database):
    run_sql(database, "CALL DOLT_TAG('c1')")
    write_table(database, "orders", ORDERS)
    first = add_user(database, branch_from="c1")

    again = add_user(database, branch_from="c1")

    assert (again.commit, again.changed) == (first.commit, False)
    assert run_sql(database, "SELECT * FROM users") == [("Ann",)]


def test_one_write_id_in_two_blocks_at_once_lands_once(database):
    second, failures = threading.Event(), []

    def work(is_second):
        try:
            if is_second:
                second.set()
            with Transaction(database, write_id="run-1") as block:
                second.wait(20)
                block.write("users", pd.DataFrame({"name": ["Ann"]}), mode="append")
        except Exception as error:  # noqa: BLE001 - any is one too many
            failures.append(error)

    in_threads(partial(work, is_second) for is_second in (False, True))

    assert failures == []
    assert run_sql(database, "SELECT * FROM users") == [("Ann",)]


def test_each_table_is_recorded(database):
    told = []

    with Transaction(database, meta_conf=CallbackMeta(told.append)) as block:
        block.write("users", USERS)
        block.write("orders", ORDERS)

    assert [(action.tablename, action.rows_added, action.to_commit) for action in told] == [
        ("users", 2, block.version.commit), ("orders", 2, block.version.commit),
    ]  # fmt: skip


def test_a_block_that_is_used_again_and_raises_has_no_version(database):
    block = Transaction(database)
    with block:
        block.write("users", USERS)
    with pytest.raises(ValueError, match="no"), block:
        raise ValueError("no")

    assert block.version is None


def test_a_block_that_did_not_land_is_not_recorded(database):
    told = []

    with pytest.raises(ValueError, match="no"), Transaction(database, meta_conf=CallbackMeta(told.append)) as block:  # noqa: PT012
        block.write("users", USERS)
        raise ValueError("no")

    assert told == []


def test_a_block_that_could_not_be_recorded_has_landed_and_a_retry_records_it(database):
    def refuse(action):
        raise OSError("no network")

    told = []
    with pytest.raises(MetadataError, match="no network"):
        add_user(database, meta_conf=CallbackMeta(refuse))
    assert run_sql(database, "SELECT * FROM users") == [("Ann",)]

    add_user(database, meta_conf=CallbackMeta(told.append))

    assert [action.tablename for action in told] == ["users"]
    assert run_sql(database, "SELECT * FROM users") == [("Ann",)]
