"""`Transaction`: several tables land together, audited, or not at all."""

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, Transaction, read_table, write_table
from dolt_integrations.errors import (
    BranchNotFoundError,
    ConfigError,
    DataError,
    MergeConflictError,
    PrimaryKeyError,
    RevisionNotFoundError,
    UncommittedChangesError,
)
from tests.conftest import eventually, processes_of, run_sql

USERS = pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]})
ORDERS = pd.DataFrame({"user": [1, 2], "item": ["tea", "milk"]})


def log(url, revision="main"):
    return [message for (message,) in run_sql(url, f"SELECT message FROM dolt_log('{revision}')")]


def tables(url, revision=None):
    return [name for (name,) in run_sql(url, "SHOW TABLES", revision=revision)]


def branches(url):
    return sorted(name for (name,) in run_sql(url, "SELECT name FROM dolt_branches"))


def assert_nothing_landed(url, commits=1):
    assert len(log(url)) == commits
    assert branches(url) == ["main"]
    assert run_sql(url, "SELECT * FROM dolt_status") == []


def test_several_tables_land_in_one_commit(database):
    with Transaction(database, message="Add a shop") as block:
        block.write("users", USERS, primary_key="id")
        block.write("orders", ORDERS)

    assert read_table(database, "users").data.equals(USERS)
    assert sorted(read_table(database, "orders").data.values.tolist()) == [[1, "tea"], [2, "milk"]]
    assert log(database) == ["Add a shop", "Initialize data repository"]
    assert branches(database) == ["main"]


def test_the_version_is_the_commit_that_the_target_has(database):
    with Transaction(database) as block:
        block.write("users", USERS)

    assert block.version.changed
    assert block.version.branch == "main"
    assert block.version.commit == run_sql(database, "SELECT HASHOF('main')")[0][0]


def test_others_see_nothing_before_the_block_has_ended(database):
    with Transaction(database) as block:
        block.write("users", USERS)
        assert tables(database) == []
        assert run_sql(database, "SELECT * FROM dolt_status") == []

    assert tables(database) == ["users"]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(1)])
def test_a_block_that_raises_leaves_nothing_and_raises_the_same(error, database):
    with pytest.raises(type(error)) as caught, Transaction(database) as block:  # noqa: PT012
        block.write("users", USERS)
        raise error

    assert caught.value is error
    assert_nothing_landed(database)
    assert block.version is None


def test_a_frame_that_is_not_to_be_stored_ends_the_block_and_nothing_lands(database):
    with pytest.raises(DataError), Transaction(database) as block:  # noqa: PT012
        block.write("users", USERS)
        block.write("orders", ORDERS.assign(item=[object(), object()]))

    assert_nothing_landed(database)


def test_a_bad_frame_whose_error_is_caught_lands_all_but_it_or_nothing(database):
    with Transaction(database) as block:
        block.write("users", USERS)
        with pytest.raises(PrimaryKeyError):
            block.write("orders", ORDERS.assign(user=1), primary_key="user")

    assert tables(database) == ["users"]


def test_what_dolt_refuses_lands_nothing_even_if_the_error_is_caught(database):
    write_table(database, "users", USERS, primary_key="id")

    with pytest.raises(PrimaryKeyError), Transaction(database) as block:  # noqa: PT012
        block.write("orders", ORDERS)
        with pytest.raises(PrimaryKeyError):
            block.write("users", USERS, mode="append")

    assert tables(database) == ["users"]
    assert_nothing_landed(database, 2)


def test_a_table_may_be_written_twice(database):
    with Transaction(database) as block:
        block.write("users", USERS, primary_key="id")
        block.write("users", USERS.assign(id=[3, 4]), mode="append")
        block.write("users", USERS.assign(name="new").tail(1), mode="upsert")

    assert run_sql(database, "SELECT * FROM users") == [(1, "Ann"), (2, "new"), (3, "Ann"), (4, "Bob")]
    assert len(log(database)) == 2


def test_a_table_that_is_changed_and_changed_back_makes_no_commit(database):
    write_table(database, "users", USERS, primary_key="id")

    with Transaction(database) as block:
        block.write("users", USERS.head(1))
        block.write("users", USERS)

    assert not block.version.changed
    assert_nothing_landed(database, 2)


