"""Every place where a task's annotation may name a `DoltTable`."""

import dataclasses
import typing

import pandas as pd
import pytest
from flytekit import HashMethod, task, workflow

from dolt_integrations.core import find_version, write_table
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository
from tests.helpers.frameworks.annotated import Report, literal_of, numbers, sorted_values

pytestmark = pytest.mark.usefixtures("served")


class Tables(typing.NamedTuple):
    one: DoltTable
    two: DoltTable


@dataclasses.dataclass
class Plain:
    """A dataclass without dataclasses_json, which flytekit accepts as well."""

    table: DoltTable
    tables: list[DoltTable]
    named: dict[str, DoltTable]


def test_a_plain_table(repository: Repository) -> None:
    @task
    def make() -> DoltTable:
        return numbers(repository, "t", 1, 2)

    @task
    def add(table: DoltTable) -> int:
        return int(table.data["a"].sum())

    @workflow
    def wf() -> int:
        return add(table=make())

    assert wf() == 3


def test_an_optional_table_that_is_there(repository: Repository) -> None:
    @task
    def make() -> DoltTable | None:
        return numbers(repository, "t", 1)

    @task
    def read(table: DoltTable | None) -> list[int]:
        return [] if table is None else sorted_values(table)

    @workflow
    def wf() -> list[int]:
        return read(table=make())

    assert wf() == [1]


def test_an_optional_table_that_is_none() -> None:
    @task
    def make() -> typing.Optional[DoltTable]:  # noqa: UP045 - the older spelling is annotated, too
        return None

    @task
    def is_none(table: typing.Optional[DoltTable]) -> bool:  # noqa: UP045
        return table is None

    @workflow
    def wf() -> bool:
        return is_none(table=make())

    assert wf() is True


def test_an_optional_input_may_be_left_out(repository: Repository) -> None:
    @task
    def is_none(table: DoltTable | None = None) -> bool:
        return table is None

    assert is_none() is True
    assert is_none(table=numbers(repository, "t", 1)) is False


def test_a_list_of_tables(repository: Repository) -> None:
    @task
    def make() -> list[DoltTable]:
        return [numbers(repository, f"t{i}", i) for i in range(3)]

    @task
    def read(tables: list[DoltTable]) -> list[list[int]]:
        return [sorted_values(table) for table in tables]

    @workflow
    def wf() -> list[list[int]]:
        return read(tables=make())

    assert wf() == [[0], [1], [2]]


def test_an_empty_list_of_tables() -> None:
    @task
    def make() -> typing.List[DoltTable]:  # noqa: UP006 - the older spelling is annotated, too
        return []

    assert make() == []


def test_a_dict_of_tables(repository: Repository) -> None:
    @task
    def make() -> dict[str, DoltTable]:
        return {name: numbers(repository, name, len(name)) for name in ("a", "bb")}

    @task
    def read(tables: dict[str, DoltTable]) -> dict[str, list[int]]:
        return {name: sorted_values(table) for name, table in tables.items()}

    @workflow
    def wf() -> dict[str, list[int]]:
        return read(tables=make())

    assert wf() == {"a": [1], "bb": [2]}


def test_a_named_tuple_of_outputs(repository: Repository) -> None:
    @task
    def make() -> Tables:
        return Tables(one=numbers(repository, "one", 1), two=numbers(repository, "two", 2))

    @task
    def read(table: DoltTable) -> list[int]:
        return sorted_values(table)

    @workflow
    def wf() -> tuple[list[int], list[int]]:
        made = make()
        return read(table=made.one), read(table=made.two)

    assert tuple(wf()) == ([1], [2])


def test_a_tuple_of_outputs(repository: Repository) -> None:
    @task
    def make() -> tuple[DoltTable, DoltTable, int]:
        return numbers(repository, "one", 1), numbers(repository, "two", 2), 3

    one, two, three = make()

    assert (sorted_values(one), sorted_values(two), three) == ([1], [2], 3)


def test_a_field_of_a_dataclass(repository: Repository) -> None:
    @task
    def make() -> Report:
        return Report(title="r", table=numbers(repository, "t", 1, 2))

    @task
    def read(report: Report) -> tuple[str, list[int], bool]:
        return report.title, sorted_values(report.table), report.other is None

    @workflow
    def wf() -> tuple[str, list[int], bool]:
        title, values, none = read(report=make())
        return title, values, none

    assert tuple(wf()) == ("r", [1, 2], True)


def test_an_optional_field_of_a_dataclass(repository: Repository) -> None:
    @task
    def make() -> Report:
        return Report(title="r", table=numbers(repository, "one", 1), other=numbers(repository, "two", 2))

    report = make()

    assert report.other is not None
    assert sorted_values(report.other) == [2]


