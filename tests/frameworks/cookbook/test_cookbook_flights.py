from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from dolt_integrations.core import read_table
from tests.conftest import Repository
from tests.frameworks.conftest import Recipe


@dataclasses.dataclass(frozen=True)
class Runs:
    repository: Repository
    first: str
    commits: list[str]
    second: str


@pytest.fixture(scope="module")
def runs(copy_recipe: Callable[[str], Recipe]) -> Runs:
    """`python flights_example.py`, then `pyflyte run` of it on the same database."""
    recipe = copy_recipe("flights_example.py")
    first = recipe.python()
    commits = _commits(recipe.repository)
    return Runs(recipe.repository, first, commits, recipe.pyflyte())


def _commits(repository: Repository) -> list[str]:
    return [row["commit_hash"] for row in repository.sql("select commit_hash from dolt_log")]


def test_every_flight_is_stored(runs: Runs) -> None:
    assert runs.repository.sql("select count(*) as n, count(dep_time) as flown from flights") == [
        {"n": "336776", "flown": "328521"}
    ]


def test_the_flights_have_a_key(runs: Runs) -> None:
    keys = runs.repository.sql("show keys from flights")

    assert [key["Column_name"] for key in keys] == ["year", "month", "day", "carrier", "flight", "origin"]


def test_the_flights_are_typed(runs: Runs) -> None:
    types = {row["Field"]: (row["Type"], row["Null"]) for row in runs.repository.sql("show columns from flights")}

    assert types["dep_time"] == ("bigint", "YES")
    assert types["distance"] == ("bigint", "NO")
    assert types["tailnum"] == ("varchar(255)", "YES")
    assert types["time_hour"] == ("datetime(6)", "YES")


def test_each_table_is_a_commit(runs: Runs) -> None:
    log = runs.repository.sql("select table_name from dolt_diff order by date desc")

    assert [row["table_name"] for row in log] == ["delays", "flights"]


def test_the_commits_are_printed(runs: Runs) -> None:
    delays, flights, _init = runs.commits

    assert f"Flights, commit {flights}" in runs.first
    assert f"Delays, commit {delays}" in runs.first


def test_the_delays_are_those_of_the_flights(runs: Runs) -> None:
    flights = read_table(runs.repository.path, "flights").data

    delays = read_table(runs.repository.path, "delays").data.set_index(["carrier", "month"])

    assert len(delays) == 185
    flown = flights[(flights["carrier"] == "UA") & (flights["month"] == 1)].dropna(subset=["dep_delay", "arr_delay"])
    assert delays.loc[("UA", 1), "flights"] == len(flown)
    assert delays.loc[("UA", 1), "arr_delay"] == pytest.approx(flown["arr_delay"].mean())


def test_a_second_run_makes_no_commit(runs: Runs) -> None:
    assert _commits(runs.repository) == runs.commits


def test_a_second_run_shows_the_same_flights(runs: Runs) -> None:
    def rows(printed: str) -> list[str]:
        return [line for line in printed.splitlines() if line[:6] in {f"{row}  2013"[:6] for row in range(5)}]

    assert len(rows(runs.first)) == 5
    assert rows(runs.second) == rows(runs.first)
