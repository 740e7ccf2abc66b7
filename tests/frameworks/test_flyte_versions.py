"""Which version a `DoltTable` is: what is written, what is not, and what the next task reads."""

import asyncio
import shutil
import typing

import pandas as pd
import pytest
from flytekit import FlyteContextManager, task, workflow
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal

from dolt_integrations.core import Branch, NewBranch, SerialBranch, write_table
from dolt_integrations.errors import DatabaseNotFoundError
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository


def config(repository: Repository, tablename: str = "t", **fields: typing.Any) -> DoltConfig:
    return DoltConfig(db_path=str(repository.path), tablename=tablename, **fields)


def query(repository: Repository, sql: str, **fields: typing.Any) -> DoltTable:
    return DoltTable(config=DoltConfig(db_path=str(repository.path), sql=sql, **fields))


def numbers(*values: int) -> pd.DataFrame:
    return pd.DataFrame({"a": list(values)})


def values(table: DoltTable) -> list[int]:
    return sorted(table.data["a"].tolist())


def commit_behind_flytes_back(repository: Repository, *rows: int, branch_conf: Branch | None = None) -> str:
    return write_table(repository.path, "t", numbers(*rows), branch_conf=branch_conf).commit


def to_literal(table: DoltTable) -> Literal:
    context = FlyteContextManager.current_context()
    return TypeEngine.to_literal(context, table, DoltTable, TypeEngine.to_literal_type(DoltTable))


def version_in(literal: Literal) -> typing.Any:
    assert literal.scalar is not None
    assert literal.scalar.generic is not None
    return literal.scalar.generic["version"]["commit"]


def received(table: DoltTable) -> DoltTable:
    """The table as the next task gets it."""
    return TypeEngine.to_python_value(FlyteContextManager.current_context(), to_literal(table), DoltTable)


# Reading is lazy


def test_a_table_that_is_passed_on_unread_makes_no_connection(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository)))
    shutil.rmtree(repository.path)

    again = received(received(table))

    assert again.version == table.version


def test_a_reference_that_is_passed_on_unread_makes_no_connection() -> None:
    nowhere = DoltTable(config=DoltConfig(db_path="/nonexistent/db", tablename="t"))

    assert received(nowhere).config == nowhere.config


def test_a_task_that_passes_a_table_on_needs_no_database(repository: Repository) -> None:
    @task
    def pass_on(table: DoltTable) -> DoltTable:
        return table

    @workflow
    def wf(table: DoltTable) -> DoltTable:
        return pass_on(table=pass_on(table=table))

    table = received(DoltTable(data=numbers(1), config=config(repository)))
    shutil.rmtree(repository.path)

    assert wf(table=table).commit == table.commit


def test_the_data_of_a_database_that_is_gone_is_an_error_when_it_is_read(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository)))
    shutil.rmtree(repository.path)

    with pytest.raises(DatabaseNotFoundError, match=str(repository.path)):
        _ = table.data


def test_the_rows_are_read_once(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository)))

    first = table.data

    assert table.data is first


def test_showing_a_table_reads_nothing() -> None:
    assert "nonexistent" in repr(DoltTable(config=DoltConfig(db_path="/nonexistent/db", tablename="t")))


# What is forwarded is not written


@pytest.mark.parametrize("read", [False, True], ids=["unread", "read"])
def test_a_table_that_is_forwarded_makes_no_commit(repository: Repository, read: bool) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository)))
    if read:
        _ = table.data
    head = repository.head()

    literal = to_literal(table)

    assert repository.head() == head
    assert version_in(literal) == head


@pytest.mark.parametrize("read", [False, True], ids=["unread", "read"])
def test_a_table_that_is_forwarded_keeps_its_version_though_the_branch_moved(
    repository: Repository, read: bool
) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository)))
    if read:
        _ = table.data
    moved = commit_behind_flytes_back(repository, 7)

    literal = to_literal(table)

    assert repository.head() == moved
    assert version_in(literal) == table.commit != moved


