from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.frameworks.conftest import Recipe

VERSIONS = [
    "apples, bread, cheese, dates, eggs, figs",
    "apples, bread, cheese, dates, eggs",
    "apples, bread, cheese, dates",
    "apples, bread, cheese",
    "apples, bread",
]


@pytest.fixture(scope="module")
def recipe(copy_recipe: Callable[[str], Recipe]) -> Recipe:
    return copy_recipe("time_travel_example.py")


@pytest.fixture(scope="module")
def printed(recipe: Recipe) -> str:
    return recipe.python()


@pytest.fixture
def sections(printed: str) -> dict[str, list[list[str]]]:
    """Return the cells of each printed row, by the title of its section."""
    return _sections(printed)


def _sections(printed: str) -> dict[str, list[list[str]]]:
    blocks = [block.splitlines() for block in printed.split("\n", 1)[1].strip().split("\n\n")]
    return {title: [row.split()[1:] for row in rows] for title, _header, *rows in blocks}


def test_the_newest_data_of_a_branch(sections: dict[str, list[list[str]]]) -> None:
    newest = sections["The most recent data of a branch"]

    assert newest == [
        ["apples", "10"],
        ["bread", "20"],
        ["cheese", "30"],
        ["dates", "40"],
        ["eggs", "50"],
        ["figs", "60"],
    ]


def test_the_five_most_recent_versions_of_a_table(sections: dict[str, list[list[str]]]) -> None:
    assert [" ".join(row) for row in sections["The 5 most recent versions"]] == VERSIONS


def test_only_the_rows_that_the_last_commit_added(sections: dict[str, list[list[str]]]) -> None:
    assert sections["Only the rows that the last commit added"] == [["figs", "60"]]


def test_the_data_at_a_given_time(sections: dict[str, list[list[str]]]) -> None:
    assert sections["The data at a given time"] == [["apples", "10"], ["bread", "20"], ["cheese", "30"]]


def test_a_query_as_of_a_timestamp(sections: dict[str, list[list[str]]]) -> None:
    assert sections["A query at a given time"] == [["bread"], ["cheese"]]


def test_a_query_as_of_the_head_of_a_branch(sections: dict[str, list[list[str]]]) -> None:
    assert sections["A query of the head of a branch"] == [["eggs", "50"], ["figs", "60"]]


def test_each_delivery_is_a_commit(recipe: Recipe, printed: str) -> None:
    assert recipe.repository.sql(
        "select count(*) as n from dolt_log('shop/north') where message like 'Generated%'"
    ) == [{"n": "6"}]


def test_looking_back_leaves_nothing_behind(recipe: Recipe, printed: str) -> None:
    assert recipe.repository.branches() == ["main", "shop/north"]
    assert "nothing to commit, working tree clean" in recipe.repository.dolt("status")


def test_pyflyte_run_shows_the_same(copy_recipe: Callable[[str], Recipe], printed: str) -> None:
    again = copy_recipe("time_travel_example.py").pyflyte()

    assert _sections(again) == _sections(printed)
