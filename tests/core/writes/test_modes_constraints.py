"""Write modes with constraints and uncommitted work: a write that would violate either is refused."""

import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import DataError, DoltError, UncommittedChangesError
from tests.conftest import run_sql
from tests.helpers.saves.modes import KEEPING, commits, frame, make


@pytest.mark.parametrize("mode", KEEPING)
def test_an_upsert_never_takes_another_rows_place_in_a_unique_index(mode, database):
    make(
        database,
        "CREATE TABLE t (id bigint PRIMARY KEY, value varchar(9), UNIQUE (value))",
        "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    )

    with pytest.raises(DataError):
        write_table(database, "t", frame(["a"], key=3), mode=mode)
    with pytest.raises(DataError):
        write_table(database, "t", frame(["a"], key=2), mode=mode)

    assert run_sql(database, "SELECT * FROM t ORDER BY id") == [(1, "a"), (2, "b")]
    assert commits(database) == 2


def test_an_upsert_that_swaps_unique_values_is_done_or_is_an_error(database):
    make(
        database,
        "CREATE TABLE t (id bigint PRIMARY KEY, value varchar(9), UNIQUE (value))",
        "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    )
    try:
        write_table(database, "t", frame(["b", "a"]), mode="upsert")
    except DataError:
        assert run_sql(database, "SELECT * FROM t ORDER BY id") == [(1, "a"), (2, "b")]
    else:
        assert run_sql(database, "SELECT * FROM t ORDER BY id") == [(1, "b"), (2, "a")]
        assert run_sql(database, "SELECT id FROM t WHERE value = 'a'") == [(2,)]


@pytest.mark.parametrize("mode", KEEPING)
def test_a_reference_to_no_row_is_an_error_and_nothing_is_written(mode, database):
    make(
        database,
        "CREATE TABLE users (id bigint PRIMARY KEY)",
        "CREATE TABLE t (id bigint PRIMARY KEY, value bigint, FOREIGN KEY (value) REFERENCES users (id))",
        "INSERT INTO users VALUES (1)",
    )

    write_table(database, "t", frame([1]), mode=mode)
    with pytest.raises(DataError, match="`t`"):
        write_table(database, "t", frame([5], key=2), mode=mode)

    assert run_sql(database, "SELECT * FROM t") == [(1, 1)]
    assert run_sql(database, "SELECT * FROM dolt_status") == []


def test_an_upsert_of_rows_that_others_refer_to_does_not_cascade(database):
    make(
        database,
        "CREATE TABLE t (id bigint PRIMARY KEY, value bigint)",
        "CREATE TABLE child (id bigint PRIMARY KEY, t bigint, FOREIGN KEY (t) REFERENCES t (id) ON DELETE CASCADE)",
        "INSERT INTO t VALUES (1, 1)",
        "INSERT INTO child VALUES (1, 1)",
    )

    write_table(database, "t", frame([10, 20]), mode="upsert")

    assert run_sql(database, "SELECT * FROM child") == [(1, 1)]
    assert run_sql(database, "SELECT * FROM t ORDER BY id") == [(1, 10), (2, 20)]


@pytest.mark.parametrize("mode", KEEPING)
@pytest.mark.parametrize("more", [{}, {"more": 1}])
def test_uncommitted_work_on_the_table_is_an_error_and_stays(mode, more, database):
    write_table(database, "t", frame([1]), primary_key="id")
    run_sql(database, "INSERT INTO t VALUES (9, 9)")

    with pytest.raises(UncommittedChangesError, match="`t`"):
        write_table(database, "t", frame([2], key=2).assign(**more), mode=mode)

    assert run_sql(database, "SELECT * FROM t ORDER BY id") == [(1, 1), (9, 9)]
    assert commits(database) == 2


@pytest.mark.parametrize("mode", KEEPING)
@pytest.mark.parametrize("more", [{}, {"more": 1}])
@pytest.mark.parametrize("staged", [False, True])
def test_uncommitted_work_on_another_table_stays_as_it_is(mode, more, staged, database):
    write_table(database, "t", frame([1]), primary_key="id")
    run_sql(database, "CREATE TABLE mine (a int)", "INSERT INTO mine VALUES (1)")
    if staged:
        run_sql(database, "CALL DOLT_ADD('mine')")

    write_table(database, "t", frame([2], key=2).assign(**more), mode=mode)

    assert run_sql(database, "SELECT * FROM dolt_status") == [("mine", staged, "new table")]
    assert run_sql(database, "SELECT a FROM mine") == [(1,)]
    assert len(read_table(database, "t").data) == 2


def test_an_error_of_dolt_is_one_of_ours(database):
    make(database, "CREATE TABLE t (id bigint PRIMARY KEY, value bigint, CHECK (value < 10))")

    for mode in KEEPING:
        with pytest.raises(DoltError):
            write_table(database, "t", frame([50]), mode=mode)

    assert commits(database) == 2
