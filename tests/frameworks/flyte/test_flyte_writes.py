"""When a `DoltTable` is written: not when it is only forwarded, and once for each change."""

import asyncio
import typing

import pandas as pd
import pytest
from flytekit import FlyteContextManager, task, workflow
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal

from dolt_integrations.errors import UnsupportedTypeError
from flytekitplugins.dolt import DoltTable
from tests.conftest import Repository
from tests.helpers.frameworks.flyte_tables import (
    commit_behind_flytes_back,
    config,
    numbers,
    query,
    received,
    to_literal,
    values,
    version_in,
)

pytestmark = pytest.mark.usefixtures("served")


# A forwarded table is not written


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


# A changed table is written


def test_a_frame_that_was_changed_in_place_is_written(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1, 2), config=config(repository)))
    table.data.loc[0, "a"] = 9

    again = received(table)

    assert len(repository.messages()) == 3
    assert 9 in values(again)


def test_a_column_is_given_another_type_only_if_the_options_say_so(repository: Repository) -> None:
    received(DoltTable(data=pd.DataFrame({"a": ["x"]}), config=config(repository)))

    with pytest.raises(UnsupportedTypeError, match="overwrite"):
        received(DoltTable(data=numbers(1), config=config(repository)))
    made = received(DoltTable(data=numbers(1), config=config(repository, io_args={"schema": "overwrite"})))

    assert values(made) == [1]


def test_arrow_has_the_rows_of_the_version_or_those_in_memory(repository: Repository) -> None:
    made = DoltTable(data=numbers(1, 2), config=config(repository))
    assert made.to_arrow().column("a").to_pylist() == [1, 2]  # before it is written

    table = received(made)
    commit_behind_flytes_back(repository, 7)
    assert table.to_arrow().column("a").to_pylist() == [1, 2]

    table.data.loc[0, "a"] = 9
    assert table.to_arrow().column("a").to_pylist() == [9, 2]


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


def test_a_named_index_that_is_changed_in_place_is_written(repository: Repository) -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="k"))
    table = received(DoltTable(data=frame, config=config(repository)))
    table.data.index = pd.Index(["x", "z"], name="k")

    assert received(table).data.index.tolist() == ["x", "z"]