def test_a_table_that_was_read_before_the_branch_moved_is_not_written_over_it(repository: Repository) -> None:
    @task
    def make() -> DoltTable:
        return DoltTable(data=numbers(1), config=config(repository))

    @task
    def read_and_pass_on(table: DoltTable) -> DoltTable:
        _ = table.data
        commit_behind_flytes_back(repository, 7)
        return table

    @workflow
    def wf() -> DoltTable:
        return read_and_pass_on(table=make())

    assert values(wf()) == [1]
    assert repository.sql("select a from t") == [{"a": "7"}]


def test_assigning_the_same_frame_again_is_no_change(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository)))
    table.data = table.data

    assert version_in(to_literal(table)) == repository.head()
    assert len(repository.messages()) == 2


@pytest.mark.parametrize("read", [False, True], ids=["unread", "read"])
def test_a_query_that_is_forwarded_is_not_written(repository: Repository, read: bool) -> None:
    commit_behind_flytes_back(repository, 1, 2)
    table = query(repository, "select a from t where a > 1")
    if read:
        _ = table.data

    assert values(received(table)) == [2]
    assert len(repository.messages()) == 2


def test_a_query_that_was_read_is_pinned_to_what_was_read(repository: Repository) -> None:
    commit_behind_flytes_back(repository, 1)
    table = query(repository, "select a from t")
    _ = table.data
    commit_behind_flytes_back(repository, 2)

    assert values(received(table)) == [1]


# What is changed is written


def test_a_frame_that_was_changed_in_place_is_written(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1, 2), config=config(repository)))
    table.data.loc[0, "a"] = 9

    again = received(table)

    assert len(repository.messages()) == 3
    assert 9 in values(again)


def test_a_frame_that_was_given_another_column_in_place_is_written(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1, 2), config=config(repository)))
    table.data["b"] = 0

    assert received(table).data.columns.tolist() == ["a", "b"]


def test_a_frame_whose_dtype_was_changed_is_written(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1, 2), config=config(repository)))
    table.data = table.data.astype("Int64")

    assert str(received(table).data["a"].dtype) == "Int64"


def test_another_frame_is_written(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository)))
    table.data = numbers(5, 6)

    assert values(received(table)) == [5, 6]
    assert len(repository.messages()) == 3


def test_another_frame_without_reading_the_old_one_is_written(repository: Repository) -> None:
    table = DoltTable(config=config(repository))
    table.data = numbers(5)

    assert values(received(table)) == [5]


def test_a_change_that_is_changed_back_is_not_written(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository)))
    table.data.loc[0, "a"] = 9
    table.data.loc[0, "a"] = 1

    to_literal(table)

    assert len(repository.messages()) == 2


def test_a_written_table_that_is_changed_in_place_and_returned_again_is_written(repository: Repository) -> None:
    table = DoltTable(data=numbers(1), config=config(repository))
    to_literal(table)
    table.data.loc[0, "a"] = 2

    assert values(received(table)) == [2]


def test_the_rows_of_one_table_may_be_written_to_another(repository: Repository) -> None:
    source = received(DoltTable(data=numbers(1), config=config(repository)))

    copy = received(DoltTable(data=source.data, config=config(repository, "copied")))

    assert values(copy) == values(source) == [1]
    assert repository.sql("select a from copied") == [{"a": "1"}]


# flytekit's cache of literals


def run_sync(table: DoltTable) -> Literal:
    return to_literal(table)


def run_async(table: DoltTable) -> Literal:
    context = FlyteContextManager.current_context()
    expected = TypeEngine.to_literal_type(DoltTable)
    return asyncio.run(TypeEngine.async_to_literal(context, table, DoltTable, expected))


@pytest.mark.parametrize("to_literal_", [run_sync, run_async])
def test_the_same_rows_with_others_in_between_are_written_thrice(
    repository: Repository, to_literal_: typing.Callable[[DoltTable], Literal]
) -> None:
    literals = [to_literal_(DoltTable(data=numbers(a), config=config(repository))) for a in (1, 2, 1)]

    assert len(repository.messages()) == 4
    assert repository.sql("select a from t") == [{"a": "1"}]
    assert version_in(literals[2]) == repository.head()


