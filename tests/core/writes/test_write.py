"""A save is one commit of the table's rows and columns, with its message and author."""

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, read_table, write_table
from dolt_integrations.engine import parse_author
from dolt_integrations.engine.tables import bulk
from dolt_integrations.errors import DataError, DoltError, InvalidNameError, ServerError
from tests.conftest import run_sql
from tests.helpers.saves.saves import ONE, TWO, WIDER, rows
from tests.helpers.saves.state import is_clean, log


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


def test_duplicate_rows_are_kept_in_a_table_without_a_key(database):
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


def test_a_changed_table_is_one_commit_without_an_intermediate_state(database):
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


def test_the_version_describes_what_was_written(database):
    version = write_table(database, "t", ONE, branch_conf=NewBranch("run/1"))

    assert version.branch == "run/1"
    assert run_sql(database, "SELECT DOLT_HASHOF_TABLE('t')", revision="run/1") == [(version.table_hash,)]


def test_equal_tables_have_equal_hashes(database):
    one = write_table(database, "t", ONE)
    other = write_table(database, "t", ONE, branch_conf=NewBranch("run/1", base="main~1"))

    assert one.table_hash == other.table_hash


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


def test_rows_that_a_server_does_not_store_are_an_error_and_nothing_is_written(database, monkeypatch):
    write_table(database, "t", pd.DataFrame({"n": [1]}))
    real = bulk._Writing.few
    monkeypatch.setattr(bulk._Writing, "few", lambda *arguments: real(*arguments) - 1)

    with pytest.raises(ServerError, match="stored 1 of 2 rows of table `t`"):
        write_table(database, "t", pd.DataFrame({"n": [2, 3]}), mode="append")

    assert run_sql(database, "SELECT n FROM t") == [(1,)]