def test_a_block_without_writes_makes_no_commit(database):
    with Transaction(database) as block:
        pass

    assert not block.version.changed
    assert block.version.commit == run_sql(database, "SELECT HASHOF('main')")[0][0]
    assert_nothing_landed(database)


def test_a_block_that_changes_nothing_at_an_old_start_has_the_version_of_the_target(database):
    write_table(database, "users", USERS)
    run_sql(database, "CALL DOLT_TAG('c2')")
    write_table(database, "orders", ORDERS)

    with Transaction(database, branch_from="c2") as block:
        block.write("users", USERS)

    assert block.version.commit == run_sql(database, "SELECT HASHOF('main')")[0][0]


def test_a_block_may_begin_at_an_old_commit_and_is_merged(database):
    write_table(database, "users", USERS, primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    write_table(database, "users", USERS.assign(name=["ANN", "Bob"]))

    with Transaction(database, "main", branch_from="c2", message="Old work") as block:
        assert block.read("users").data.equals(USERS)
        block.write("users", USERS.assign(name=["Ann", "BOB"]))
        block.write("orders", ORDERS)

    assert run_sql(database, "SELECT name FROM users") == [("ANN",), ("BOB",)]
    assert tables(database) == ["orders", "users"]
    assert branches(database) == ["main"]


def test_what_others_commit_during_the_block_stays(database):
    with Transaction(database) as block:
        block.write("users", USERS)
        write_table(database, "orders", ORDERS)

    assert tables(database) == ["orders", "users"]


def test_blocks_may_be_nested(database):
    with Transaction(database, message="outer") as outer:
        outer.write("users", USERS)
        with Transaction(database, message="inner") as inner:
            inner.write("orders", ORDERS)
        assert tables(database) == ["orders"]

    assert tables(database) == ["orders", "users"]
    assert branches(database) == ["main"]


def test_a_conflict_lands_nothing_and_the_work_is_on_the_branch_that_the_error_names(database):
    write_table(database, "users", USERS, primary_key="id")

    with pytest.raises(MergeConflictError) as caught, Transaction(database) as block:  # noqa: PT012
        block.write("users", USERS.assign(name=["ours", "Bob"]))
        block.write("orders", ORDERS)
        write_table(database, "users", USERS.assign(name=["target", "Bob"]))

    assert tables(database) == ["users"]
    assert caught.value.branch in str(caught.value)
    assert tables(database, caught.value.branch) == ["orders", "users"]
    assert [conflict.table for conflict in caught.value.conflicts] == ["users"]


@pytest.mark.parametrize(("side", "name"), [("ours", "target"), ("theirs", "ours")])
def test_a_conflict_is_resolved_by_a_side(side, name, database):
    write_table(database, "users", USERS, primary_key="id")

    with Transaction(database, on_conflict=side) as block:
        block.write("users", USERS.assign(name=["ours", "Bob"]))
        block.write("orders", ORDERS)
        write_table(database, "users", USERS.assign(name=["target", "Bob"]))

    assert run_sql(database, "SELECT name FROM users") == [(name,), ("Bob",)]
    assert tables(database) == ["orders", "users"]


@pytest.mark.parametrize("use", ["write", "read"])
def test_use_outside_of_the_block_is_an_error(use, database):
    block = Transaction(database)

    def call():
        return block.write("users", USERS) if use == "write" else block.read("users")

    with pytest.raises(ConfigError, match="with"):
        call()
    with block:
        block.write("users", USERS)
    with pytest.raises(ConfigError, match="with"):
        call()


def test_a_block_that_is_entered_twice_says_no_and_lands_all_of_its_writes(database):
    with Transaction(database) as block:
        block.write("users", USERS)
        with pytest.raises(ConfigError, match="already"), block:
            block.write("orders", ORDERS)
        block.write("orders", ORDERS)

    assert tables(database) == ["orders", "users"]


def test_a_block_that_is_used_twice_works_twice_or_says_no(database):
    block = Transaction(database)
    with block:
        block.write("users", USERS)
    try:
        with block:
            block.write("orders", ORDERS)
    except ConfigError:
        assert tables(database) == ["users"]
    else:
        assert tables(database) == ["orders", "users"]


def test_uncommitted_work_on_other_tables_stays_and_on_the_same_is_an_error(database):
    write_table(database, "users", USERS, primary_key="id")
    run_sql(database, "CREATE TABLE mine (a int)", "CALL DOLT_ADD('mine')")
    with Transaction(database) as block:
        block.write("orders", ORDERS)
    assert run_sql(database, "SELECT * FROM dolt_status") == [("mine", True, "new table")]

    run_sql(database, "DELETE FROM users")
    with pytest.raises(UncommittedChangesError, match="`users`"), Transaction(database) as block:
        block.write("users", USERS.head(1))

    assert len(log(database)) == 3
    assert run_sql(database, "SELECT COUNT(*) FROM users") == [(0,)]


def test_unknown_targets_and_starts_are_errors(database):
    with pytest.raises(BranchNotFoundError, match="'mian'"), Transaction(database, "mian"):
        pass
    with pytest.raises((RevisionNotFoundError, BranchNotFoundError)), Transaction(database, branch_from="nowhere"):
        pass
    with pytest.raises(ConfigError, match="on_conflict"):
        Transaction(database, on_conflict="mine")
    assert_nothing_landed(database)


def test_a_process_that_is_killed_inside_the_block_leaves_nothing(repository, script):
    write_table(repository.path, "users", USERS)
    running = script(
        """
        import sys
        import pandas as pd
        from dolt_integrations.core import Transaction
        with Transaction(sys.argv[1]) as block:
            block.write("orders", pd.DataFrame({"a": [1]}))
            print("written", flush=True)
            sys.stdin.readline()
        """,
        repository.path,
    )
    running.expect("written")

    running.kill()

    eventually(lambda: not processes_of(repository.path))
    write_table(repository.path, "more", ORDERS)
    assert repository.branches() == ["main"]
    assert [row["Tables_in_shop"] for row in repository.sql("show tables")] == ["more", "users"]
    assert repository.sql("select * from dolt_status") == []


def test_a_directory_that_is_not_there_becomes_a_database(tmp_path):
    with Transaction(tmp_path / "new") as block:
        block.write("users", USERS)

    assert read_table(tmp_path / "new", "users").data.equals(USERS)
    eventually(lambda: not processes_of(tmp_path / "new"))


def test_a_write_id_of_a_block_with_other_rows_is_an_error(database):
    def block(*tables, mode="append"):
        with Transaction(database, write_id="run-1") as work:
            for table, ids in tables:
                work.write(table, pd.DataFrame({"id": ids}), mode=mode)
        return work.version

    first = block(("t", [1]), ("u", [2]))

    assert block(("t", [1]), ("u", [2])).commit == first.commit
    for other in ((("t", [9]), ("u", [2])), (("t", [1]),), (("v", [1]), ("u", [2]))):
        with pytest.raises(ConfigError, match="used for other rows"):
            block(*other)
    with pytest.raises(ConfigError, match="used for other rows"):
        block(("t", [1]), ("u", [2]), mode="replace")
    assert run_sql(database, "SELECT COUNT(*) FROM dolt_log")[0][0] == 2


def test_a_new_branch_that_is_there_goes_on_from_where_it_is_as_for_a_save(database):
    write_table(database, "users", USERS, primary_key="id", branch_conf=NewBranch("run/1", base="main"))
    work = Transaction(database, NewBranch("run/1", base="main"), message="Go on")

    with work:
        found = work.read("users").data
        work.write("users", found.assign(name=["Amy", "Bob"]), primary_key="id")

    assert found["name"].tolist() == ["Ann", "Bob"]
    assert read_table(database, "users", branch_conf="run/1").data["name"].tolist() == ["Amy", "Bob"]
    assert log(database, "run/1")[0] == "Go on"
    assert tables(database) == []


def test_a_block_that_writes_nothing_creates_its_branch_at_the_default_branch(database):
    with Transaction(database, "new", create=True) as block:
        pass

    assert (block.version.branch, block.version.changed) == ("new", False)
    assert run_sql(database, "SELECT HASHOF('new'), HASHOF('main')") == [(block.version.commit, block.version.commit)]
