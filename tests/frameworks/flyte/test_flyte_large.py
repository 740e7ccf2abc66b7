"""`DoltTable`s that are large: a stream as data, batches, parts."""

import typing
from collections.abc import Iterator

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from flytekit import task, workflow

from dolt_integrations.core import NewBranch, SerialBranch, write_table
from dolt_integrations.errors import ConfigError, DoltError
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository
from tests.helpers.frameworks.flyte_tables import received

pytestmark = pytest.mark.usefixtures("served")


def config(repository: Repository, **fields: typing.Any) -> DoltConfig:
    return DoltConfig(**{"db_path": str(repository.path), "tablename": "t", **fields})


def numbers(start: int, stop: int) -> pd.DataFrame:
    return pd.DataFrame({"n": range(start, stop), "even": [n % 2 == 0 for n in range(start, stop)]})


def batches() -> Iterator[pd.DataFrame]:
    yield numbers(0, 3)
    yield numbers(3, 5)


STREAMS = {
    "iterator": batches,
    "reader": lambda: pa.Table.from_pandas(numbers(0, 5)).to_reader(2),
    "LazyFrame": lambda: pl.from_pandas(numbers(0, 5)).lazy(),
}


@pytest.fixture
def stored(repository: Repository) -> Repository:
    write_table(repository.path, "t", numbers(0, 5), primary_key="n")
    return repository


@pytest.mark.parametrize("kind", STREAMS)
def test_a_stream_is_written_and_read_by_the_next_task(repository: Repository, kind: str) -> None:
    table = received(DoltTable(config(repository, io_args={"primary_key": "n"}), data=STREAMS[kind]()))

    assert table.data["n"].tolist() == [0, 1, 2, 3, 4]
    assert len(repository.messages()) == 2


@pytest.mark.parametrize("kind", STREAMS)
def test_a_stream_travels_through_a_workflow(repository: Repository, kind: str) -> None:
    location = str(repository.path)

    @task
    def make() -> DoltTable:
        return DoltTable(DoltConfig(location, tablename="t"), data=STREAMS[kind]())

    @task
    def total(table: DoltTable) -> int:
        return int(sum(int(batch["n"].sum()) for batch in table.iter_batches(2)))

    @workflow
    def wf() -> int:
        return total(table=make())

    assert wf() == 10


@pytest.mark.parametrize("kind", STREAMS)
def test_what_was_written_of_a_stream_is_read_from_dolt(repository: Repository, kind: str) -> None:
    table = DoltTable(config(repository), data=STREAMS[kind]())
    received(table)

    assert sorted(table.data["n"]) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kind", STREAMS)
def test_a_stream_that_goes_out_twice_is_written_once(repository: Repository, kind: str) -> None:
    table = DoltTable(config(repository), data=STREAMS[kind]())

    first, second = received(table), received(table)

    assert first.commit == second.commit
    assert len(repository.messages()) == 2


def test_a_stream_is_no_arrow_table_before_it_is_written(repository: Repository) -> None:
    table = DoltTable(config(repository), data=batches())

    try:
        assert table.to_arrow().num_rows == 5
    except DoltError:
        pass


def test_an_error_of_a_stream_leaves_nothing(repository: Repository) -> None:
    def failing() -> Iterator[pd.DataFrame]:
        yield numbers(0, 3)
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        received(DoltTable(config(repository), data=failing()))

    assert len(repository.messages()) == 1


def test_batches_of_a_table_are_of_the_version_it_pins(repository: Repository) -> None:
    table = received(DoltTable(config(repository), data=numbers(0, 5)))
    write_table(repository.path, "t", numbers(0, 1))

    assert sorted(n for batch in table.iter_batches(2) for n in batch["n"]) == [0, 1, 2, 3, 4]


def test_batches_pin_a_reference(stored: Repository) -> None:
    table = DoltTable(config(stored))

    found = [batch["n"].tolist() for batch in table.iter_batches(2)]

    assert found == [[0, 1], [2, 3], [4]]
    assert table.commit == stored.head()