def test_the_same_workflow_with_another_value_in_between_writes_thrice(repository: Repository) -> None:
    @task
    def make(a: int) -> DoltTable:
        return DoltTable(data=numbers(a), config=config(repository))

    @task
    def read(table: DoltTable) -> list[int]:
        return values(table)

    @workflow
    def wf(a: int) -> list[int]:
        return read(table=make(a=a))

    assert [wf(a=a) for a in (1, 2, 1)] == [[1], [2], [1]]
    assert len(repository.messages()) == 4


def test_the_same_list_of_tables_with_another_in_between_is_written_thrice(repository: Repository) -> None:
    @task
    def make(a: int) -> list[DoltTable]:
        return [DoltTable(data=numbers(a), config=config(repository))]

    for a in (1, 2, 1):
        make(a=a)

    assert len(repository.messages()) == 4


def test_a_table_given_to_a_workflow_again_is_written_again(repository: Repository) -> None:
    @task
    def read(table: DoltTable) -> list[int]:
        return values(table)

    for a in (1, 2, 1):
        assert read(table=DoltTable(data=numbers(a), config=config(repository))) == [a]

    assert len(repository.messages()) == 4


def test_a_rerun_of_a_workflow_without_a_change_makes_no_commit(repository: Repository) -> None:
    @task
    def make() -> DoltTable:
        return DoltTable(data=numbers(1), config=config(repository))

    first, second = make(), make()

    assert first.commit == second.commit
    assert len(repository.messages()) == 2


# What the next task reads


@pytest.mark.parametrize("branch_conf", [None, SerialBranch("main"), NewBranch("run/1")], ids=repr)
def test_the_next_task_sees_its_version_when_somebody_commits_in_between(
    repository: Repository, branch_conf: Branch | None
) -> None:
    @task
    def make() -> DoltTable:
        return DoltTable(data=numbers(1), config=config(repository, branch_conf=branch_conf))

    @task
    def interfere(table: DoltTable) -> DoltTable:
        commit_behind_flytes_back(repository, 7, branch_conf=branch_conf)
        return table

    @task
    def read(table: DoltTable) -> list[int]:
        return values(table)

    @workflow
    def wf() -> list[int]:
        return read(table=interfere(table=make()))

    assert wf() == [1]
    branch = branch_conf.name if branch_conf else "main"
    assert repository.sql(f"select a from t as of '{branch}'") == [{"a": "7"}]


def test_the_next_task_sees_its_version_when_the_branch_is_deleted_in_between(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository, branch_conf=NewBranch("run/1"))))
    repository.dolt("branch", "-D", "run/1")

    assert values(table) == [1]


def test_the_next_task_does_not_see_uncommitted_work(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository)))
    repository.dolt("sql", "-q", "insert into t values (100)")

    assert values(table) == [1]


def test_a_reference_to_a_table_is_resolved_when_it_is_read(repository: Repository) -> None:
    reference = received(DoltTable(config=config(repository)))
    commit_behind_flytes_back(repository, 1)

    assert values(reference) == [1]


def test_a_reference_to_a_query_is_resolved_when_it_is_read(repository: Repository) -> None:
    reference = received(query(repository, "select a from t", branch_conf=NewBranch("run/1")))
    commit_behind_flytes_back(repository, 1, branch_conf=NewBranch("run/1"))

    assert values(reference) == [1]


def test_a_reference_that_was_read_is_pinned(repository: Repository) -> None:
    commit_behind_flytes_back(repository, 1)
    table = DoltTable(config=config(repository))
    _ = table.data
    commit_behind_flytes_back(repository, 2)

    assert values(received(table)) == [1]


def test_two_references_see_each_what_was_there_when_they_were_read(repository: Repository) -> None:
    reference = to_literal(DoltTable(config=config(repository)))
    context = FlyteContextManager.current_context()
    seen = []
    for a in (1, 2):
        commit_behind_flytes_back(repository, a)
        seen.append(values(TypeEngine.to_python_value(context, reference, DoltTable)))

    assert seen == [[1], [2]]


# Old versions


