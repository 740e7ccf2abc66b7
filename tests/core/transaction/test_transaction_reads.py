"""What a `Transaction` reads: its private branch, including what it has written from frames and streams."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import Transaction, read_table, write_table
from dolt_integrations.errors import AuditError, ConfigError, DataError, PrimaryKeyError, TableNotFoundError
from tests.conftest import run_sql

USERS = pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]})


def log(url):
    return [message for (message,) in run_sql(url, "SELECT message FROM dolt_log('main')")]


def rows(url):
    return run_sql(url, "SELECT * FROM users ORDER BY id")


def test_a_transaction_sees_its_own_writes_and_others_do_not(database):
    with Repository(database).transaction(message="Add two") as work:
        users = work.table("users")
        users.write(USERS.head(1), key="id")
        assert users.read().equals(USERS.head(1))
        users.write(USERS.tail(1), mode="append")
        assert users.read().equals(USERS)
        assert run_sql(database, "SHOW TABLES") == []

    assert rows(database) == [(1, "Ann"), (2, "Bob")]
    assert log(database) == ["Add two", "Initialize data repository"]
    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def test_a_transaction_reads_parts_and_queries_in_each_library(database):
    write_table(database, "orders", pd.DataFrame({"user": [2], "item": ["tea"]}))

    with Transaction(database) as work:
        work.write("users", USERS, primary_key="id")
        part = work.table("users").scan(columns="name", where="id > %s", params=[1])
        query = work.sql("SELECT name, item FROM users JOIN orders ON user = id WHERE id = %(id)s", {"id": 2})
        work.write("users", USERS.assign(name=["Ann", "Bea"]))

        assert part.to_polars().equals(pl.DataFrame({"name": ["Bea"]}))
        assert query.to_arrow().to_pylist() == [{"name": "Bea", "item": "tea"}]
        assert [len(batch) for batch in work.table("users").scan().batches(1)][:2] == [1, 1]
        assert work.read("users", where="id = 1").data["name"].tolist() == ["Ann"]


def test_a_query_of_a_transaction_looks_back_at_what_it_began_with(database):
    write_table(database, "users", USERS, primary_key="id")

    with Transaction(database) as work:
        work.table("users").write(USERS.head(1))
        before = work.sql("SELECT COUNT(*) AS n FROM users AS OF 'HEAD~1'").to_pandas()

        assert (before["n"].tolist(), len(work.table("users").read())) == ([2], 1)


def test_what_a_trigger_wrote_lands_after_it_was_read(database):
    write_table(database, "users", USERS, primary_key="id")
    make = "CREATE TABLE log (id INT PRIMARY KEY)"
    trigger = "CREATE TRIGGER note AFTER INSERT ON users FOR EACH ROW INSERT INTO log VALUES (NEW.id)"
    run_sql(database, make, trigger, "CALL DOLT_COMMIT('-Am', 'Add a trigger')")

    with Transaction(database, message="Add Cy") as work:
        work.table("users").write(pd.DataFrame({"id": [3], "name": ["Cy"]}), mode="append")
        assert work.table("log").read()["id"].tolist() == [3]

    assert run_sql(database, "SELECT id FROM log") == [(3,)]
    assert log(database)[:2] == ["Add Cy", "Add a trigger"]
    assert run_sql(database, "SELECT * FROM dolt_status") == []


def test_a_table_that_was_changed_read_and_changed_back_makes_no_commit(database):
    write_table(database, "users", USERS, primary_key="id")

    with Transaction(database) as work:
        work.table("users").write(USERS.head(1))
        assert len(work.table("users").read()) == 1
        work.table("users").write(USERS)

    assert not work.version.changed
    assert len(log(database)) == 2


def test_a_column_comment_that_was_read_lands(database):
    write_table(database, "users", USERS, primary_key="id")

    with Transaction(database) as work:
        work.table("users").write(USERS.astype({"name": "category"}))
        assert work.table("users").read()["name"].dtype == "category"

    assert read_table(database, "users").data["name"].dtype == "category"


def test_the_audit_reads_what_was_read_and_written_before(database):
    def audit(work):
        return work.table("users").read().equals(USERS)

    with Transaction(database, audit=audit) as work:
        work.table("users").write(USERS.head(1), key="id")
        work.table("users").read()
        work.table("users").write(USERS.tail(1), mode="upsert")

    assert rows(database) == [(1, "Ann"), (2, "Bob")]


def test_an_audit_that_writes_is_refused(database):
    def audit(work):
        work.table("users").write(USERS)

    with pytest.raises(AuditError, match="but not add to it"), Transaction(database, audit=audit) as work:
        work.table("users").write(USERS.head(1))

    assert run_sql(database, "SHOW TABLES") == []


@pytest.mark.parametrize("kind", ["frames", "reader", "lazy"])
def test_a_transaction_takes_streams(kind, database):
    table = pa.table({"id": [1, 2], "name": ["Ann", "Bob"]})
    stream = {
        "frames": (USERS.iloc[at : at + 1] for at in (0, 1)),
        "reader": pa.RecordBatchReader.from_batches(table.schema, table.to_batches(1)),
        "lazy": pl.LazyFrame({"id": [1, 2], "name": ["Ann", "Bob"]}),
    }[kind]

    with Transaction(database) as work:
        work.table("users").write(stream, key="id")
        assert work.table("users").scan().to_arrow().num_rows == 2

    assert rows(database) == [(1, "Ann"), (2, "Bob")]


def test_a_stream_that_fails_halfway_lands_nothing_even_if_the_error_is_caught(database):
    def frames():
        yield USERS
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"), Transaction(database) as work:  # noqa: PT012
        work.table("orders").write(USERS)
        with pytest.raises(OSError, match="no network"):
            work.table("users").write(frames())
        with pytest.raises(OSError, match="no network"):
            work.table("orders").read()

    assert run_sql(database, "SHOW TABLES") == []
    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def test_a_stream_with_a_duplicate_key_lands_nothing(database):
    with pytest.raises(PrimaryKeyError), Transaction(database) as work:
        work.table("users").write(iter([USERS, USERS]), key="id")

    assert run_sql(database, "SHOW TABLES") == []


def count(database):
    """Read a counter, and write it increased by one."""
    with Transaction(database, write_id="run-1") as work:
        frame = work.table("counter").read()
        work.table("counter").write(iter([frame.assign(n=frame["n"] + 1)]), key="id")
        return work, work.table("counter").read()["n"].tolist()


def test_a_retry_with_a_write_id_reads_what_its_first_run_read(database):
    write_table(database, "counter", pd.DataFrame({"id": [1], "n": [0]}), primary_key="id")
    first, seen = count(database)

    again, seen_again = count(database)

    assert (again.version.commit, again.version.changed) == (first.version.commit, False)
    assert (seen, seen_again) == ([1], [1])
    assert run_sql(database, "SELECT n FROM counter") == [(1,)]


def test_other_streams_under_a_used_write_id_are_refused(database):
    with Transaction(database, write_id="run-1") as work:
        work.table("users").write(iter([USERS]))

    with pytest.raises(ConfigError, match="was used for other rows"), Transaction(database, write_id="run-1") as work:
        work.table("users").write(iter([USERS, USERS]))


def test_bad_input_of_a_transaction_is_refused_at_the_door(database):
    with Transaction(database) as work:
        with pytest.raises(DataError):
            work.table("")
        with pytest.raises(DataError, match="has no frames"):
            work.table("users").write(iter([]))
        with pytest.raises(TableNotFoundError):
            work.table("nowhere").read()
        with pytest.raises(ConfigError, match="neither"):
            work.read()
        scan = work.table("users").scan()

    assert not work.version.changed
    with pytest.raises(ConfigError, match="only inside its `with` block"):
        scan.to_pandas()


def test_a_table_of_a_transaction_shows_its_name(database):
    assert repr(Transaction(database).table("users")).endswith(".table('users')")


@pytest.mark.parametrize("db", ["", "http://host/shop", "mysql://host", 5])
def test_a_database_that_cannot_be_is_refused_before_the_block(db):
    with pytest.raises(ConfigError):
        Transaction(db)
