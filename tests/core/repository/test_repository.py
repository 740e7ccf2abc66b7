"""`Repository` and `Table`: all features of the core, configured once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from dolt_integrations import Repository, Scan, Table
from dolt_integrations.core import Action, CallbackMeta, NewBranch, Remote, SerialBranch, read_table
from dolt_integrations.errors import (
    ConfigError,
    DatabaseNotFoundError,
    DataError,
    InvalidNameError,
    PrimaryKeyError,
    QueryError,
)
from tests.conftest import Repository as Directory


def users(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"id": range(1, len(names) + 1), "name": list(names)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shop"


def test_a_table_is_written_and_read(folder: Path) -> None:
    table = Repository(folder).table("users")

    version = table.write(users("Ann", "Bob"), key="id", message="Add two")

    assert version.changed
    assert table.read().to_dict("list") == {"id": [1, 2], "name": ["Ann", "Bob"]}
    assert table.history()["message"].tolist() == ["Add two"]


def test_a_table_on_a_branch_leaves_the_others_alone(folder: Path) -> None:
    repository = Repository(folder)
    repository.table("users").write(users("Ann"), key="id")

    repository.table("users", branch=NewBranch("run/1")).write(users("Ann", "Bob"), key="id")

    assert len(repository.table("users").read()) == 1
    assert len(repository.table("users", branch="run/1").read()) == 2


def test_modes_of_a_table(folder: Path) -> None:
    table = Repository(folder).table("users")
    table.write(users("Ann"), key="id")

    table.write(pd.DataFrame({"id": [1, 2], "name": ["Anna", "Bob"]}), mode="upsert")

    assert table.read()["name"].tolist() == ["Anna", "Bob"]


def test_what_is_said_once_holds_for_every_write(folder: Path) -> None:
    seen = []
    repository = Repository(folder, author="Ann <ann@example.com>", hooks=CallbackMeta(fn=seen.append))

    repository.table("users").write(users("Ann"), key="id")
    with repository.transaction(message="More") as work:
        work.write("orders", users("tea"))

    assert set(repository.history()["author"].tolist()[:2]) == {"Ann"}
    assert [(action.kind, action.tablename) for action in seen] == [("save", "users"), ("save", "orders")]


def test_a_write_may_say_otherwise_than_the_repository(database: str) -> None:
    table = Repository(database, author="Ann <ann@example.com>").table("users")
    table.write(users("Ann"), key="id", author="Bob <bob@example.com>", write_id="w")

    again = table.write(users("Cy"), author="Bob <bob@example.com>", write_id="w2")
    table.write(users("Dot"), author="Bob <bob@example.com>")
    repeated = table.write(users("Cy"), write_id="w2")
    with Repository(database, author="Ann <ann@example.com>").transaction(author="Bob <bob@example.com>") as work:
        work.write("users", users("Ed"))

    assert table.history()["author"].tolist() == ["Bob"] * 4
    assert (repeated.commit, repeated.changed) == (again.commit, False)


def test_a_write_recreates_a_table_with_other_types_only_if_it_says_so(database: str) -> None:
    table = Repository(database).table("users")
    table.write(users("Ann"), key="id")
    other = pd.DataFrame({"id": [1], "name": [1.5]})
    with pytest.raises(DataError):
        table.write(other)

    table.write(other, overwrite=True)

    assert table.read()["name"].tolist() == [1.5]


def test_hooks_of_a_repository_record_what_is_read(database: str) -> None:
    seen: list[Action] = []
    repository = Repository(database, hooks=CallbackMeta(fn=seen.append))
    repository.table("users").write(users("Ann"), key="id")
    seen.clear()

    repository.table("users").read()
    repository.sql("select 1").to_pandas()

    assert [(action.kind, action.tablename, action.sql) for action in seen] == [
        ("load", "users", None), ("load", None, "select 1"),
    ]  # fmt: skip


def test_looking_at_a_table_is_of_its_branch_and_of_the_version_that_is_asked_for(database: str) -> None:
    repository = Repository(database)
    repository.table("users").write(users("Ann"), key="id", message="one")
    table = repository.table("users", branch=NewBranch("side"))
    table.write(users("Ann", "Bob"), message="two")
    last = table.write(users("Anna", "Bob"), message="three")

    assert table.history(limit=1)["message"].tolist() == ["three"]
    assert table.history(as_of="HEAD~1")["message"].tolist() == ["two", "one"]
    assert repository.history("side", limit=1)["message"].tolist() == ["three"]
    assert repository.history("side", as_of="HEAD~2", limit=1)["message"].tolist() == ["one"]
    assert table.blame(as_of="HEAD~1")["message"].tolist() == ["one", "two"]
    assert table.who_wrote(1, as_of="HEAD~1")["message"].tolist() == ["one"]
    assert table.diff("HEAD~2", limit=1)["to_name"].tolist() == ["Anna"]
    assert table.diff("HEAD~2", offset=1)["to_name"].tolist() == ["Bob"]
    assert [(each.rows, len(each.first)) for each in (table.summary(), table.summary("HEAD~2"))] == [(2, 2), (1, 1)]
    assert repository.version("side").commit == last.commit
    assert repository.version("side", as_of="HEAD~1").commit == table.history()["commit"][1]


def test_cards_of_a_table_are_of_its_branch_and_version(database: str) -> None:
    repository = Repository(database)
    repository.table("users").write(users("Ann"), key="id")
    table = repository.table("users", branch=NewBranch("side"))
    table.write(users("Zoe"))

    assert ">Zoe</" in table.card().html()
    assert ">Ann</" in table.card(as_of="HEAD~1").html()
    assert "<del>Ann</del> <ins>Zoe</ins>" in table.changes("HEAD~1").html()


def test_a_remote_is_pulled_from_and_pushed_to(folder: Path, tmp_path: Path) -> None:
    remote = (tmp_path / "remote").as_uri()
    Repository(folder, remote=Remote(url=remote)).table("users").write(users("Ann"), key="id")

    clone = Repository(tmp_path / "clone", remote=remote)

    assert clone.table("users").read()["name"].tolist() == ["Ann"]


def test_a_scan_reads_a_part_in_each_library(folder: Path) -> None:
    table = Repository(folder).table("users")
    table.write(users("Ann", "Bob", "Cy"), key="id")

    scan = table.scan(columns=["name"], where="id > %s", params=[1])

    assert isinstance(scan, Scan)
    assert scan.to_pandas()["name"].tolist() == ["Bob", "Cy"]
    assert scan.to_arrow().to_pylist() == [{"name": "Bob"}, {"name": "Cy"}]
    assert scan.to_polars().equals(pl.DataFrame({"name": ["Bob", "Cy"]}))
    assert [frame["name"].tolist() for frame in scan.batches(1)][:2] == [["Bob"], ["Cy"]]


def test_a_scan_at_a_version(folder: Path) -> None:
    table = Repository(folder).table("users")
    first = table.write(users("Ann"), key="id")
    table.write(users("Ann", "Bob"), key="id")

    assert len(table.scan(as_of=first.commit).to_pandas()) == 1
    assert len(table.read(as_of="HEAD~1")) == 1
    assert table.scan().load().version.commit == Repository(folder).version().commit


def test_a_query_with_parameters_at_a_version(folder: Path) -> None:
    repository = Repository(folder)
    repository.table("users").write(users("Ann"), key="id")
    repository.table("users").write(users("Anna", "Bob"), key="id")

    scan = repository.sql("select name from users where id = %(id)s", {"id": 1}, as_of="HEAD~1")

    assert scan.to_pandas()["name"].tolist() == ["Ann"]


def test_batches_of_a_query_are_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="a scan of a query"):
        Repository(folder).sql("select 1").batches()


SCANS = {
    "where": {"where": ["id"]},
    "columns": {"columns": 5},
    "params of another kind": {"where": "id = %s", "params": "x"},
    "too many params": {"where": "id = %s", "params": [1, 2]},
    "no params": {"where": "id > %s"},
    "params for nothing": {"params": [1]},
    "as_of": {"as_of": 5},
}


@pytest.mark.parametrize("part", SCANS.values(), ids=SCANS)
def test_a_scan_that_cannot_be_run_is_refused_before_it_is_run(tmp_path: Path, part: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Repository(tmp_path).table("users").scan(**part)


@pytest.mark.parametrize(
    ("query", "error"),
    [(None, ConfigError), ("", QueryError), ("delete from t", QueryError), ("select %s", ConfigError)],
)
def test_a_query_that_cannot_be_run_is_refused_before_it_is_run(tmp_path: Path, query: Any, error: Any) -> None:
    with pytest.raises(error):
        Repository(tmp_path).sql(query)


NOT_GIVEN = {
    "tables to restore": lambda shop: shop.restore(None, "HEAD"),
    "version to restore": lambda shop: shop.restore("users", None),
    "version to diff with": lambda shop: shop.table("users").diff(None),
    "depth": lambda shop: shop.table("users").lineage(depth=0),
    "commits": lambda shop: shop.table("users").lineage(commits="all"),
}


@pytest.mark.parametrize("work", NOT_GIVEN.values(), ids=NOT_GIVEN)
def test_what_an_operation_needs_is_asked_for(folder: Path, work: Callable[[Repository], object]) -> None:
    with pytest.raises(ConfigError):
        work(Repository(folder))


@pytest.mark.parametrize("place", ["/dev/null", __file__])
def test_a_file_is_no_database(place: str) -> None:
    with pytest.raises(DatabaseNotFoundError, match="That is a file"):
        Repository(place).table("users").read()


def test_diff_and_blame_of_a_table(folder: Path) -> None:
    table = Repository(folder).table("users")
    table.write(users("Ann"), key="id")
    second = table.write(users("Ann", "Bob"), key="id")

    assert table.diff("HEAD~1")["diff_type"].tolist() == ["added"]
    assert table.blame()["commit"].tolist()[1] == second.commit


def test_blame_of_a_table_without_a_key_is_refused(folder: Path) -> None:
    table = Repository(folder).table("users")
    table.write(users("Ann"))

    with pytest.raises(PrimaryKeyError):
        table.blame()


def test_a_user_s_checkout_stays(repository: Directory) -> None:
    repository.dolt("branch", "other")
    repository.dolt("checkout", "other")

    Repository(repository.path).table("users", branch="main").write(users("Ann"), key="id")

    assert "other" in repository.dolt("branch", "--show-current")
    assert len(read_table(repository.path, "users", branch_conf=SerialBranch("main")).data) == 1


@pytest.mark.parametrize(
    "options",
    [{"author": "Ann"}, {"author": 5}, {"remote": 5}, {"hooks": 5}],
    ids=["author", "author of another type", "remote", "hooks"],
)
def test_a_wrong_argument_of_a_repository_is_refused_at_the_door(folder: Path, options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Repository(folder, **options)  # type: ignore[arg-type]


def test_a_location_that_is_none_is_refused_at_the_door() -> None:
    with pytest.raises(ConfigError):
        Repository(5)  # type: ignore[arg-type]


def test_a_branch_that_is_none_is_refused_at_the_door(folder: Path) -> None:
    with pytest.raises(ConfigError):
        Repository(folder).table("users", branch=5)  # type: ignore[arg-type]


def test_a_table_name_that_is_none_is_refused_at_the_door(folder: Path) -> None:
    with pytest.raises(InvalidNameError):
        Repository(folder).table("")


def test_a_repository_shows_no_password() -> None:
    table = Repository("mysql://ann:secret@localhost/shop").table("users")

    assert isinstance(table, Table)
    assert "secret" not in repr(table)


def test_a_scan_shows_what_it_reads_and_no_password() -> None:
    repository = Repository("mysql://ann:secret@localhost/shop")

    scan = repository.table("users").scan(where="id > %s", params=[1])

    assert repr(scan) == "Scan(db='mysql://ann@localhost:3306/shop', tablename='users', where='id > %s', params=[1])"
    assert "secret" not in repr(repository.sql("select 1"))