@pytest.fixture
def history(repository: Repository) -> list[str]:
    """Three commits of `t` on branch `b`, and another table of that name on main."""
    write_table(repository.path, "t", numbers(100))
    return [commit_behind_flytes_back(repository, a, branch_conf=NewBranch("b")) for a in (1, 2, 3)]


def moment_of(repository: Repository, commit: str) -> str:
    return repository.sql(f"select date from dolt_log('b') where commit_hash = '{commit}'")[0]["date"]


@pytest.mark.parametrize("as_of", ["HEAD~1", "b~1", "HEAD^"])
def test_as_of_an_ancestor(repository: Repository, history: list[str], as_of: str) -> None:
    table = DoltTable(config=config(repository, branch_conf=NewBranch("b"), as_of=as_of))

    assert values(received(table)) == [2]


def test_as_of_a_commit(repository: Repository, history: list[str]) -> None:
    table = DoltTable(config=config(repository, as_of=history[0]))

    assert values(received(table)) == [1]


def test_as_of_another_branch(repository: Repository, history: list[str]) -> None:
    assert values(received(DoltTable(config=config(repository, as_of="b")))) == [3]


def test_as_of_a_tag(repository: Repository, history: list[str]) -> None:
    repository.dolt("tag", "v1", history[0])

    assert values(received(DoltTable(config=config(repository, as_of="v1")))) == [1]


def test_as_of_a_moment(repository: Repository, history: list[str]) -> None:
    moment = moment_of(repository, history[1])

    table = DoltTable(config=config(repository, branch_conf=NewBranch("b"), as_of=moment.replace(" ", "T")))

    assert values(received(table)) == [2]


def test_as_of_a_moment_with_a_zone(repository: Repository, history: list[str]) -> None:
    moment = pd.Timestamp(moment_of(repository, history[1]), tz="UTC").tz_convert("Asia/Tokyo").isoformat()

    table = DoltTable(config=config(repository, branch_conf=NewBranch("b"), as_of=moment))

    assert values(received(table)) == [2]


def test_as_of_holds_for_a_query(repository: Repository, history: list[str]) -> None:
    table = query(repository, "select a from t", branch_conf=NewBranch("b"), as_of="HEAD~2")

    assert values(received(table)) == [1]


@pytest.mark.parametrize(
    ("revision", "expected"),
    [("'b'", 3), ("'b~1'", 2), ("hashof('b')", 3), ("hashof('b~1')", 2), ("'HEAD'", 3), ("'HEAD~1'", 2)],
)
def test_as_of_a_revision_in_sql_is_seen_from_the_branch(
    repository: Repository, history: list[str], revision: str, expected: int
) -> None:
    table = query(repository, f"select a from t as of {revision}", branch_conf=NewBranch("b"))

    assert values(received(table)) == [expected]


def test_as_of_a_commit_in_sql(repository: Repository, history: list[str]) -> None:
    assert values(received(query(repository, f"select a from t as of '{history[0]}'"))) == [1]


def test_as_of_a_timestamp_in_sql_is_seen_from_the_branch(repository: Repository, history: list[str]) -> None:
    sql = f"select a from t as of timestamp('{moment_of(repository, history[1])}')"

    assert values(received(query(repository, sql, branch_conf=NewBranch("b")))) == [2]


def test_the_rows_that_the_last_commit_added(repository: Repository, history: list[str]) -> None:
    sql = "select to_a as a from dolt_diff('HEAD~1', 'HEAD', 't') where diff_type = 'added'"

    assert values(received(query(repository, sql, branch_conf=NewBranch("b")))) == [3]


def test_the_rows_that_an_older_commit_added(repository: Repository, history: list[str]) -> None:
    sql = "select to_a as a from dolt_diff('HEAD~1', 'HEAD', 't') where diff_type = 'added'"

    assert values(received(query(repository, sql, branch_conf=NewBranch("b"), as_of="HEAD~1"))) == [2]


def test_a_named_index_that_is_changed_in_place_is_written(repository: Repository) -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="k"))
    table = received(DoltTable(data=frame, config=config(repository)))
    table.data.index = pd.Index(["x", "z"], name="k")

    assert received(table).data.index.tolist() == ["x", "z"]
