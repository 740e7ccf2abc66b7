"""Which version a `DoltTable` is: what the next task reads, and what an old version is."""

import dataclasses
import shutil

import pandas as pd
import pytest
from flytekit import FlyteContextManager, task, workflow
from flytekit.core.type_engine import TypeEngine

from dolt_integrations.core import Branch, NewBranch, SerialBranch, Version, write_table
from dolt_integrations.errors import DatabaseNotFoundError
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository, new_repository
from tests.helpers.frameworks.flyte_tables import (
    commit_behind_flytes_back,
    config,
    numbers,
    query,
    received,
    to_literal,
    values,
)

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


def test_rows_that_are_pinned_to_a_version_are_saved() -> None:
    table = DoltTable(DoltConfig("db", tablename="t"), data=pd.DataFrame({"a": [1]}))
    assert not table.is_saved

    table.pin(Version("u7rm93e1rqu9te10ml353ikv0nndgd3p"))

    assert table.is_saved


def test_the_rows_are_read_once(repository: Repository) -> None:
    table = received(DoltTable(data=numbers(1), config=config(repository)))

    first = table.data

    assert table.data is first


def test_showing_a_table_reads_nothing() -> None:
    assert "nonexistent" in repr(DoltTable(config=DoltConfig(db_path="/nonexistent/db", tablename="t")))


# The version that the next task reads


@pytest.mark.parametrize("branch_conf", [None, SerialBranch("main"), NewBranch("run/1")], ids=repr)
def test_the_next_task_sees_its_version_if_another_client_commits_in_between(
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


@dataclasses.dataclass(frozen=True)
class Past:
    """A database, and three commits of `t` on its branch `b`."""

    repository: Repository
    commits: list[str]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Three commits of `t` on branch `b`, and another table of that name on main."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        repository = new_repository(tmp_path_factory.mktemp("past") / "shop")
        write_table(repository.path, "t", numbers(100))
        return Past(
            repository, [commit_behind_flytes_back(repository, a, branch_conf=NewBranch("b")) for a in (1, 2, 3)]
        )


def moment_of(past: Past) -> str:
    """Return when the second commit was made."""
    sql = f"select date from dolt_log('b') where commit_hash = '{past.commits[1]}'"
    return past.repository.sql(sql)[0]["date"]


@pytest.mark.parametrize("as_of", ["HEAD~1", "b~1", "HEAD^"])
def test_as_of_an_ancestor(past: Past, as_of: str) -> None:
    table = DoltTable(config=config(past.repository, branch_conf=NewBranch("b"), as_of=as_of))

    assert values(received(table)) == [2]


def test_an_old_version_that_a_task_returns_is_pinned(repository: Repository) -> None:
    @task
    def old() -> DoltTable:
        return DoltTable(config=config(repository, as_of="HEAD~1"))

    for a in (1, 2):
        commit_behind_flytes_back(repository, a)
    table = old()
    commit_behind_flytes_back(repository, 3)

    assert values(table) == [1]


def test_as_of_a_commit(past: Past) -> None:
    table = DoltTable(config=config(past.repository, as_of=past.commits[0]))

    assert values(received(table)) == [1]


def test_as_of_another_branch(past: Past) -> None:
    assert values(received(DoltTable(config=config(past.repository, as_of="b")))) == [3]


def test_as_of_a_tag(past: Past) -> None:
    past.repository.dolt("tag", "v1", past.commits[0])

    assert values(received(DoltTable(config=config(past.repository, as_of="v1")))) == [1]


def test_as_of_a_timestamp(past: Past) -> None:
    moment = moment_of(past)

    table = DoltTable(config=config(past.repository, branch_conf=NewBranch("b"), as_of=moment.replace(" ", "T")))

    assert values(received(table)) == [2]


def test_as_of_a_timestamp_with_a_zone(past: Past) -> None:
    moment = pd.Timestamp(moment_of(past), tz="UTC").tz_convert("Asia/Tokyo").isoformat()

    table = DoltTable(config=config(past.repository, branch_conf=NewBranch("b"), as_of=moment))

    assert values(received(table)) == [2]


def test_as_of_holds_for_a_query(past: Past) -> None:
    table = query(past.repository, "select a from t", branch_conf=NewBranch("b"), as_of="HEAD~2")

    assert values(received(table)) == [1]


@pytest.mark.parametrize(
    ("revision", "expected"),
    [("'b'", 3), ("'b~1'", 2), ("hashof('b')", 3), ("hashof('b~1')", 2), ("'HEAD'", 3), ("'HEAD~1'", 2)],
)
def test_as_of_a_revision_in_sql_is_seen_from_the_branch(past: Past, revision: str, expected: int) -> None:
    table = query(past.repository, f"select a from t as of {revision}", branch_conf=NewBranch("b"))

    assert values(received(table)) == [expected]


def test_as_of_a_commit_in_sql(past: Past) -> None:
    assert values(received(query(past.repository, f"select a from t as of '{past.commits[0]}'"))) == [1]


def test_as_of_a_timestamp_in_sql_is_seen_from_the_branch(past: Past) -> None:
    sql = f"select a from t as of timestamp('{moment_of(past)}')"

    assert values(received(query(past.repository, sql, branch_conf=NewBranch("b")))) == [2]


def test_the_rows_that_the_last_commit_added(past: Past) -> None:
    sql = "select to_a as a from dolt_diff('HEAD~1', 'HEAD', 't') where diff_type = 'added'"

    assert values(received(query(past.repository, sql, branch_conf=NewBranch("b")))) == [3]


def test_the_rows_that_an_older_commit_added(past: Past) -> None:
    sql = "select to_a as a from dolt_diff('HEAD~1', 'HEAD', 't') where diff_type = 'added'"

    assert values(received(query(past.repository, sql, branch_conf=NewBranch("b"), as_of="HEAD~1"))) == [2]