def test_batches_are_of_the_branch_and_the_past(stored: Repository) -> None:
    write_table(stored.path, "t", numbers(0, 2), branch_conf=NewBranch("b"))

    newest = DoltTable(config(stored, branch_conf=SerialBranch("b")))
    older = DoltTable(config(stored, branch_conf=SerialBranch("b"), as_of="HEAD~1"))

    assert sum(map(len, newest.iter_batches())) == 2
    assert sum(map(len, older.iter_batches())) == 5


def test_batches_are_of_the_part(stored: Repository) -> None:
    table = DoltTable(config(stored, io_args={"columns": ["n"], "where": "even"}))

    batch, other = table.iter_batches(2)

    assert (list(batch), batch["n"].tolist(), other["n"].tolist()) == (["n"], [0, 2], [4])


def test_batches_of_a_query_are_refused_at_once(stored: Repository) -> None:
    with pytest.raises(ConfigError, match="query"):
        DoltTable(DoltConfig(str(stored.path), sql="SELECT 1")).iter_batches()


def test_batches_of_data_that_is_not_written_are_not_those_of_an_old_version(stored: Repository) -> None:
    table = DoltTable(config(stored), data=numbers(100, 103))

    try:
        found = [n for batch in table.iter_batches(2) for n in batch["n"]]
    except DoltError:
        return
    assert found == [100, 101, 102]


# Selections


def test_a_part_is_read(stored: Repository) -> None:
    table = DoltTable(config(stored, io_args={"columns": "n", "where": "n > 2"}))

    assert table.data.to_dict("list") == {"n": [3, 4]}
    assert table.to_arrow().num_rows == 2


def test_a_part_travels(stored: Repository) -> None:
    table = received(DoltTable(config(stored, io_args={"columns": ["n"], "where": "n > 2"})))

    assert table.data.to_dict("list") == {"n": [3, 4]}


def test_a_part_that_is_passed_on_is_not_written(stored: Repository) -> None:
    table = DoltTable(config(stored, io_args={"where": "n > 2"}))
    table.data.head()

    assert len(received(table).data) == 2
    assert len(stored.messages()) == 2


def test_a_part_that_was_changed_is_refused(stored: Repository) -> None:
    table = DoltTable(config(stored, io_args={"where": "n > 2"}))
    table.data = table.data.assign(even=True)

    with pytest.raises(ConfigError, match="part"):
        received(table)

    assert len(stored.messages()) == 2


def test_new_data_under_a_part_is_refused(stored: Repository) -> None:
    with pytest.raises(ConfigError, match="part"):
        received(DoltTable(config(stored, io_args={"columns": ["n"]}), data=numbers(0, 1)))

    assert len(stored.messages()) == 2


def test_a_part_that_was_changed_may_be_upserted(stored: Repository) -> None:
    table = DoltTable(config(stored, io_args={"where": "n > 2", "mode": "upsert"}))
    table.data = table.data.assign(even=True)
    received(table)

    rows = stored.sql("SELECT n, even FROM t ORDER BY n")
    assert [row["n"] for row in rows if row["even"] == "1"] == ["0", "2", "3", "4"]


@pytest.mark.parametrize(
    "io_args", [{"columns": []}, {"columns": 5}, {"columns": ["n", "N"]}, {"where": ""}, {"where": 5}, {"column": "n"}]
)
def test_a_part_that_is_none_is_refused(stored: Repository, io_args: dict[str, typing.Any]) -> None:
    with pytest.raises(ConfigError, match=r"column|where"):
        _ = DoltTable(config(stored, io_args=io_args)).data


def test_a_part_of_a_query_is_refused(stored: Repository) -> None:
    with pytest.raises(ConfigError, match="sql"):
        _ = DoltTable(DoltConfig(str(stored.path), sql="SELECT 1", io_args={"where": "n = 1"})).data