def test_fields_of_a_dataclass_that_are_lists_and_dicts(repository: Repository) -> None:
    @task
    def make() -> Plain:
        return Plain(
            table=numbers(repository, "one", 1),
            tables=[numbers(repository, "two", 2)],
            named={"x": numbers(repository, "three", 3)},
        )

    plain = make()

    assert [sorted_values(t) for t in (plain.table, plain.tables[0], plain.named["x"])] == [[1], [2], [3]]


def test_a_table_in_a_dataclass_is_pinned_to_the_commit_that_it_made(repository: Repository) -> None:
    @task
    def make() -> Report:
        return Report(title="r", table=numbers(repository, "t", 1))

    assert make().table.commit == repository.head()


def test_a_table_in_a_dataclass_is_committed_once(repository: Repository) -> None:
    @task
    def make() -> Report:
        return Report(title="r", table=numbers(repository, "t", 1))

    make()

    assert len(repository.messages()) == 2
    assert repository.messages()[0].startswith("Generated by Flyte execution id: ")


def test_the_attribute_of_a_dataclass_is_handed_on_as_a_table(repository: Repository) -> None:
    @task
    def make() -> Report:
        return Report(title="r", table=numbers(repository, "t", 1, 2))

    @task
    def read(table: DoltTable) -> list[int]:
        return sorted_values(table)

    @workflow
    def wf() -> list[int]:
        return read(table=make().table)

    assert wf() == [1, 2]


def test_a_hash_method_sets_the_literals_hash(repository: Repository) -> None:
    hashed = typing.Annotated[DoltTable, HashMethod(lambda table: table.table_hash)]

    literal = literal_of(numbers(repository, "t", 1), hashed)

    assert literal.hash == repository.sql("select dolt_hashof_table('t') as h")[0]["h"]


OF_CONTENT = typing.Annotated[DoltTable, HashMethod(lambda table: table.table_hash)]


def test_a_cached_task_runs_again_for_another_part_of_the_same_version(repository: Repository) -> None:
    calls = []

    @task
    def part(above: int) -> OF_CONTENT:
        config = DoltConfig(str(repository.path), "t", io_args={"where": "a > %s"}, params=[above])
        table = DoltTable(config)
        assert len(table.data) == 3 - above
        return table

    @task(cache=True, cache_version=f"part {repository.path}")
    def count(table: DoltTable) -> int:
        calls.append(1)
        return len(table.data)

    @workflow
    def wf(above: int) -> int:
        return count(table=part(above=above))

    write_table(repository.path, "t", pd.DataFrame({"a": [1, 2, 3]}))

    assert [wf(above=above) for above in (0, 1, 1, 2)] == [3, 2, 2, 1]
    assert len(calls) == 3


@pytest.mark.parametrize(("cached", "pinned"), [(True, False), (True, True), (False, False)])
def test_a_cached_task_that_reads_no_certain_version_warns(
    cached: bool, pinned: bool, repository: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    @task(cache=cached, cache_version=f"{pinned} {repository.path}" if cached else "")
    def count(table: DoltTable) -> int:
        return len(table.data)

    config = DoltConfig(str(repository.path), "t")
    write_table(repository.path, "t", pd.DataFrame({"a": [1, 2, 3]}))
    version = find_version(repository.path, "t") if pinned else None

    assert count(table=DoltTable(config, version=version)) == 3

    assert ("Flyte caches" in caplog.text) == (cached and not pinned)


@pytest.mark.parametrize(
    ("returned", "numbers_saved"), [(OF_CONTENT, (1, 2, 1)), (DoltTable, (1, 1, 2))], ids=["content", "commit"]
)
def test_a_cached_task_runs_once_for_the_same(
    returned: type, numbers_saved: tuple[int, ...], repository: Repository
) -> None:
    calls = []

    @task
    def make(a: int) -> returned:
        return numbers(repository, "t", a)

    @task(cache=True, cache_version=str(repository.path))
    def count(table: DoltTable) -> int:
        calls.append(sorted_values(table))
        return len(table.data)

    @workflow
    def wf(a: int) -> int:
        return count(table=make(a=a))

    for a in numbers_saved:
        wf(a=a)

    assert calls == [[1], [2]]


def test_a_workflow_takes_and_returns_a_table(repository: Repository) -> None:
    @task
    def double(table: DoltTable) -> DoltTable:
        return numbers(repository, "doubled", *(2 * table.data["a"]).tolist())

    @workflow
    def wf(table: DoltTable) -> DoltTable:
        return double(table=table)

    assert sorted_values(wf(table=numbers(repository, "t", 1, 2))) == [2, 4]
