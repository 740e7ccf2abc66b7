"""The recipes for Flyte 2, run as a user runs them."""

from __future__ import annotations

from collections.abc import Callable

from tests.frameworks.conftest import Recipe, diff_rows


def test_two_runs_of_the_quickstart_can_be_compared(copy_recipe: Callable[[str], Recipe]) -> None:
    recipe = copy_recipe("flyte2/quickstart.py")

    assert [recipe.python(a).split()[-1] for a in ("1", "2")] == ["6", "12"]
    assert len(diff_rows(recipe.repository.dolt("diff", "HEAD~1", "HEAD", "rabbits"), "rabbits")) == 6


def test_each_value_of_a_hyperparameter_has_a_branch(copy_recipe: Callable[[str], Recipe]) -> None:
    recipe = copy_recipe("flyte2/branches.py")

    assert recipe.python("2").split()[-1] == "1"
    assert recipe.repository.branches() == ["main", "run/a_is_2"]


def test_old_versions_are_read(copy_recipe: Callable[[str], Recipe]) -> None:
    printed = copy_recipe("flyte2/time_travel.py").python()

    assert dict(line.split(": ") for line in printed.splitlines() if ": " in line) == {
        "of the first delivery": "apples",
        "before the newest": "apples, bread",
        "of the second delivery": "apples, bread",
        "at the time of the third": "apples, bread, cheese",
        "added by the last commit": "cheese",
    }


def test_a_map_appends_once_for_each_element(copy_recipe: Callable[[str], Recipe]) -> None:
    assert copy_recipe("flyte2/map.py").python().split()[-1] == "3"
